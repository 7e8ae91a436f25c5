"""Which files there are to make: for each model where it runs, for each model, for each environment, and for the project."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import as_str
from compiler.foundation.provenance import Origin
from compiler.plan.codeowners.ownership_claims import Committed
from compiler.plan.codeowners.ownership_rules import owned
from compiler.plan.context.document_origins import written
from compiler.plan.context.model_context import environment_of
from compiler.plan.deployment_unit import deployment
from compiler.plan.matching.compatibility import Judge
from compiler.plan.model_unit import of_model
from compiler.plan.planned_units import PlannedFile, PlannedUnit
from compiler.plan.planning_services import Planner
from compiler.plan.quotas import tenancy
from compiler.plan.rendered_kinds import kinds_of
from compiler.plan.shared_units import KINDS, OWNED, Placed, of_environment, of_project, reads
from compiler.resolve.dependencies import asks
from compiler.resolve.resolved_model import ResolvedModel

__all__ = ["PlannedFile", "PlannedUnit", "Scope", "owner_findings", "plan"]

Scope = Callable[[str, str], bool]
"""Whether a run is about a model (by name) in an environment; either may be empty: what belongs to none."""


@dataclass
class _Survey:
    """What files of many models are told of the others; `kinds_in` and `wants_owners`: whether any of them asks."""

    kinds_in: frozenset[str]
    wants_owners: bool
    made: list[Placed] = field(default_factory=list)
    kinds: dict[str, list[tuple[str, str] | Finding]] = field(default_factory=dict)
    committed: list[Committed] = field(default_factory=list)

    def note(self, unit: PlannedUnit, environment: str, model: str) -> PlannedUnit:
        """Keep what there is to know of a unit."""
        if model and environment in self.kinds_in:
            self.kinds.setdefault(environment, []).extend(kinds_of(unit))
        self.committed += [Committed(file.place, model, unit.id) for file in unit.files if file.place]
        return unit


def plan(planner: Planner, judge: Judge, scope: Scope) -> Iterator[PlannedUnit]:
    """Every unit of the fleet that the scope asks for, by environment and name; those of environments and project last."""
    survey = _survey(planner, scope)
    for name in planner.fleet.portfolio.of("Model"):
        places: list[ResolvedModel] = []
        for environment in planner.fleet.places(name):
            model, _ = planner.fleet.resolve(name, environment)
            if model is None:
                continue
            places.append(model)
            if environment is None:
                continue
            survey.made.append(_placed(planner, model, environment))
            if scope(name, environment) or environment in survey.kinds_in or survey.wants_owners:
                unit = survey.note(deployment(planner, judge, model, environment), environment, name)
                yield from (unit,) if scope(name, environment) else ()
        if places and (scope(name, "") or survey.wants_owners):
            units = [survey.note(unit, "", name) for unit in of_model(planner, judge, places)]
            yield from units if scope(name, "") else ()
    yield from _of_many(planner, survey, scope)


def _of_many(planner: Planner, survey: _Survey, scope: Scope) -> Iterator[PlannedUnit]:
    for environment in planner.fleet.environments:
        if scope("", environment) or survey.wants_owners:
            here = [one for one in survey.made if one.environment == environment]
            for unit in of_environment(planner, environment, here, survey.kinds.get(environment, ())):
                survey.note(unit, environment, "")
                yield from (unit,) if scope("", environment) else ()
    if scope("", ""):
        yield from of_project(planner, survey.made, survey.committed, asked=survey.wants_owners)


def _survey(planner: Planner, scope: Scope) -> _Survey:
    environments = planner.fleet.portfolio.of("Environment")
    return _Survey(
        frozenset(
            name
            for name in planner.fleet.environments
            if scope("", name) and reads(planner, "environment", KINDS, environments[name].data)
        ),
        scope("", "") and reads(planner, "project", OWNED),
    )


def owner_findings(planner: Planner) -> Iterable[Finding]:
    """Who owns something and cannot be asked, where the project has forges told who owns what."""
    return owned(planner, ())[1] if reads(planner, "project", OWNED) else ()


def _placed(planner: Planner, model: ResolvedModel, environment: str) -> Placed:
    language = planner.fleet.language.type(model.spec.text("type"))
    asked = tuple(ask.name for ask in asks(model, language) if ask.itself)
    return Placed(
        model.name,
        environment,
        as_str(model.data["owner"]),
        asked,
        tenancy(planner, model, environment_of(model)),
        written(model, (Origin("model", ("owner",)),)),
    )
