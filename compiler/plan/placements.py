"""What records see of a model: where it runs, in which releases, on which data, and what it serves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.plan.base import Values, base_context, environment_of
from compiler.plan.planner import Planner
from compiler.provenance import Derived, Origin, Root, derived_list
from compiler.resolve.model import ResolvedModel
from compiler.resolve.places import namespace
from compiler.values import Json, Object, as_list, as_object, as_str

_ROLES = ("training", "evaluation")


@dataclass(frozen=True)
class Leading:
    """A model as it is in the last environment, by promotion, in which it runs; and all the places."""

    model: ResolvedModel
    places: tuple[ResolvedModel, ...]


def leading(places: Sequence[ResolvedModel]) -> Leading:
    """The model whose values records tell; `places` in order of promotion, at least one."""
    return Leading(places[-1], tuple(places))


def model_context(planner: Planner, first: Leading) -> Values:
    """What templates of records see, whatever the emitter."""
    model = first.model
    context = base_context(planner, model)
    context["name"] = Derived(model.name, (Origin("model", ("name",)),))
    context["datasets"] = derived_list(list(datasets(planner, model)), (Origin("model", ("data",)),))
    context["placements"] = Derived([_placement(one) for one in first.places], (Origin("model", ("release",)),))
    return context


def datasets(planner: Planner, model: ResolvedModel) -> Iterator[Root]:
    """The datasets that a model names, each with its `role`: training, evaluation or used."""
    data = as_object(model.data.get("data"))
    named = [(role, as_str(name)) for role in _ROLES for name in as_list(data.get(role))]
    named += [("used", as_str(use.get("dataset"))) for use in map(as_object, as_list(model.data.get("uses")))]
    for role, name in named:
        spec = planner.fleet.find("Dataset", name) if name else None
        if spec is not None:
            yield Root(f"Dataset/{name}", {**spec.data, "role": role})


def _placement(model: ResolvedModel) -> Object:
    environment = environment_of(model)
    found: dict[str, Json] = {
        "environment": environment.name,
        "stage": environment.text("stage"),
        "cluster": environment.text("cluster") or None,
        "namespace": namespace(model),
        "target": as_object(model.data.get("deploy")).get("target"),
        "release": model.release.version if model.release else None,
        "releaseDigest": model.release.digest if model.release else None,
        "canary": model.canary.version if model.canary else None,
        "weight": as_object(model.data.get("canary")).get("weight"),
        "runtimeDigest": model.runtime_digest,
        "governanceDigest": model.governance_digest,
    }
    return {key: value for key, value in found.items() if value is not None}
