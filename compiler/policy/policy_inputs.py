"""The variables that rules can use, the schema of each, and their values for a model in its environment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Literal

from compiler.cel.cel_environment import CelEnvironment
from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import (
    FieldReads,
    Json,
    Object,
    Pointer,
    format_path,
    pick_fields,
)
from compiler.policy import composite_sla_input
from compiler.policy.injection_detection import INJECTIONS_VARIABLE, find_injections
from compiler.policy.policy_definition import COMPOSITE_SLA, DEPENDENCIES, Variables, dependency_key
from compiler.policy.policy_usage import UsageRecorder
from compiler.policy.secret_detection import SecretCandidate, SecretDetectors
from compiler.policy.status_variables import (
    NO_STATUS,
    STATUS_VARIABLES,
    ModelStatus,
    example_status,
    status_variable_pointer,
)
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.derived_classes import derived_class_entries
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.cel_variables import (
    dataset_variable_schema,
    model_variable_schema,
    quantities_schema,
    quantities_to_numbers,
    release_variable_schema,
)
from compiler.spec.data_types import ExampleData, SourceData
from compiler.spec.language import Language
from compiler.spec.portfolio import TeamSpec, UseCaseSpec, WaiverSpec

MEMBER = "member"
"""The variables of one model among those of the fleet."""
_DATASET_ROLES: tuple[Literal["training", "evaluation"], ...] = ("training", "evaluation")
_DERIVED_CLASS_SCHEMA: Object = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("regime", "value", "reason", "stated")},
        "understated": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_SUSPECT_SCHEMA: Object = {"type": "object", "properties": {"path": {"type": "string"}, "kind": {"type": "string"}}}


_DOCUMENT_FIELDS: Mapping[str, str] = MappingProxyType(
    {"useCase": "useCase", "derivedClasses": "useCase", "team": "owner", "datasets": "data", "dependencies": "uses"}
)
"""The field of a model that names the document of a variable."""


@lru_cache(maxsize=4)
def variable_schemas(language: Language) -> Mapping[str, Mapping[str, Object]]:
    """The schema of each variable, by kind of subject."""
    model, release = model_variable_schema(language), release_variable_schema(language)
    kinds = {name: language.kind_schema(kind) for name, kind in _VARIABLE_KINDS.items()}
    dependency: Mapping[str, Object] = {
        "model": model,
        "quantities": quantities_schema(model),
        "release": release,
        "required": {"type": "boolean"},
    }
    model_variables = {
        "model": model,
        "quantities": quantities_schema(model),
        "release": release,
        **kinds,
        "datasets": _list_schema(dataset_variable_schema(language)),
        "dependencies": _list_schema({"type": "object", "properties": dependency}),
        **STATUS_VARIABLES,
        COMPOSITE_SLA: composite_sla_input.SCHEMA,
        "derivedClasses": _list_schema(_DERIVED_CLASS_SCHEMA),
        "secretCandidates": _list_schema(_SUSPECT_SCHEMA),
    }
    member = {**dependency, "environment": kinds["environment"]}
    return {
        "model": model_variables,
        "object": {**model_variables, "object": {"type": "object"}},
        "fleet": {"models": _list_schema({"type": "object", "properties": member})},
        MEMBER: member,
    }


@lru_cache(maxsize=4)
def cel_environments(language: Language) -> Mapping[str, CelEnvironment]:
    """The environment of the expressions about each kind of subject; the sessions of a process share the types that it derives."""
    return {subject: CelEnvironment(schemas) for subject, schemas in variable_schemas(language).items()}


DOCUMENT_VARIABLES: Mapping[str, tuple[Literal["UseCase", "Team"], Literal["useCase", "owner"]]] = {
    "useCase": ("UseCase", "useCase"),
    "team": ("Team", "owner"),
}
"""Variables that hold a document named by the model: its kind, and the field."""
_VARIABLE_KINDS: Mapping[str, str] = {"environment": "Environment", "useCase": "UseCase", "team": "Team"}


def _list_schema(schema: Object) -> Object:
    return {"type": "array", "items": schema}


@dataclass(frozen=True)
class PolicyInput:
    """A model in its environment, as rules see it."""

    fleet: Fleet
    model: ResolvedModel
    detectors: SecretDetectors
    release: Release | None
    recorder: UsageRecorder
    """Receives the values that look like secrets."""
    waivers: Sequence[WaiverSpec]
    as_of: date
    authority: ApprovalAuthority

    @property
    def is_canary(self) -> bool:
        """Whether its release is the canary of the model."""
        return self.release is not None and self.release is self.model.canary

    @property
    def title(self) -> str:
        """The name of the model in a sentence; a canary with its version."""
        return (
            f"{self.model.name} (canary {self.release.version})" if self.is_canary and self.release else self.model.name
        )

    def variables(self, field_reads: FieldReads) -> Variables:
        """The values of the requested variables; unused ones are not computed."""
        factories: Mapping[str, Callable[[], Json]] = {
            "model": lambda: self.model.json,
            "quantities": lambda: _model_quantities(self.fleet, self.model, field_reads["quantities"]),
            "release": lambda: _release_data(self.release),
            "environment": lambda: self.model.environment.json if self.model.environment else {},
            "useCase": lambda: self.use_case.json if self.use_case else {},
            "team": lambda: self.team.json if self.team else {},
            "datasets": lambda: [data for data, _ in self._datasets],
            DEPENDENCIES: lambda: [
                self._dependency_entry(*dependency, field_reads) for dependency, _ in self._dependencies
            ],
            COMPOSITE_SLA: lambda: composite_sla_input.composite_sla_variable(
                self.release.source if self.release else {},
                [_dependency_sla(other_model) for (other_model, _), _ in self._dependencies],
            ),
            "derivedClasses": lambda: derived_class_entries(self.use_case.json) if self.use_case else [],
            "secretCandidates": lambda: suspect_entries(self._secret_candidates),
        }
        status = self._status
        return {
            **{name: factory() for name, factory in factories.items() if name in field_reads},
            **{name: status.value(name) for name in STATUS_VARIABLES if name in field_reads},
        }

    def locate_value(self, root: str, pointer: Pointer) -> tuple[Pointer, Location]:
        """The pointer and the location of a value of a variable."""
        model = self.model
        if root in {"model", "quantities"}:
            return pointer, model.location(pointer) if pointer else model.spec.document.location(("name",))
        if root == "release" and self.release is not None:
            document_pointer = (*self.release.pointer, *(() if pointer[:1] == ("version",) else pointer))
            return document_pointer, model.spec.document.location(document_pointer)
        if root == "environment" and model.environment is not None:
            document_pointer = ("environments", model.environment.name)
            return document_pointer, model.environment.document.location(pointer)
        element = self._locate_element(root, pointer[0]) if pointer and isinstance(pointer[0], int) else None
        if element is not None:
            return element
        if root in STATUS_VARIABLES:
            status_pointer = status_variable_pointer(self.model, root, pointer)
            return status_pointer, model.location(status_pointer) if pointer else model.key_location(status_pointer)
        field_pointer = (_DOCUMENT_FIELDS.get(root, root),)
        return field_pointer, model.location(field_pointer)

    def _locate_element(self, root: str, index: int) -> tuple[Pointer, Location] | None:
        """The location where an element of a list is named, or where a suspicious text is; `None` if there is no such element."""
        if root == "secretCandidates" and index < len(self._secret_candidates):
            return self._locate_secret(self._secret_candidates[index])
        if root == INJECTIONS_VARIABLE and self.release is not None:
            candidate = find_injections(self.release)[index]
            return (*self.release.pointer, *candidate.pointer), candidate.location
        if root == "datasets" and index < len(self._datasets):
            return self._datasets[index][1], self.model.location(self._datasets[index][1])
        if root == "dependencies" and index < len(self._dependencies):
            return self._dependencies[index][1], self.model.spec.document.location(self._dependencies[index][1])
        return None

    @cached_property
    def _secret_candidates(self) -> list[SecretCandidate]:
        datasets = {f"Dataset/{data.get('name')}": data for data, _ in self._datasets if data["role"] == "used"}
        source: SourceData = self.release.source if self.release else {}
        candidates = self.detectors.find_candidates(self.model.data, source, datasets)
        self.recorder.secrets.update(candidate.value for candidate in candidates)
        return candidates

    def _locate_secret(self, candidate: SecretCandidate) -> tuple[Pointer, Location]:
        """The location of a secret candidate: in the model, in its release, or in a dataset that it uses."""
        kind, slash, name = candidate.root.partition("/")
        if not slash:
            return self.locate_value(candidate.root, candidate.pointer)
        return candidate.pointer, self.fleet.portfolio.by_kind(kind)[name].document.location(candidate.pointer)

    def fleet_entry(self) -> Object:
        """The model as policies about the fleet see it."""
        return self.variables(dict.fromkeys(("model", "quantities", "release", "environment")))

    @property
    def use_case(self) -> UseCaseSpec | None:
        """The use case that the model serves."""
        return self.fleet.find("UseCase", self.model.data.get("useCase", ""))

    @property
    def team(self) -> TeamSpec | None:
        """The team that owns the model."""
        return self.fleet.find("Team", self.model.data["owner"])

    @cached_property
    def _datasets(self) -> list[tuple[Object, Pointer]]:
        """Each dataset of the model, with its role and where it is named."""
        data, references = self.model.data.get("data", {}), list[tuple[str, str, Pointer]]()
        for role in _DATASET_ROLES:
            references += [(role, name, ("data", role, index)) for index, name in enumerate(data.get(role, ()))]
        for index, use in enumerate(self.model.data.get("uses", ())):
            if "dataset" in use:
                references.append(("used", use["dataset"], ("uses", index, "dataset")))
        return [
            ({**spec.json, "role": role}, pointer)
            for role, name, pointer in references
            if (spec := self.fleet.find("Dataset", name)) is not None
        ]

    @cached_property
    def _dependencies(self) -> list[tuple[tuple[ResolvedModel, bool], Pointer]]:
        """Each model that this one calls in the same environment, whether it is required, and where it is named."""
        if self.model.environment is None:
            return []
        located_models: list[tuple[tuple[ResolvedModel, bool], Pointer]] = []
        for dependency in model_dependencies(
            self.model, self.fleet.language.type_language(self.model.spec.data["type"])
        ):
            other_model = (
                self.fleet.model(dependency.name, self.model.environment.name) if dependency.is_direct else None
            )
            if other_model is not None and (dependency.release is None or dependency.release is self.release):
                is_required = dependency.release is None or dependency.entry.get("required") is not False
                release_pointer = dependency.release.pointer if dependency.release else ()
                located_models.append(((other_model, is_required), (*release_pointer, *dependency.pointer, "model")))
        return located_models

    @property
    def _status(self) -> ModelStatus:
        return ModelStatus(self.fleet, self.model, self.release, self.waivers, self.as_of, self.authority)

    def _dependency_entry(self, other_model: ResolvedModel, is_required: bool, field_reads: FieldReads) -> Object:
        """The fields of a dependency that rules can read; its name is included."""
        model_fields, quantity_fields, release_fields = (
            None if dependency_key() in field_reads else field_reads.get(dependency_key(section), frozenset())
            for section in ("model", "quantities", "release")
        )
        return {
            "model": pick_fields(None if model_fields is None else model_fields | {"name"}, other_model.json),
            "quantities": _model_quantities(self.fleet, other_model, quantity_fields),
            "release": pick_fields(release_fields, _release_data(other_model.release)),
            "required": is_required,
        }


def suspect_entries(candidates: Sequence[SecretCandidate]) -> list[Object]:
    """Secret candidates as rules see them, without the values."""
    return [{"path": format_path(candidate.pointer), "kind": candidate.kind} for candidate in candidates]


def _model_quantities(fleet: Fleet, model: ResolvedModel, fields: frozenset[str] | None = None) -> Object:
    quantity_pointers = fleet.language.type_language(model.spec.data["type"]).quantity_tree
    return quantities_to_numbers(pick_fields(fields, model.json), quantity_pointers)


def _dependency_sla(model: ResolvedModel) -> composite_sla_input.DependencySla:
    source: SourceData = model.release.source if model.release else {}
    return composite_sla_input.dependency_sla(model.name, model.data.get("sla", {}), source)


def _release_data(release: Release | None) -> Object:
    return {**release.json, "version": release.version, "digest": release.digest} if release else {}


def example_variables(example: ExampleData) -> dict[str, Json]:
    """The variables of an example; the model's `release` is separate, as it is for a real model."""
    model = dict(example.get("model", {}))
    release = model.pop("release", {})
    return {
        "model": model,
        "release": release,
        "object": example.get("object", {}),
        "environment": example.get("environment", {}),
        "useCase": example.get("useCase", {}),
        "derivedClasses": derived_class_entries(example.get("useCase", {})),
        "team": example.get("team", {}),
        "datasets": list(example.get("datasets", ())),
        "dependencies": list(example.get("dependencies", ())),
        "models": list(example.get("models", ())),
        **NO_STATUS,
        **example_status(example),
    }
