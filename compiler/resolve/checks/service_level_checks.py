"""Objectives are no looser than the SLA, and objectives that nothing measures are declared with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer
from compiler.resolve.cron import longest_gap
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import LatencyObjectiveData, SlaData, SloData
from compiler.spec.quantities import Cron, Duration, Percentage

_LATENCY_KEYS: Mapping[Literal["latency", "timeToFirstToken"], str] = {
    "latency": "responses within",
    "timeToFirstToken": "responses that start within",
}


def check_service_levels(model: ResolvedModel) -> Iterator[Finding]:
    """Findings for objectives that are looser than the SLA, or leave out a part of it."""
    sla, slo = model.data.get("sla", {}), model.data.get("slo", {})
    sla_value, slo_value = sla.get("availability"), slo.get("availability")
    if sla_value and slo_value and Percentage(slo_value).ratio < Percentage(sla_value).ratio:
        message = f"the SLO is {slo_value} availability, but the SLA promises {sla_value}"
        yield model.finding(
            codes.SLO_LOOSER_THAN_SLA, message, ("slo", "availability"), f"raise it to at least {sla_value}"
        )
    sla_value, slo_value = sla.get("freshness"), slo.get("freshness")
    if sla_value and slo_value and Duration(slo_value).milliseconds > Duration(sla_value).milliseconds:
        message = f"the SLO allows {slo_value} between successful runs, but the SLA promises {sla_value}"
        yield model.finding(
            codes.SLO_LOOSER_THAN_SLA, message, ("slo", "freshness"), f"lower it to at most {sla_value}"
        )
    yield from _check_freshness(model, sla, slo)
    for key, words in _LATENCY_KEYS.items():
        yield from _check_latency(model, key, words, sla.get(key, {}), slo.get(key, ()))


def _check_freshness(model: ResolvedModel, sla: SlaData, slo: SloData) -> Iterator[Finding]:
    """A freshness that the schedule itself exceeds."""
    schedule = model.data.get("deploy", {}).get("batch", {}).get("schedule", "")
    gap = longest_gap(Cron(schedule).schedule) if schedule and ("freshness" in sla or "freshness" in slo) else None
    for root, limit in (("sla", sla.get("freshness")), ("slo", slo.get("freshness"))):
        if gap is not None and limit and Duration(limit).milliseconds <= gap.total_seconds() * 1000:
            gap_text = Duration(f"{int(gap.total_seconds())}s")
            message = (
                f"a successful run is required every {limit}, but the schedule leaves up to {gap_text} between two runs"
            )
            help_ = f"set more than {gap_text} plus the duration of a run"
            yield model.finding(codes.UNREACHABLE_FRESHNESS, message, (root, "freshness"), help_)


def _check_latency(
    model: ResolvedModel,
    key: str,
    description: str,
    sla_limits: Mapping[str, str],
    slo_objectives: Sequence[LatencyObjectiveData],
) -> Iterator[Finding]:
    objectives = [
        (Percentage(objective["target"]).percent, Duration(objective["threshold"]).milliseconds)
        for objective in slo_objectives
    ]
    for quantile, limit_text in sla_limits.items() if objectives else ():
        share, limit = Percentage(quantile[1:]).percent, Duration(limit_text).milliseconds
        if not any(
            objective_share >= share and objective_limit <= limit for objective_share, objective_limit in objectives
        ):
            objective_index = next(
                (index for index, (objective_share, _) in enumerate(objectives) if objective_share == share), None
            )
            pointer: Pointer = ("slo", key) if objective_index is None else ("slo", key, objective_index, "threshold")
            message = f"the SLA promises {share}% of {description} {limit_text}, but no objective covers that"
            help_ = (
                f"add `{{threshold: {limit_text}, target: {share}%}}`"
                if objective_index is None
                else f"lower it to at most {limit_text}"
            )
            yield model.finding(codes.SLO_LOOSER_THAN_SLA, message, pointer, help_)
