"""The datasets, dependencies, vendors and use case of a model."""

import json
from collections.abc import Iterator

from compiler.foundation.json_data import Pointer
from compiler.inventory.coerce import optional_str, parse_date, str_tuple
from compiler.inventory.placements import ModelPlacements, environment_name
from compiler.inventory.row_parts import (
    Classification,
    Dataset,
    DatasetRole,
    DependencyUse,
    UseCase,
    UsedDataset,
    Vendor,
)
from compiler.resolve.dependencies import ModelDependency, model_dependencies
from compiler.resolve.derived_classes import DerivedClass, derived_classes
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolver import references
from compiler.spec.data_types import ClassificationData, ConditionData
from compiler.spec.portfolio import DatasetSpec, UseCaseSpec

_ROLES: tuple[DatasetRole, ...] = ("training", "evaluation", "used")


def dataset(spec: DatasetSpec) -> Dataset:
    """A Dataset as the inventory shows it."""
    data = spec.data
    return Dataset(
        name=spec.name,
        summary=optional_str(data.get("summary")),
        owner=optional_str(data.get("owner")),
        classification=optional_str(data.get("classification")),
        sensitive_fields=str_tuple(data.get("sensitiveFields")),
        license=optional_str(data.get("license")),
        retention=optional_str(data.get("retention")),
    )


def used_datasets(fleet: Fleet, model_placements: ModelPlacements) -> Iterator[UsedDataset]:
    """The datasets that the model or one of its running releases uses, by name."""
    roles_by_dataset: dict[str, set[DatasetRole]] = {}
    for model in model_placements.models:
        for kind, name, pointer, release in references(model, fleet.language.type_language(model.spec.data["type"])):
            if kind == "Dataset":
                roles_by_dataset.setdefault(name, set()).add(_dataset_role(pointer, in_release=release is not None))
    for name, roles in sorted(roles_by_dataset.items()):
        spec = fleet.find("Dataset", name)
        if spec is not None:
            entry = dataset(spec)
            sorted_roles = tuple(role for role in _ROLES if role in roles)
            yield UsedDataset(name, sorted_roles, entry.classification, entry.sensitive_fields, entry.retention)


def _dataset_role(pointer: Pointer, *, in_release: bool) -> DatasetRole:
    if in_release:
        return "evaluation" if pointer[0] == "evaluations" else "used"
    return next((role for role in _ROLES if pointer[:2] == ("data", role)), "used")


def dependency_uses(fleet: Fleet, model_placements: ModelPlacements) -> Iterator[DependencyUse]:
    """The models called while this one runs, once per kind of use."""
    entries = (
        (_dependency_fields(dependency), environment_name(model))
        for model in model_placements.models
        for dependency in model_dependencies(model, fleet.language.type_language(model.spec.data["type"]))
    )
    for (model, is_direct, release, step, condition, weight), environments in model_placements.group_environments(
        entries
    ):
        yield DependencyUse(model, "model" if is_direct else "callers", release, step, condition, weight, environments)


def _dependency_fields(dependency: ModelDependency) -> tuple[str, bool, str | None, str | None, str | None, str | None]:
    version_range = None if dependency.version_range is None else str(dependency.version_range)
    step = dependency.step
    return (
        dependency.name,
        dependency.is_direct,
        version_range,
        step["name"] if step else None,
        _format_condition(step["when"]) if step and "when" in step else None,
        step.get("weight") if step else None,
    )


def _format_condition(condition: ConditionData) -> str:
    return f"{condition['field']} {condition['op']} {json.dumps(condition['value'], ensure_ascii=False)}"


def router(model_placements: ModelPlacements) -> str | None:
    """How an ensemble routes requests to its steps."""
    release = model_placements.last_model.release
    return optional_str(release.source.get("router")) if release else None


def vendors(model_placements: ModelPlacements) -> Iterator[Vendor]:
    """The vendor products of each running release."""
    listed_versions: set[str] = set()
    for release in (
        release for model in model_placements.models for release in (model.release, model.canary) if release
    ):
        if "provider" in release.source and release.version not in listed_versions:
            listed_versions.add(release.version)
            contract = release.source.get("contract", {})
            yield Vendor(
                release=release.version,
                provider=release.source["provider"],
                product=release.source.get("product", ""),
                version=optional_str(release.source.get("version")),
                contract=optional_str(contract.get("id")),
                expires=parse_date(contract.get("expires")),
            )


def use_case(spec: UseCaseSpec) -> UseCase:
    """A UseCase as the inventory shows it."""
    data = spec.data
    classifications = data.get("classification", {}).items()
    derived = {entry.regime: entry for entry in derived_classes(spec.json)}
    return UseCase(
        name=spec.name,
        summary=data["summary"],
        owner=data["owner"],
        process=optional_str(data.get("process")),
        affected=str_tuple(data.get("affected")),
        classification=tuple(
            _classification(regime, entry, derived.get(regime)) for regime, entry in sorted(classifications)
        ),
    )


def _classification(regime: str, entry: ClassificationData, derived: DerivedClass | None) -> Classification:
    return Classification(
        regime=regime,
        value=entry["value"],
        reference=optional_str(entry.get("reference")),
        role=optional_str(entry.get("role")),
        decided_by=optional_str(entry.get("decidedBy")),
        date=parse_date(entry.get("date")),
        derived=derived.value if derived else None,
        derivation=derived.reason if derived else None,
    )
