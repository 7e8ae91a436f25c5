"""Which files there are to make: for each model where it runs, for each model, for each environment, and for the project."""

from collections.abc import Callable, Iterator

from compiler.plan.deployment import deployment, enabled
from compiler.plan.judge import Judge
from compiler.plan.of_models import of_model
from compiler.plan.planned import PlannedFile, PlannedUnit
from compiler.plan.planner import Planner
from compiler.plan.shared import Placed, of_environment, of_project
from compiler.resolve.model import ResolvedModel
from compiler.resolve.places import namespace
from compiler.values import Json, as_str

__all__ = ["PlannedFile", "PlannedUnit", "Scope", "enabled", "plan"]

Scope = Callable[[str, str], bool]
"""Whether a run is about a model (by name) in an environment; either may be empty: what belongs to none."""


def plan(planner: Planner, judge: Judge, scope: Scope) -> Iterator[PlannedUnit]:
    """Every unit of the fleet that the scope asks for, by environment and name; those of environments and project last."""
    made: list[Placed] = []
    for name in planner.fleet.portfolio.of("Model"):
        places: list[ResolvedModel] = []
        for environment in planner.fleet.places(name):
            model, _ = planner.fleet.resolve(name, environment)
            if model is None or environment is None:
                continue
            places.append(model)
            made.append(_deployed(model, environment))
            if scope(name, environment):
                yield deployment(planner, judge, model, environment)
        if places and scope(name, ""):
            yield from of_model(planner, judge, places)
    for environment in planner.fleet.environments:
        if scope("", environment):
            yield from of_environment(planner, environment, [one for one in made if one.environment == environment])
    if scope("", ""):
        yield from of_project(planner, made)


def _deployed(model: ResolvedModel, environment: str) -> Placed:
    data: dict[str, Json] = {"name": model.name, "path": model.name, "namespace": namespace(model), "environment": environment}
    data["owner"] = as_str(model.data["owner"])
    return Placed(model.name, environment, data)
