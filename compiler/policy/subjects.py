"""What rules see: the variables that they may name, the schema of each, and the values for one model where it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import Place
from compiler.policy import together
from compiler.policy.policy import Reads, Variables, only
from compiler.policy.secrets import Detectors, Suspect
from compiler.resolve.asks import asks
from compiler.resolve.fleet import Fleet
from compiler.resolve.model import Release, ResolvedModel
from compiler.spec.language import Language
from compiler.spec.views import amounts, amounts_view, model_view, release_view
from compiler.values import Json, Object, Pointer, as_list, as_object, as_str, dotted

MEMBER = "member"
"""Names the variables of one model among those of the fleet."""
_ROLES = ("training", "evaluation")
_SUSPECT: Object = {"type": "object", "properties": {"path": {"type": "string"}, "kind": {"type": "string"}}}


def schemas(language: Language) -> Mapping[str, Mapping[str, Object]]:
    """The schema of each variable, by what policies are on."""
    model, release = model_view(language), release_view(language)
    kinds = {name: language.kind_schema(kind) for name, kind in _KINDS.items()}
    part: Object = {
        "type": "object",
        "properties": {"model": model, "amounts": amounts_view(model), "release": release, "needed": {"type": "boolean"}},
    }
    own = {
        "model": model,
        "amounts": amounts_view(model),
        "release": release,
        **kinds,
        "datasets": _listed(_dataset(language)),
        "parts": _listed(part),
        "composed": together.SCHEMA,
        "suspects": _listed(_SUSPECT),
    }
    member = {**as_object(part["properties"]), "environment": kinds["environment"]}
    return {
        "model": own,
        "rendered": {**own, "object": {"type": "object"}},
        "fleet": {"models": _listed({**part, "properties": member})},
        MEMBER: {name: as_object(schema) for name, schema in member.items()},
    }


_KINDS: Mapping[str, str] = {"environment": "Environment", "useCase": "UseCase", "team": "Team"}


def _listed(schema: Object) -> Object:
    return {"type": "array", "items": schema}


def _dataset(language: Language) -> Object:
    schema = language.kind_schema("Dataset")
    role: Object = {"enum": [*_ROLES, "used"]}
    return {**schema, "properties": {**as_object(schema["properties"]), "role": role}}


@dataclass(frozen=True)
class Seen:
    """A model where it runs, as rules see it."""

    fleet: Fleet
    model: ResolvedModel
    detectors: Detectors

    def variables(self, wanted: Reads) -> Variables:
        """The variables that are asked for: what nobody reads costs nothing."""
        makers: Mapping[str, Callable[[], Json]] = {
            "model": lambda: self.model.data,
            "amounts": lambda: _amounts(self.fleet, self.model, wanted["amounts"]),
            "release": lambda: _release(self.model.release),
            "environment": lambda: self.model.environment.data if self.model.environment else {},
            "useCase": lambda: self.document("UseCase", "useCase"),
            "team": lambda: self.document("Team", "owner"),
            "datasets": lambda: [data for data, _ in self._datasets],
            "parts": lambda: [part for part, _ in self._parts],
            "composed": lambda: together.together(self._source, [part for part, _ in self._parts]),
            "suspects": lambda: suspects(self._suspects),
        }
        return {name: make() for name, make in makers.items() if name in wanted}

    def blamed(self, root: str, pointer: Pointer) -> tuple[Pointer, Place]:
        """Where a value of a variable stands: its pointer in the model, and its place."""
        model = self.model
        if root in {"model", "amounts"}:
            return pointer, model.place(pointer) if pointer else model.spec.document.place(("name",))
        if root == "release" and model.release is not None:
            written = (*model.release.pointer, *(() if pointer[:1] == ("version",) else pointer))
            return written, model.spec.document.place(written)
        if root == "environment" and model.environment is not None:
            written = ("environments", model.environment.name)
            return written, model.environment.document.place(pointer)
        if root == "suspects" and pointer and isinstance(pointer[0], int):
            suspect = self._suspects[pointer[0]]
            return self.blamed(suspect.root, suspect.pointer)
        if root in {"datasets", "parts"} and pointer and isinstance(pointer[0], int):
            listed = self._datasets if root == "datasets" else self._parts
            named = listed[pointer[0]][1]
            return named, model.place(named) if root == "datasets" else self._asked_at(pointer[0])
        named = ({"useCase": "useCase", "team": "owner", "datasets": "data", "parts": "uses"}.get(root, root),)
        return named, model.place(named)

    @cached_property
    def _suspects(self) -> list[Suspect]:
        return self.detectors.suspects(self.model.data, self._source)

    @property
    def _source(self) -> Object:
        return self.model.release.source if self.model.release else {}

    def entry(self) -> Object:
        """The model as policies on the fleet see it."""
        return self.variables(dict.fromkeys(("model", "amounts", "release", "environment")))

    def document(self, kind: str, field: str) -> Object:
        """The document that a field of the model names."""
        found = self.fleet.find(kind, as_str(self.model.data.get(field)))
        return found.data if found else {}

    @cached_property
    def _datasets(self) -> list[tuple[Object, Pointer]]:
        """Each dataset that the model names, with its role and where it is named."""
        data, found = as_object(self.model.data.get("data")), list[tuple[str, str, Pointer]]()
        for role in _ROLES:
            found += [(role, as_str(name), ("data", role, index)) for index, name in enumerate(as_list(data.get(role)))]
        for index, use in enumerate(map(as_object, as_list(self.model.data.get("uses")))):
            if "dataset" in use:
                found.append(("used", as_str(use["dataset"]), ("uses", index, "dataset")))
        return [
            ({**spec.data, "role": role}, pointer)
            for role, name, pointer in found
            if (spec := self.fleet.find("Dataset", name)) is not None
        ]

    @cached_property
    def _parts(self) -> list[tuple[Object, Pointer]]:
        """Each model that this one asks itself, where it runs in the same environment."""
        if self.model.environment is None:
            return []
        found: list[tuple[Object, Pointer]] = []
        for ask in asks(self.model, self.fleet.language.type(self.model.spec.text("type"))):
            other = self.fleet.model(ask.name, self.model.environment.name) if ask.itself else None
            if other is not None and (ask.release is None or ask.release is self.model.release):
                spare = ask.release is not None and ask.said.get("required") is False
                seen: Object = {
                    "model": other.data,
                    "amounts": _amounts(self.fleet, other),
                    "release": _release(other.release),
                    "needed": not spare,
                }
                above = ask.release.pointer if ask.release else ()
                found.append((seen, (*above, *ask.pointer, "model")))
        return found

    def _asked_at(self, index: int) -> Place:
        pointer = self._parts[index][1]
        return self.model.spec.document.place(pointer)


def suspects(found: Sequence[Suspect]) -> list[Object]:
    """Suspects as rules see them; what they hold is nobody's business."""
    return [{"path": dotted(one.pointer), "kind": one.kind} for one in found]


def _amounts(fleet: Fleet, model: ResolvedModel, fields: frozenset[str] | None = None) -> Object:
    quantities = fleet.language.type(model.spec.text("type")).quantities
    read = tuple(mark for mark in quantities if fields is None or mark.pointer[0] in fields)
    return amounts(as_object(only(fields, model.data)), read)


def _release(release: Release | None) -> Object:
    return {**release.content, "version": release.version, "digest": release.digest} if release else {}


def example(said: Object) -> dict[str, Json]:
    """The variables of an example: the model's `release` is told apart, as it is of a real one."""
    model = dict(as_object(said.get("model")))
    release = model.pop("release", {})
    return {
        "model": model,
        "release": release,
        "object": as_object(said.get("object")),
        **{name: as_object(said.get(name)) for name in _KINDS},
        **{name: list(as_list(said.get(name))) for name in ("datasets", "parts", "models")},
    }
