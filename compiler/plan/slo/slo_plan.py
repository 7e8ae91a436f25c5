"""What is watched of a model where it runs, with what measures each of it, and what is wrong with that; no expression is made yet."""

from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_list, as_object
from compiler.plan.context.model_context import environment_of
from compiler.plan.emitters.conditions import METERS
from compiler.plan.matching.emitter_evaluation import Situation, variables
from compiler.plan.planning_services import Planner
from compiler.plan.slo.custom_series import mistakes
from compiler.plan.slo.objectives import Freshness, Objective, Watched, objectives
from compiler.plan.slo.sli_catalog import Meters, Source, off_bounds, reason, source
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True, slots=True)
class Measured:
    """An objective, and what measures it."""

    watched: Watched
    source: Source


@dataclass(frozen=True, slots=True)
class Level:
    """What is watched of a model in an environment, and what is not, with the reason."""

    measured: tuple[Measured, ...] = ()
    unwatched: tuple[tuple[Watched, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    watches: bool = False
    """Whether anything watches at all: a Prometheus is there, and the model runs."""

    def told(self) -> list[Json]:
        """The objectives as expressions of emitters see them."""
        return [_told(one.watched) for one in self.measured]


NOTHING = Level()


def level(planner: Planner, ours: Situation) -> Level:
    """The level of a model, given what its target has before it; nothing is watched where no Prometheus is, or nothing runs."""
    model = ours.model
    capabilities = as_object(environment_of(model).data.get("capabilities"))
    if "metrics" not in capabilities or as_object(model.data.get("deploy")).get("suspended") is True:
        return NOTHING
    measured, unwatched, findings = list[Measured](), list[tuple[Watched, str]](), list[Finding]()
    meters: Meters | None = None
    for watched in objectives(model):
        if isinstance(watched, Finding):
            findings.append(watched)
            continue
        why = reason(model, watched)
        if why:
            unwatched.append((watched, why))
            findings += [_contradiction(model, watched)] if watched.pointer[0] == "slo" else []
            continue
        meters = meters or _meters(planner, ours)
        found = source(model, watched, meters)
        wrong = found if isinstance(found, Finding) else _off(model, watched, found)
        if isinstance(wrong, Finding):
            findings.append(wrong)
        elif isinstance(found, Source):
            measured.append(Measured(watched, found))
    findings += mistakes(model)
    return Level(tuple(measured), tuple(unwatched), tuple(dict.fromkeys(findings)), watches=True)


def signals(model: ResolvedModel, found: Level) -> list[Json]:
    """The signals that a series holds, as expressions of emitters see them."""
    monitors = map(as_object, as_list(model.data.get("monitoring"))) if found.watches else ()
    return [{"name": monitor["signal"], "action": monitor["action"]} for monitor in monitors if "series" in monitor]


def _contradiction(model: ResolvedModel, watched: Watched) -> Finding:
    key = watched.indicator
    message = f"`slo.{key}` is an objective, and `slo.unwatched` says why nothing watches it"
    help_ = f"take one of them away; what is promised under `sla.{key}` may stay"
    return model.finding(codes.BAD_OBJECTIVE, message, ("slo", "unwatched", key), help_)


def _off(model: ResolvedModel, watched: Watched, found: Source) -> Finding | None:
    return off_bounds(model, watched, found) if isinstance(watched, Objective) else None


def _meters(planner: Planner, ours: Situation) -> Meters:
    asked = planner.conditions.verdicts(ours.emitter, METERS, variables(planner, ours.model, ours.emitter))
    count = len(as_list(ours.emitter.data.get("sli")))
    capabilities = as_object(environment_of(ours.model).data.get("capabilities"))
    return Meters(ours.emitter, [asked.get(("sli", index, "when"), True) for index in range(count)], capabilities)


def _told(watched: Watched) -> Object:
    named: Object = {"name": watched.name, "indicator": watched.indicator}
    if isinstance(watched, Freshness):
        return {**named, "limitSeconds": watched.limit.seconds}
    within: Object = {"withinSeconds": watched.within.seconds} if watched.within else {}
    shares: Object = {"target": float(watched.target), "budget": float(watched.budget), "period": watched.period}
    return {**named, **shares, **within}
