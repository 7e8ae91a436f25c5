"""What each file of a repository is about, and which team answers for that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from compiler.foundation.json_data import as_list, as_object, as_str
from compiler.foundation.provenance import Origin
from compiler.plan.planning_services import Planner
from compiler.resolve.fleet import Fleet
from compiler.spec.language import matches
from compiler.spec.portfolio import Spec, release_contents


@dataclass(frozen=True, slots=True)
class Claim:
    """A team that answers for a file, or for a part of it; an empty one stands for the project's owner.

    `model`: the model that the file is of, alone.
    """

    path: str
    team: str
    kind: str
    origin: Origin
    model: str = ""


@dataclass(frozen=True, slots=True)
class Committed:
    """A file that is made and committed: where, for which model (if for one), and by which unit."""

    path: str
    model: str
    unit: str


def claims(planner: Planner, committed: Sequence[Committed]) -> Iterator[Claim]:
    """Everybody who answers for something in a file: in documents, in what lies beside them, in what is made and committed."""
    fleet = planner.fleet
    owners = {name: owner_of(fleet, spec) for name, spec in fleet.portfolio.of("Model").items()}
    project = fleet.portfolio.project
    yield Claim(project.document.path, "", project.kind, Origin("project", ("owner",)))
    for name, spec in fleet.portfolio.of("Model").items():
        origin = Origin(f"Model/{name}", ("owner",))
        for path in (spec.document.path, *_beside(fleet, spec)):
            yield Claim(path, owners[name], "Model", origin, name)
    for folder, defaults in fleet.portfolio.defaults.items():
        below = {owners[model.name] for model in fleet.portfolio.models_below.get(folder, ())}
        team = defaults.text("owner") or (below.pop() if len(below) == 1 else "")
        yield Claim(defaults.document.path, team, "Defaults", Origin("project", ("owner",)))
    yield from _others(fleet)
    yield from _made(fleet, owners, committed)


def owner_of(fleet: Fleet, model: Spec) -> str:
    """The team that owns a model, wherever it runs: what its strongest layer says that holds everywhere."""
    said = (as_str(layer.data.get("owner")) for layer in reversed(fleet.layers.general(model)))
    return next(filter(None, said), "")


def _beside(fleet: Fleet, model: Spec) -> Iterator[str]:
    """The files that a model's releases name, which lie beside its document."""
    marks = fleet.language.type(model.text("type")).beside
    for content in release_contents(model.data).values():
        for mark in marks:
            for _, relative in matches(content, mark.pointer):
                yield normpath(join(dirname(model.document.path), as_str(relative)))


def _others(fleet: Fleet) -> Iterator[Claim]:
    """Documents of other kinds. A Team's own is the project's, since it says what its members may approve."""
    for kind in ("Environment", "Dataset", "UseCase", "Policy"):
        for name, spec in fleet.portfolio.of(kind).items():
            yield Claim(spec.document.path, spec.text("owner"), kind, Origin(f"{kind}/{name}", ("owner",)))
    for name, spec in fleet.portfolio.of("Team").items():
        yield Claim(spec.document.path, "", "Team", Origin(f"Team/{name}", ("name",)))
    for name, spec in fleet.portfolio.of("Waiver").items():
        for index, approval in enumerate(map(as_object, as_list(spec.data.get("approvedBy")))):
            origin = Origin(f"Waiver/{name}", ("approvedBy", index, "team"))
            yield Claim(spec.document.path, as_str(approval.get("team")), "Waiver", origin)


def _made(fleet: Fleet, owners: Mapping[str, str], committed: Sequence[Committed]) -> Iterator[Claim]:
    environments = fleet.portfolio.of("Environment")
    for one in committed:
        if one.model:
            yield Claim(one.path, owners.get(one.model, ""), "", Origin(f"Model/{one.model}", ("owner",)), one.model)
        elif one.unit in environments:
            team = environments[one.unit].text("owner")
            yield Claim(one.path, team, "", Origin(f"Environment/{one.unit}", ("owner",)))
        else:
            yield Claim(one.path, "", "", Origin("project", ("owner",)))
