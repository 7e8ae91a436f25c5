"""What records have to say, and what of it nobody has said yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding, Place
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, at
from compiler.foundation.provenance import Derived, Members, Origin
from compiler.plan.context.model_context import Values
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.emitter_evaluation import variables
from compiler.plan.planning_services import Planner
from compiler.plan.records.field_sources import Speaker, speakers
from compiler.plan.records.record_subject import Told


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a record of a model has to say: what is said, or who has to say it and where."""

    id: str
    title: str
    source: str
    asked_of: Speaker
    pointer: Pointer
    value: Json
    origin: Origin

    @property
    def is_missing(self) -> bool:
        """Whether nobody has said it."""
        return self.value is None

    @property
    def field(self) -> str:
        """The field of the document that says it, or would."""
        return ".".join(map(str, self.asked_of.written(self.pointer)))

    @property
    def key(self) -> tuple[str, str, Pointer]:
        """The document and the field: what one person has to say once, whatever asks for it."""
        spec = self.asked_of.spec
        return spec.kind, spec.name, self.asked_of.written(self.pointer)

    @property
    def place(self) -> Place:
        """The line that says it, or the one to say it at."""
        return self.asked_of.place(self.pointer)


def fact_context(planner: Planner, emitter: Emitter, told: Told) -> tuple[Values, tuple[Finding, ...]]:
    """What templates see of an emitter's facts, and what keeps them from being asked for.

    `facts` by id: what is said, or who has to say it and where; `gaps`: those that nobody says; `asked`: how many there are.
    """
    found: dict[str, list[Fact]] = {}
    findings: list[Finding] = []
    for fact in asked(planner, emitter, told):
        if isinstance(fact, Finding):
            findings.append(fact)
        else:
            found.setdefault(fact.id, []).append(fact)
    missing = [part for parts in found.values() for part in parts if part.is_missing]
    return {
        "facts": Members({id_: _shown(id_, parts) for id_, parts in found.items()}),
        "gaps": Derived([{"id": part.id, "title": part.title, "source": part.source, **_by(part)} for part in missing], ()),
        "asked": Derived(sum(map(len, found.values())), ()),
    }, tuple(findings)


def asked(planner: Planner, emitter: Emitter, told: Told) -> Iterator[Fact | Finding]:
    """Every fact that an emitter asks of a model, one for each document or release that would say it."""
    data = variables(planner, told.model, emitter)
    for index, said in enumerate(map(as_object, as_list(emitter.data.get("facts")))):
        fields = [as_str(said["field"]), *map(as_str, as_list(said.get("or")))]
        for speaker in speakers(planner, told, fields[0].partition(".")[0]):
            wanted = _wanted(planner, emitter, index, said, data | _seen(speaker))
            if isinstance(wanted, Finding):
                yield wanted
                break
            if wanted:
                yield _fact(planner, told, said, fields, speaker)


def _seen(speaker: Speaker) -> dict[str, Object]:
    return {speaker.variable: speaker.data} if speaker.variable else {}


def _wanted(
    planner: Planner, emitter: Emitter, index: int, said: Object, data: Mapping[str, Json]
) -> bool | Finding:
    when = as_str(said.get("when"))
    return planner.conditions.holds(emitter, when, ("facts", index, "when"), data) if when else True


def _fact(planner: Planner, told: Told, said: Object, fields: Sequence[str], speaker: Speaker) -> Fact:
    root, *pointer = fields[0].split(".")
    value, origin = _value(speaker, tuple(pointer))
    for field in fields[1:]:
        if value is not None:
            break
        other, *rest = field.split(".")
        others = [speaker] if other == root else speakers(planner, told, other)
        value, origin = next((found for one in others if (found := _value(one, tuple(rest)))[0] is not None), (value, origin))
    return Fact(
        as_str(said["id"]), as_str(said["title"]), as_str(said.get("source")), speaker, tuple(pointer), value, origin,
    )  # fmt: skip


def _value(speaker: Speaker, pointer: Pointer) -> tuple[Json, Origin]:
    try:
        found = at(speaker.data, pointer)
    except (KeyError, IndexError, TypeError):
        found = None
    return (None if _is_blank(found) else found), speaker.origin(pointer)


def _is_blank(value: Json) -> bool:
    """Whether something was written that says nothing."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, (Mapping, list)):
        return all(map(_is_blank, value.values() if isinstance(value, Mapping) else value))
    return value is None


def _shown(id_: str, parts: Sequence[Fact]) -> Derived:
    first = parts[0]
    values = [part.value for part in parts if not part.is_missing]
    whole: Object = {
        "id": id_, "title": first.title, "source": first.source,
        "missing": any(part.is_missing for part in parts),
        **({"value": first.value if len(parts) == 1 else values} if values else {}),
        **_by(next((part for part in parts if part.is_missing), first)),
        "parts": [_part(part) for part in parts],
    }  # fmt: skip
    return Derived(whole, tuple(part.origin for part in parts if not part.is_missing))


def _by(fact: Fact) -> Object:
    """Who says a fact, or has to, and where."""
    spec = fact.asked_of.spec
    return {
        "owner": fact.asked_of.owner, "path": fact.asked_of.path, "field": fact.field, "document": f"{spec.kind} {spec.name}",
    }  # fmt: skip


def _part(fact: Fact) -> Object:
    said: Object = {} if fact.is_missing else {"value": fact.value}
    return {"name": fact.asked_of.name, **said, "missing": fact.is_missing, **_by(fact)}
