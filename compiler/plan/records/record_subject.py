"""The subject of a record: the model in its last environment, its deployments, releases and datasets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.foundation.json_data import Pointer
from compiler.foundation.provenance import DocumentValue
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.cel_variables import DATASET_ROLES


@dataclass(frozen=True)
class RecordSubject:
    """A model as records describe it; `placements` are its deployments in order of promotion, with these `releases`."""

    model: ResolvedModel
    placements: tuple[ResolvedModel, ...]
    releases: tuple[Release, ...]
    datasets: tuple[DocumentValue, ...]

    def for_release(self, release: Release) -> "RecordSubject":
        """The subject for one release, as it runs in its last environment."""
        [*_, model] = [placement for placement in self.placements if release in (placement.release, placement.canary)]
        if release is model.canary:
            model = replace(model, release=release, canary=None)
        return replace(self, model=model, releases=(release,))


def record_subject(fleet: Fleet, resolved_models: Sequence[ResolvedModel]) -> RecordSubject:
    """The subject of a model's records; `resolved_models`: the model in each environment, or its base layers if it is not deployed."""
    placements = tuple(model for model in resolved_models if model.environment is not None)
    releases_by_version = {
        release.version: release
        for placement in placements
        for release in (placement.canary, placement.release)
        if release
    }
    releases = tuple(releases_by_version[version] for version in sorted(releases_by_version))
    return RecordSubject(resolved_models[-1], placements, releases, tuple(_dataset_values(fleet, resolved_models[-1])))


def _dataset_values(fleet: Fleet, model: ResolvedModel) -> Iterator[DocumentValue]:
    """The datasets that the model or a release names, each with its `role`: training, evaluation or used."""
    language = fleet.language.type_language(model.spec.data["type"])
    roles_and_names = [
        (_dataset_role(pointer), name) for kind, name, pointer, _ in references(model, language) if kind == "Dataset"
    ]
    for role, name in sorted(dict.fromkeys(roles_and_names), key=lambda entry: DATASET_ROLES.index(entry[0])):
        spec = fleet.find("Dataset", name)
        if spec is not None:
            yield DocumentValue(f"Dataset/{name}", {**spec.json, "role": role})


def _dataset_role(pointer: Pointer) -> str:
    training, evaluation, other_role = DATASET_ROLES
    if pointer[:2] == ("data", training):
        return training
    return evaluation if pointer[:2] == ("data", evaluation) or pointer[0] == "evaluations" else other_role
