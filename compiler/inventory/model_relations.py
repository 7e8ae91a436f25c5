"""The datasets, dependencies, vendors and use case of a model."""

import json
from collections.abc import Iterator

from compiler.foundation.json_data import Object, Pointer, as_object, as_str
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
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolver import references
from compiler.spec.portfolio import Spec

_ROLES: tuple[DatasetRole, ...] = ("training", "evaluation", "used")


def dataset(spec: Spec) -> Dataset:
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
        for kind, name, pointer, release in references(model, fleet.language.type_language(model.spec.text("type"))):
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
        for dependency in model_dependencies(model, fleet.language.type_language(model.spec.text("type")))
    )
    for (model, is_direct, release, step, condition, weight), environments in model_placements.group_environments(
        entries
    ):
        yield DependencyUse(model, "model" if is_direct else "callers", release, step, condition, weight, environments)


def _dependency_fields(dependency: ModelDependency) -> tuple[str, bool, str | None, str | None, str | None, str | None]:
    version_range = None if dependency.version_range is None else str(dependency.version_range)
    step = optional_str(dependency.entry.get("name")) if dependency.release else None
    return (
        dependency.name,
        dependency.is_direct,
        version_range,
        step,
        _format_condition(as_object(dependency.entry.get("when"))),
        optional_str(dependency.entry.get("weight")),
    )


def _format_condition(condition: Object) -> str | None:
    return (
        f"{condition['field']} {condition['op']} {json.dumps(condition['value'], ensure_ascii=False)}"
        if condition
        else None
    )


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
            contract = as_object(release.source.get("contract"))
            yield Vendor(
                release=release.version,
                provider=as_str(release.source["provider"]),
                product=as_str(release.source.get("product")),
                version=optional_str(release.source.get("version")),
                contract=optional_str(contract.get("id")),
                expires=parse_date(contract.get("expires")),
            )


def use_case(spec: Spec) -> UseCase:
    """A UseCase as the inventory shows it."""
    data = spec.data
    classifications = as_object(data.get("classification")).items()
    return UseCase(
        name=spec.name,
        summary=as_str(data.get("summary")),
        owner=as_str(data.get("owner")),
        process=optional_str(data.get("process")),
        affected=str_tuple(data.get("affected")),
        classification=tuple(_classification(regime, as_object(entry)) for regime, entry in sorted(classifications)),
    )


def _classification(regime: str, entry: Object) -> Classification:
    return Classification(
        regime=regime,
        value=as_str(entry.get("value")),
        reference=optional_str(entry.get("reference")),
        role=optional_str(entry.get("role")),
        decided_by=optional_str(entry.get("decidedBy")),
        date=parse_date(entry.get("date")),
    )
