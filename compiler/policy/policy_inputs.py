"""What rules see: the variables that they may name, the schema of each, and the values for one model where it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Json, Object, Pointer, Reads, as_list, as_object, as_str, dotted, only
from compiler.policy import composite_sla_input as together
from compiler.policy.policy_definition import COMPOSED, PARTS, Variables, in_parts
from compiler.policy.secret_detection import Detectors, Suspect
from compiler.resolve.dependencies import asks
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.cel_variables import amounts, amounts_view, dataset_view, model_view, release_view
from compiler.spec.language import Language

MEMBER = "member"
"""Names the variables of one model among those of the fleet."""
_ROLES = ("training", "evaluation")
_COMPOSING: Reads = {in_parts("model"): frozenset({"sla"}), in_parts("release"): frozenset({"source"})}
"""What parts come to together is made of."""
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
        "datasets": _listed(dataset_view(language)),
        "parts": _listed(part),
        COMPOSED: together.SCHEMA,
        "suspects": _listed(_SUSPECT),
    }
    member = {**as_object(part["properties"]), "environment": kinds["environment"]}
    return {
        "model": own,
        "rendered": {**own, "object": {"type": "object"}},
        "fleet": {"models": _listed({**part, "properties": member})},
        MEMBER: {name: as_object(schema) for name, schema in member.items()},
    }


ABOUT: Mapping[str, tuple[str, str]] = {"useCase": ("UseCase", "useCase"), "team": ("Team", "owner")}
"""Variables that are a document which the model names: its kind, and the field."""
_KINDS: Mapping[str, str] = {"environment": "Environment", "useCase": "UseCase", "team": "Team"}


def _listed(schema: Object) -> Object:
    return {"type": "array", "items": schema}


@dataclass(frozen=True)
class Seen:
    """A model where it runs, as rules see it."""

    fleet: Fleet
    model: ResolvedModel
    detectors: Detectors
    release: Release | None

    @property
    def title(self) -> str:
        """What a sentence calls it: a canary with its version."""
        is_canary = self.release is not None and self.release is self.model.canary
        return f"{self.model.name} (canary {self.release.version})" if is_canary and self.release else self.model.name

    def variables(self, wanted: Reads) -> Variables:
        """The variables that are asked for: what nobody reads costs nothing."""
        makers: Mapping[str, Callable[[], Json]] = {
            "model": lambda: self.model.data,
            "amounts": lambda: _amounts(self.fleet, self.model, wanted["amounts"]),
            "release": lambda: _release(self.release),
            "environment": lambda: self.model.environment.data if self.model.environment else {},
            "useCase": lambda: self.document("UseCase", "useCase"),
            "team": lambda: self.document("Team", "owner"),
            "datasets": lambda: [data for data, _ in self._datasets],
            PARTS: lambda: [self._part(*part, wanted) for part, _ in self._parts],
            COMPOSED: lambda: together.together(self._source, [self._part(*part, _COMPOSING) for part, _ in self._parts]),
            "suspects": lambda: suspects(self._suspects),
        }
        return {name: make() for name, make in makers.items() if name in wanted}

    def blamed(self, root: str, pointer: Pointer) -> tuple[Pointer, Place]:
        """Where a value of a variable stands: its pointer in the model, and its place."""
        model = self.model
        if root in {"model", "amounts"}:
            return pointer, model.place(pointer) if pointer else model.spec.document.place(("name",))
        if root == "release" and self.release is not None:
            written = (*self.release.pointer, *(() if pointer[:1] == ("version",) else pointer))
            return written, model.spec.document.place(written)
        if root == "environment" and model.environment is not None:
            written = ("environments", model.environment.name)
            return written, model.environment.document.place(pointer)
        element = self._element(root, pointer[0]) if pointer and isinstance(pointer[0], int) else None
        if element is not None:
            return element
        named = ({"useCase": "useCase", "team": "owner", "datasets": "data", "parts": "uses"}.get(root, root),)
        return named, model.place(named)

    def _element(self, root: str, index: int) -> tuple[Pointer, Place] | None:
        """Where the element of a list is named, or what is suspected of it stands; nothing where there is no such element."""
        if root == "suspects" and index < len(self._suspects):
            return self._suspected(self._suspects[index])
        if root == "datasets" and index < len(self._datasets):
            return self._datasets[index][1], self.model.place(self._datasets[index][1])
        if root == "parts" and index < len(self._parts):
            return self._parts[index][1], self.model.spec.document.place(self._parts[index][1])
        return None

    @cached_property
    def _suspects(self) -> list[Suspect]:
        used = {f"Dataset/{data.get('name')}": data for data, _ in self._datasets if data["role"] == "used"}
        return self.detectors.suspects(self.model.data, self._source, used)

    @property
    def _source(self) -> Object:
        return self.release.source if self.release else {}

    def _suspected(self, suspect: Suspect) -> tuple[Pointer, Place]:
        """Where a value that looks like a secret stands: in the model, in its release, or in a dataset that it uses."""
        kind, slash, name = suspect.root.partition("/")
        if not slash:
            return self.blamed(suspect.root, suspect.pointer)
        return suspect.pointer, self.fleet.portfolio.of(kind)[name].document.place(suspect.pointer)

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
    def _parts(self) -> list[tuple[tuple[ResolvedModel, bool], Pointer]]:
        """Each model that this one asks itself, where it runs in the same environment, whether it is needed, and where it is named."""
        if self.model.environment is None:
            return []
        found: list[tuple[tuple[ResolvedModel, bool], Pointer]] = []
        for ask in asks(self.model, self.fleet.language.type(self.model.spec.text("type"))):
            other = self.fleet.model(ask.name, self.model.environment.name) if ask.itself else None
            if other is not None and (ask.release is None or ask.release is self.release):
                needed = ask.release is None or ask.said.get("required") is not False
                above = ask.release.pointer if ask.release else ()
                found.append(((other, needed), (*above, *ask.pointer, "model")))
        return found

    def _part(self, other: ResolvedModel, needed: bool, wanted: Reads) -> Object:
        """What rules look at of a model that this one asks; its name is told with it."""
        model, amounts_, release = (
            None if in_parts() in wanted else wanted.get(in_parts(section), frozenset())
            for section in ("model", "amounts", "release")
        )
        return {
            "model": only(None if model is None else model | {"name"}, other.data),
            "amounts": _amounts(self.fleet, other, amounts_),
            "release": only(release, _release(other.release)),
            "needed": needed,
        }


def suspects(found: Sequence[Suspect]) -> list[Object]:
    """Suspects as rules see them; what they hold is nobody's business."""
    return [{"path": dotted(one.pointer), "kind": one.kind} for one in found]


def _amounts(fleet: Fleet, model: ResolvedModel, fields: frozenset[str] | None = None) -> Object:
    quantities = fleet.language.type(model.spec.text("type")).quantity_places
    return amounts(as_object(only(fields, model.data)), quantities)


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
