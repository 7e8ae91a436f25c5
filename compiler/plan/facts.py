"""What records have to say, and what of it nobody has said yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import Finding, Place
from compiler.plan.base import Values
from compiler.plan.emitter import Emitter
from compiler.plan.placements import Leading
from compiler.plan.planner import Planner
from compiler.plan.situation import variables
from compiler.provenance import Derived, Item, Members, Origin, Root
from compiler.spec.portfolio import Spec
from compiler.values import Json, Object, Pointer, as_list, as_object, as_str, at


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a record of a model has to say: what is said, or who has to say it and where."""

    id: str
    title: str
    source: str
    field: str
    value: Json
    owner: str
    path: str
    place: Place
    origin: Origin

    @property
    def is_missing(self) -> bool:
        """Whether nobody has said it."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class _Subject:
    """A document that says something, the name that origins know it by, and the part of it that a field begins at."""

    root: str
    data: Object
    spec: Spec
    owner: str
    written: Pointer = ()


def facts(planner: Planner, emitter: Emitter, first: Leading, context: Values) -> Members:
    """The facts of an emitter by id, as templates see them: what is said, or who has to say it and where; `parts` of several."""
    found: dict[str, list[Fact]] = {}
    for fact in asked(planner, emitter, first, context):
        if isinstance(fact, Fact):
            found.setdefault(fact.id, []).append(fact)
    return Members({id_: _shown(id_, parts) for id_, parts in found.items()})


def asked(planner: Planner, emitter: Emitter, first: Leading, context: Values) -> Iterator[Fact | Finding]:
    """Every fact that an emitter asks of a model, one for each document that would say it."""
    data = variables(planner, first.model, emitter)
    for index, said in enumerate(map(as_object, as_list(emitter.data.get("facts")))):
        when = as_str(said.get("when"))
        wanted = planner.conditions.holds(emitter, when, ("facts", index, "when"), data) if when else True
        if isinstance(wanted, Finding):
            yield wanted
        elif wanted:
            yield from _of(planner, said, first, context)


def _of(planner: Planner, said: Object, first: Leading, context: Values) -> Iterator[Fact]:
    root, _, field = as_str(said["field"]).partition(".")
    pointer = tuple(field.split("."))
    for subject in _subjects(planner, root, first, context):
        yield Fact(
            id=as_str(said["id"]),
            title=as_str(said["title"]),
            source=as_str(said.get("source")),
            field=".".join(map(str, (*subject.written, *pointer))),
            value=_value(subject.data, pointer),
            owner=subject.owner,
            path=subject.spec.document.path,
            place=_place(first, subject, pointer),
            origin=Origin(subject.root, pointer),
        )


def _subjects(planner: Planner, root: str, first: Leading, context: Values) -> Iterator[_Subject]:
    model = first.model
    owner = as_str(model.data.get("owner"))
    portfolio = planner.fleet.portfolio
    match root:
        case "model":
            yield _Subject("model", model.data, model.spec, owner)
        case "release" if model.release is not None:
            yield _Subject("release", _root(context, "release"), model.spec, owner, model.release.pointer)
        case "organisation":
            project = portfolio.project
            yield _Subject("project", as_object(project.data.get("organisation")), project, "", ("organisation",))
        case "useCase":
            named = portfolio.of("UseCase").get(as_str(model.data.get("useCase")))
            if named is None:
                yield _Subject("model", {}, model.spec, owner, ("useCase",))
            else:
                yield _Subject(f"UseCase/{named.name}", named.data, named, named.text("owner"))
        case "team":
            team = portfolio.of("Team").get(owner)
            if team is not None:
                yield _Subject(f"Team/{team.name}", team.data, team, team.name)
        case "datasets[]":
            for dataset in _elements(context, "datasets"):
                spec = portfolio.of("Dataset")[dataset.name.partition("/")[2]]
                yield _Subject(dataset.name, dataset.data, spec, spec.text("owner") or owner)


def _root(context: Values, name: str) -> Object:
    found = context.get(name)
    return found.data if isinstance(found, Root) else {}


def _elements(context: Values, name: str) -> Iterator[Root]:
    found = context.get(name)
    yield from (one for one in found.elements if isinstance(one, Root)) if isinstance(found, Derived) else ()


def _value(data: Object, pointer: Pointer) -> Json:
    try:
        return at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None


def _place(first: Leading, subject: _Subject, pointer: Pointer) -> Place:
    if subject.root == "model" and not subject.written:
        return first.model.place(pointer)
    return subject.spec.document.place((*subject.written, *pointer))


def _shown(id_: str, parts: list[Fact]) -> Item:
    first = parts[0]
    values = [part.value for part in parts if not part.is_missing]
    alone = first.value if len(parts) == 1 else (values or None)
    said: Object = {"title": first.title, "source": first.source, "field": first.field, "owner": first.owner, "path": first.path}
    return Members({
        **{key: Derived(value, ()) for key, value in said.items()},
        "id": Derived(id_, ()),
        "missing": Derived(any(part.is_missing for part in parts), ()),
        "value": Derived(alone, tuple(part.origin for part in parts if not part.is_missing)),
        "parts": Derived([_part(part) for part in parts], tuple(part.origin for part in parts)),
    })  # fmt: skip


def _part(fact: Fact) -> Object:
    name = fact.origin.root.partition("/")[2]
    return {
        "name": name, "value": fact.value, "missing": fact.is_missing, "owner": fact.owner, "path": fact.path, "field": fact.field,
    }  # fmt: skip
