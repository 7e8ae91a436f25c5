"""Collects what each file of a repository contains, and which team owns that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from posixpath import dirname, join, normpath

from compiler.foundation.json_data import plain_data
from compiler.foundation.provenance import Origin
from compiler.resolve.fleet import Fleet
from compiler.spec.language import iter_strings
from compiler.spec.portfolio import (
    DatasetSpec,
    EnvironmentSpec,
    ModelSpec,
    PolicySpec,
    UseCaseSpec,
    release_contents,
)


@dataclass(frozen=True, slots=True)
class OwnershipClaim:
    """A team that owns a file or a part of it; an empty team means the project's owner.

    `model`: the only model that the file belongs to.
    """

    path: str
    team: str
    kind: str
    origin: Origin
    model: str = ""


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A committed output file: its path, its model (if it has one), and its unit."""

    path: str
    model: str
    unit: str


def ownership_claims(fleet: Fleet, committed_files: Sequence[CommittedFile]) -> Iterator[OwnershipClaim]:
    """Every ownership claim: documents, companion files, and committed output files."""
    owners = {name: model_owner(fleet, spec) for name, spec in fleet.portfolio.by_kind("Model").items()}
    project = fleet.portfolio.project
    yield OwnershipClaim(project.document.path, "", project.kind, Origin("project", ("owner",)))
    for name, spec in fleet.portfolio.by_kind("Model").items():
        origin = Origin(f"Model/{name}", ("owner",))
        for path in (spec.document.path, *_companion_paths(fleet, spec)):
            yield OwnershipClaim(path, owners[name], "Model", origin, name)
    for folder, defaults in fleet.portfolio.defaults.items():
        folder_owners = {owners[model.name] for model in fleet.portfolio.models_by_folder.get(folder, ())}
        team = defaults.data.get("owner") or (folder_owners.pop() if len(folder_owners) == 1 else "")
        yield OwnershipClaim(defaults.document.path, team, "Defaults", Origin("project", ("owner",)))
    yield from _document_claims(fleet)
    yield from _committed_file_claims(fleet, owners, committed_files)


def model_owner(fleet: Fleet, model: ModelSpec) -> str:
    """The team that owns a model everywhere: the strongest layer that applies in every environment."""
    owners = (layer.data.get("owner") for layer in reversed(fleet.layers.base_layers(model)))
    return next((owner for owner in owners if owner and isinstance(owner, str)), "")


def _companion_paths(fleet: Fleet, model: ModelSpec) -> Iterator[str]:
    """The companion files of a model's releases."""
    annotations = fleet.language.type_language(model.data["type"]).companion_files
    for content in release_contents(model.data).values():
        for annotation in annotations:
            for _, relative in iter_strings(plain_data(content), annotation.pointer):
                yield normpath(join(dirname(model.document.path), relative))


def _document_claims(fleet: Fleet) -> Iterator[OwnershipClaim]:
    """Documents other than Models. A Team document belongs to the project, because it defines what the team may approve."""
    portfolio = fleet.portfolio
    owned_specs: Iterable[EnvironmentSpec | DatasetSpec | UseCaseSpec | PolicySpec] = chain(
        portfolio.by_kind("Environment").values(),
        portfolio.by_kind("Dataset").values(),
        portfolio.by_kind("UseCase").values(),
        portfolio.by_kind("Policy").values(),
    )
    for owned in owned_specs:
        origin = Origin(f"{owned.kind}/{owned.name}", ("owner",))
        yield OwnershipClaim(owned.document.path, owned.data.get("owner", ""), owned.kind, origin)
    for name, team in portfolio.by_kind("Team").items():
        yield OwnershipClaim(team.document.path, "", "Team", Origin(f"Team/{name}", ("name",)))
    for name, waiver in portfolio.by_kind("Waiver").items():
        for index, approval in enumerate(waiver.data["approvedBy"]):
            origin = Origin(f"Waiver/{name}", ("approvedBy", index, "team"))
            yield OwnershipClaim(waiver.document.path, approval["team"], "Waiver", origin)


def _committed_file_claims(
    fleet: Fleet, owners: Mapping[str, str], committed_files: Sequence[CommittedFile]
) -> Iterator[OwnershipClaim]:
    environments = fleet.portfolio.by_kind("Environment")
    for file in committed_files:
        if file.model:
            yield OwnershipClaim(
                file.path, owners.get(file.model, ""), "", Origin(f"Model/{file.model}", ("owner",)), file.model
            )
        elif file.unit in environments:
            team = environments[file.unit].data.get("owner", "")
            yield OwnershipClaim(file.path, team, "", Origin(f"Environment/{file.unit}", ("owner",)))
        else:
            yield OwnershipClaim(file.path, "", "", Origin("project", ("owner",)))
