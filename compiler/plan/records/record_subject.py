"""What a record tells of: a model as it is where it is furthest, the places where it runs, its releases and its data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.foundation.json_data import Pointer
from compiler.foundation.provenance import Root
from compiler.plan.planning_services import Planner
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.cel_variables import ROLES


@dataclass(frozen=True)
class Told:
    """A model as records tell it; it runs in `places`, in order of promotion, in these `releases`."""

    model: ResolvedModel
    places: tuple[ResolvedModel, ...]
    releases: tuple[Release, ...]
    datasets: tuple[Root, ...]

    def of(self, release: Release) -> "Told":
        """The same of one release alone, as it is in the last place where that runs: there it is the one that is told of."""
        [*_, model] = [one for one in self.places if release in (one.release, one.canary)]
        if release is model.canary:
            model = replace(model, release=release, canary=None)
        return replace(self, model=model, releases=(release,))


def tell(planner: Planner, places: Sequence[ResolvedModel]) -> Told:
    """What records tell of a model; `places`: the model where it runs, or its general layers alone where it runs nowhere."""
    running = tuple(place for place in places if place.environment is not None)
    found = {release.version: release for one in running for release in (one.canary, one.release) if release}
    releases = tuple(found[version] for version in sorted(found))
    return Told(places[-1], running, releases, tuple(_datasets(planner, places[-1])))


def _datasets(planner: Planner, model: ResolvedModel) -> Iterator[Root]:
    """The datasets that a model or a release of it names, each with its `role`: training, evaluation or used."""
    language = planner.fleet.language.type(model.spec.text("type"))
    named = [(_role(pointer), name) for kind, name, pointer, _ in references(model, language) if kind == "Dataset"]
    for role, name in sorted(dict.fromkeys(named), key=lambda one: ROLES.index(one[0])):
        spec = planner.fleet.find("Dataset", name)
        if spec is not None:
            yield Root(f"Dataset/{name}", {**spec.data, "role": role})


def _role(pointer: Pointer) -> str:
    training, evaluation, used = ROLES
    if pointer[:2] == ("data", training):
        return training
    return evaluation if pointer[:2] == ("data", evaluation) or pointer[0] == "evaluations" else used
