"""Collects what each file of a repository contains, and which team owns that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from compiler.foundation.provenance import Origin
from compiler.plan.model_facts import ModelFacts
from compiler.resolve.fleet import Fleet
from compiler.spec.portfolio import (
    DatasetSpec,
    EnvironmentSpec,
    PolicySpec,
    UseCaseSpec,
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


def ownership_claims(
    fleet: Fleet, models: Sequence[ModelFacts], committed_files: Sequence[CommittedFile]
) -> Iterator[OwnershipClaim]:
    """Every ownership claim: documents, companion files, and committed output files."""
    owners = {model.name: model.base_owner for model in models}
    project = fleet.portfolio.project
    yield OwnershipClaim(project.document.path, "", project.kind, Origin("project", ("owner",)))
    for model in models:
        origin = Origin(f"Model/{model.name}", ("owner",))
        for path in (model.path, *model.companion_paths):
            yield OwnershipClaim(path, model.base_owner, "Model", origin, model.name)
    for folder, defaults in fleet.portfolio.defaults.items():
        folder_owners = {owners[model.name] for model in fleet.portfolio.models_by_folder.get(folder, ())}
        team = defaults.data.get("owner") or (folder_owners.pop() if len(folder_owners) == 1 else "")
        yield OwnershipClaim(defaults.document.path, team, "Defaults", Origin("project", ("owner",)))
    yield from _document_claims(fleet)
    yield from _committed_file_claims(fleet, owners, committed_files)


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
