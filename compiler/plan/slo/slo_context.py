"""The SLO part of template contexts: objectives and signals with their rules, and objectives that nothing measures."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, plain_data
from compiler.foundation.provenance import ComputedValue, Origin, Origins, computed_list
from compiler.plan import conventions
from compiler.plan.context.emitter_evaluation import EmitterEvaluation
from compiler.plan.context.model_context import ContextValues, environment_of
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.slo import burn_rates as windows
from compiler.plan.slo.indicators import LatencySli, ProbeSli
from compiler.plan.slo.metric_series import build_sli_ratio, invalid_series_finding, parse_series
from compiler.plan.slo.objectives import AnyObjective, FreshnessObjective, Objective
from compiler.plan.slo.promql import Vector, aggregate, binary_operation, instant_vector, scalar
from compiler.plan.slo.recording_rules import (
    DEFAULT_MISSING_DATA_DURATION,
    Alert,
    Recording,
    Signal,
    SloIdentity,
    burn_alerts,
    freshness_rules,
    missing_data_alert,
    recording_rules,
    run_age,
)
from compiler.plan.slo.request_rate import counter_source, request_rate
from compiler.plan.slo.slo_labels import chart_labels, rule_labels
from compiler.plan.slo.slo_plan import MeasuredObjective, SloPlan, plan_slos, sli_catalog
from compiler.resolve.digests import digest
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import SloData
from compiler.spec.quantities import Duration, Percentage

_CHART_WINDOW = "5m"
"""The window of dashboard panels."""
_QUANTILES = (Fraction(50, 100), Fraction(95, 100), Fraction(99, 100))
_INDICATOR_PHRASES = {
    "availability": "succeed",
    "latency": "of requests are answered",
    "timeToFirstToken": "of streamed responses begin",
}


@dataclass(frozen=True)
class _SloInputs:
    """The inputs that all values of one model share."""

    templates: EmitterTemplates
    target_evaluation: EmitterEvaluation
    identity: SloIdentity
    """As rules select series, where they are evaluated."""
    chart_identity: SloIdentity
    """As dashboards select series, in a store that clusters may share."""
    context: ContextValues
    """The names that templates of the target see."""

    @property
    def slo(self) -> SloData:
        """The `slo` section of the model."""
        return self.target_evaluation.model.data.get("slo", {})

    @property
    def missing_data_duration(self) -> Duration:
        """How long data may be missing before an alert fires."""
        return Duration(self.slo.get("missingDataAfter", DEFAULT_MISSING_DATA_DURATION))


def slo_context(
    templates: EmitterTemplates,
    project: str,
    target_evaluation: EmitterEvaluation,
    slo_plan: SloPlan,
    context: ContextValues,
) -> tuple[ContextValues, list[Finding]]:
    """The values that the SLO plan adds to a context, and findings about series of the target."""
    model = target_evaluation.model
    capabilities = environment_of(model).data.get("capabilities", {})
    identity, chart_identity = (
        SloIdentity(project, environment_of(model).name, model.name, labels)
        for labels in (rule_labels(capabilities), chart_labels(capabilities))
    )
    inputs = _SloInputs(templates, target_evaluation, identity, chart_identity, context)
    results = [_measured_value(inputs, item) for item in slo_plan.measured_objectives]
    unmeasured_values = [
        ComputedValue(
            {"indicator": item.indicator, "name": item.name, "title": describe_objective(item), "reason": reason},
            (Origin("model", item.pointer),),
        )
        for item, reason in slo_plan.unmeasured_objectives
    ]
    values: ContextValues = {
        "objectives": computed_list(
            [item for item in results if isinstance(item, ComputedValue)], (Origin("model", ("slo",)),)
        ),
        "signals": computed_list(
            list(_signal_values(inputs)) if slo_plan.is_enabled else [], (Origin("model", ("monitoring",)),)
        ),
        "unmeasured": computed_list(unmeasured_values, (Origin("model", ("slo", "unmeasured")),)),
        "slo": ComputedValue(_dashboard_value(chart_identity, model.data["owner"]), (Origin("model", ("name",)),)),
    }
    return values, [item for item in results if isinstance(item, Finding)]


def _dashboard_value(identity: SloIdentity, owner: str) -> Object:
    """The values for a dashboard: what can be drawn for any model, and short names of model and owner."""
    hourly_burn = binary_operation(
        instant_vector(identity.all_series(f"{conventions.ERROR_RATIO_SERIES}1h")),
        f"/ on ({conventions.ID_LABEL}) group_left ()",
        instant_vector(identity.all_series(conventions.BUDGET_SERIES)),
    )
    firing_alerts = aggregate(
        "max",
        instant_vector(identity.all_series("ALERTS", alertstate="firing")),
        by=f"{conventions.SEVERITY_LABEL}, {conventions.SLO_LABEL}",
    )
    series = {
        "budgetRemaining": instant_vector(identity.all_series(conventions.BUDGET_REMAINING_SERIES)),
        "currentBurnRate": instant_vector(identity.all_series(conventions.CURRENT_BURN_SERIES)), "hourlyBurnRate": hourly_burn,
        "errorRatio": instant_vector(identity.all_series(f"{conventions.ERROR_RATIO_SERIES}{_CHART_WINDOW}")),
        "runAge": instant_vector(identity.all_series(conventions.RUN_AGE_SERIES)),
        "signals": instant_vector(identity.all_series(conventions.SIGNAL_SERIES)), "firingAlerts": firing_alerts,
    }  # fmt: skip
    id_ = digest([identity.project, identity.environment, identity.model]).removeprefix("sha256:")[:10]
    short_names = {
        "service": conventions.shorten_name(f"{identity.environment}-{identity.model}"),
        "team": conventions.shorten_name(owner, len("-ticket")),
    }
    return {"id": id_, **short_names, "series": {key: str(expr) for key, expr in series.items()}}


def describe_objective(objective: AnyObjective) -> str:
    """An objective as a phrase without subject."""
    if isinstance(objective, FreshnessObjective):
        return f"a run succeeds at least every {objective.max_age}"
    share = f"{scalar(objective.target * 100)}%"
    if objective.latency_limit is None:
        return f"{share} of requests {_INDICATOR_PHRASES['availability']}"
    return f"{share} {_INDICATOR_PHRASES[objective.indicator]} within {objective.latency_limit}"


def _measured_value(inputs: _SloInputs, item: MeasuredObjective) -> ComputedValue | Finding:
    objective, source, emitter = item.objective, item.source, inputs.target_evaluation.emitter
    spec = source.spec
    if source.is_from_catalog:
        rendered_spec = inputs.templates.render_value(emitter, source.spec, inputs.context, source.pointer)
        if isinstance(rendered_spec, Finding):
            return rendered_spec
        series_finding = invalid_series_finding(emitter, rendered_spec, source.pointer)
        if series_finding is not None:
            return series_finding
        spec = rendered_spec if isinstance(rendered_spec, dict) else spec
    origins: Origins = (Origin("model", objective.pointer),)
    origins += () if source.is_from_catalog else (Origin("model", source.pointer),)
    common = {**_common_values(inputs, objective), "sliSource": source.title}
    if isinstance(objective, FreshnessObjective):
        return ComputedValue({**common, **_freshness_values(inputs, objective, spec)}, origins)
    return ComputedValue({**common, **_ratio_values(inputs, objective, spec)}, origins)


def _common_values(inputs: _SloInputs, objective: AnyObjective) -> dict[str, Json]:
    id_ = next(iter(inputs.identity.labels(objective.name).values()))
    runbook = inputs.slo.get("runbook")
    full_name = f"{inputs.identity.environment}-{inputs.identity.model}-{objective.name}"
    resource_name = conventions.shorten_name(full_name, len("-ticket-3d"))
    values: dict[str, Json] = {
        "name": objective.name,
        "id": id_,
        "resource": resource_name,
        "indicator": objective.indicator,
        "title": describe_objective(objective),
    }
    return {**values, **({"runbook": runbook} if runbook else {})}


def _freshness_values(inputs: _SloInputs, objective: FreshnessObjective, spec: Object) -> dict[str, Json]:
    last_run, charted_run = (
        parse_series(spec, identity.external_labels) for identity in (inputs.identity, inputs.chart_identity)
    )
    recording, alerts = freshness_rules(objective, last_run, inputs.identity)
    return {
        "limit": str(objective.max_age), "limitSeconds": objective.max_age.seconds, "age": str(run_age(charted_run)),
        "recordings": [_recording_value(recording)], "alerts": [_alert_value(alert) for alert in alerts],
    }  # fmt: skip


def _ratio_values(inputs: _SloInputs, objective: Objective, spec: Object) -> dict[str, Json]:
    min_requests = inputs.slo.get("minRequests")
    sli_ratio, charted_ratio = (
        build_sli_ratio(objective, spec, identity.external_labels)
        for identity in (inputs.identity, inputs.chart_identity)
    )
    errors, total = charted_ratio.counters()
    ratio_alerts = (
        *burn_alerts(objective, sli_ratio, inputs.identity, min_requests),
        missing_data_alert(objective.name, sli_ratio.missing_data(), inputs.identity, inputs.missing_data_duration),
    )
    values: dict[str, Json] = {
        "target": float(objective.target), "percent": str(Percentage(f"{scalar(objective.target * 100)}%")),
        "budget": float(objective.budget), "period": objective.period, "periodDays": windows.period_days(objective.period),
        "minRequests": min_requests,
        "counters": {"errors": str(errors), "total": str(total)}, "isCounter": not isinstance(sli_ratio, ProbeSli),
        "rates": {"errors": str(charted_ratio.bad_rate(_CHART_WINDOW)), "total": str(charted_ratio.total_rate(_CHART_WINDOW))},
        "burnRates": [_burn_rate_value(burn) for burn in objective.burn_rates],
        "recordings": [_recording_value(rule) for rule in recording_rules(objective, sli_ratio, inputs.identity)],
        "alerts": [_alert_value(rule) for rule in ratio_alerts],
    }  # fmt: skip
    if objective.latency_limit is not None and isinstance(charted_ratio, LatencySli):
        units_per_second = charted_ratio.threshold * 1000 / objective.latency_limit.milliseconds
        percentiles = [
            {
                "percentile": f"p{scalar(quantile * 100)}",
                "expr": str(_to_seconds(charted_ratio.latency_quantile(quantile, _CHART_WINDOW), units_per_second)),
            }
            for quantile in _QUANTILES
        ]
        values |= {
            "threshold": str(objective.latency_limit),
            "thresholdSeconds": objective.latency_limit.seconds,
            "percentiles": percentiles,
        }
    return {key: value for key, value in values.items() if value is not None}


def _to_seconds(time: Vector, units_per_second: Fraction) -> Vector:
    return time if units_per_second == 1 else binary_operation(time, "/", scalar(units_per_second))


def _burn_rate_value(burn: windows.BurnRate) -> Object:
    return {
        "severity": burn.severity, "shortWindow": burn.short_window, "longWindow": burn.long_window,
        "budgetPercent": float(burn.budget_percent), "factor": float(burn.factor),
    }  # fmt: skip


def _burn_description(burn_rates: tuple[windows.BurnRate, ...]) -> str:
    """The burn rate of an alert in words."""
    return ", or ".join(
        f"more than {float(burn.factor):.4g} times the sustainable rate over both {burn.long_window} and {burn.short_window}"
        for burn in burn_rates
    )


def _recording_value(recording: Recording) -> Object:
    return {"record": recording.record, "expr": str(recording.expr), "labels": dict(recording.labels)}


def _alert_value(alert: Alert) -> Object:
    values: dict[str, Json] = {
        "name": alert.name,
        "severity": alert.severity,
        "expr": str(alert.expr),
        "labels": dict(alert.labels),
    }
    values |= {"for": str(alert.for_duration)} if alert.for_duration else {}
    return {
        **values,
        **(
            {
                "burnRates": [_burn_rate_value(burn) for burn in alert.burn_rates],
                "burnDescription": _burn_description(alert.burn_rates),
            }
            if alert.burn_rates
            else {}
        ),
    }


def _signal_values(inputs: _SloInputs) -> Iterator[ComputedValue]:
    """The signals that a series of the cluster measures."""
    for index, monitor in enumerate(inputs.target_evaluation.model.data.get("monitoring", ())):
        if "series" not in monitor:
            continue
        name, threshold = monitor["signal"], monitor["threshold"]
        is_below, action = monitor.get("triggerWhen") == "below", monitor["action"]
        signal = Signal(
            name,
            parse_series(plain_data(monitor["series"]), inputs.identity.external_labels),
            threshold,
            is_below,
            action,
            monitor.get("response"),
        )
        recording, alerts = signal.build_rules(inputs.identity, inputs.missing_data_duration)
        values: dict[str, Json] = {
            "name": name, "id": inputs.identity.labels(name)[next(iter(inputs.identity.labels(name)))], "method": monitor.get("method"),
            "threshold": threshold, "triggerWhen": "below" if is_below else "above", "action": action,
            "response": monitor.get("response"),
            "severity": action,
            "expr": str(recording.expr), "recordings": [_recording_value(recording)], "alerts": [_alert_value(alert) for alert in alerts],
        }  # fmt: skip
        yield ComputedValue(
            {key: value for key, value in values.items() if value is not None},
            (Origin("model", ("monitoring", index)),),
        )


class SloPlanner:
    """Plans service levels, given the evaluation of a model's target."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, templates: EmitterTemplates) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._templates = templates

    def plan(self, target_evaluation: EmitterEvaluation) -> SloPlan:
        """The objectives of a model with and without a series that measures them."""
        return plan_slos(self._fleet, self._conditions, target_evaluation)

    def counts_requests(self, model: ResolvedModel, target: Emitter) -> bool:
        """Whether series of Prometheus count the requests of a model."""
        return counter_source(model, sli_catalog(self._fleet, self._conditions, model, target)) is not None

    def request_rate(
        self, target_evaluation: EmitterEvaluation, context: ContextValues
    ) -> ComputedValue | Finding | None:
        """The query of the requests per second of a model; `None` if nothing counts them."""
        model, target = target_evaluation.model, target_evaluation.emitter
        source = counter_source(model, sli_catalog(self._fleet, self._conditions, model, target))
        return request_rate(self._templates, target_evaluation, context, source) if source else None

    def context(
        self, target_evaluation: EmitterEvaluation, slo_plan: SloPlan, context: ContextValues
    ) -> tuple[ContextValues, list[Finding]]:
        """The values that a plan adds to a context, and the findings about the series of the target."""
        project = self._fleet.portfolio.project.name
        return slo_context(self._templates, project, target_evaluation, slo_plan, context)
