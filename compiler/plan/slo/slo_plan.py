"""The SLO plan of a deployed model: its objectives with what measures them, and findings; expressions are built later."""

from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.plan.context.emitter_evaluation import EmitterEvaluation, condition_variables
from compiler.plan.context.model_context import environment_of
from compiler.plan.emitters.conditions import SLI_SECTIONS, ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.slo.custom_series import series_findings
from compiler.plan.slo.objectives import AnyObjective, FreshnessObjective, Objective, model_objectives
from compiler.plan.slo.sli_catalog import (
    SliCatalog,
    SliSource,
    bucket_mismatch_finding,
    opt_out_reason,
    select_sli_source,
)
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True, slots=True)
class MeasuredObjective:
    """An objective and its SLI."""

    objective: AnyObjective
    source: SliSource


@dataclass(frozen=True, slots=True)
class SloPlan:
    """The objectives of a deployed model, those that nothing measures with the reason, and its signals."""

    measured_objectives: tuple[MeasuredObjective, ...] = ()
    unmeasured_objectives: tuple[tuple[AnyObjective, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    is_enabled: bool = False
    """Whether monitoring is on: the environment has a Prometheus, and the model runs."""

    def objective_values(self) -> list[Json]:
        """The objectives, as expressions of emitters see them."""
        return [_objective_value(item.objective) for item in self.measured_objectives]


NO_SLOS = SloPlan()


def plan_slos(fleet: Fleet, conditions: ConditionEvaluator, target_evaluation: EmitterEvaluation) -> SloPlan:
    """The SLO plan of a model, given the evaluation of its target; empty if there is no Prometheus, or nothing runs."""
    model = target_evaluation.model
    capabilities = environment_of(model).data.get("capabilities", {})
    if "metrics" not in capabilities or model.data.get("deploy", {}).get("suspended") is True:
        return NO_SLOS
    measured_objectives, unmeasured_objectives, findings = (
        list[MeasuredObjective](),
        list[tuple[AnyObjective, str]](),
        list[Finding](),
    )
    catalog: SliCatalog | None = None
    for objective in model_objectives(model):
        if isinstance(objective, Finding):
            findings.append(objective)
            continue
        opt_out = opt_out_reason(model, objective)
        if opt_out:
            unmeasured_objectives.append((objective, opt_out))
            findings += [_contradiction_finding(model, objective)] if objective.pointer[0] == "slo" else []
            continue
        catalog = catalog or sli_catalog(fleet, conditions, model, target_evaluation.emitter)
        sli_source = select_sli_source(model, objective, catalog)
        problem = sli_source if isinstance(sli_source, Finding) else _bucket_finding(model, objective, sli_source)
        if isinstance(problem, Finding):
            findings.append(problem)
        elif isinstance(sli_source, SliSource):
            measured_objectives.append(MeasuredObjective(objective, sli_source))
    findings += series_findings(model)
    return SloPlan(
        tuple(measured_objectives), tuple(unmeasured_objectives), tuple(dict.fromkeys(findings)), is_enabled=True
    )


def signal_values(model: ResolvedModel, slo_plan: SloPlan) -> list[Json]:
    """The signals with a series, as expressions of emitters see them."""
    monitors = model.data.get("monitoring", ()) if slo_plan.is_enabled else ()
    return [{"name": monitor["signal"], "action": monitor["action"]} for monitor in monitors if "series" in monitor]


def _contradiction_finding(model: ResolvedModel, objective: AnyObjective) -> Finding:
    key = objective.indicator
    message = f"`slo.{key}` defines an objective, but `slo.unmeasured` gives a reason why nothing measures it"
    help_ = f"remove one of the two; `sla.{key}` can stay"
    return model.finding(codes.BAD_OBJECTIVE, message, ("slo", "unmeasured", key), help_)


def _bucket_finding(model: ResolvedModel, objective: AnyObjective, sli_source: SliSource) -> Finding | None:
    return bucket_mismatch_finding(model, objective, sli_source) if isinstance(objective, Objective) else None


def sli_catalog(fleet: Fleet, conditions: ConditionEvaluator, model: ResolvedModel, target: Emitter) -> SliCatalog:
    """The SLIs of a model's target, and whether each applies to the model."""
    results = conditions.evaluate_sections(target, SLI_SECTIONS, condition_variables(fleet, model, target))
    count = len(target.data.get("sli", ()))
    capabilities = environment_of(model).data.get("capabilities", {})
    return SliCatalog(target, [results.get(("sli", index, "when"), True) for index in range(count)], capabilities)


def _objective_value(objective: AnyObjective) -> Object:
    identity: Object = {"name": objective.name, "indicator": objective.indicator}
    if isinstance(objective, FreshnessObjective):
        return {**identity, "limitSeconds": objective.max_age.seconds}
    latency: Object = {"thresholdSeconds": objective.latency_limit.seconds} if objective.latency_limit else {}
    shares: Object = {"target": float(objective.target), "budget": float(objective.budget), "period": objective.period}
    return {**identity, **shares, **latency}
