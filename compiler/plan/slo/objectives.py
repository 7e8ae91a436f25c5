"""The objectives of a deployed model: from its `slo`, and from its `sla` for what the SLO leaves out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer
from compiler.plan.slo.burn_rates import PERIODS, BurnRate, burn_rates
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import SlaData, SloData
from compiler.spec.quantities import Duration, Percentage

LatencyIndicator = Literal["latency", "timeToFirstToken"]
Indicator = Literal["availability", LatencyIndicator, "freshness"]

_DEFAULT_PERIOD: Final = "30d"
"""The default period: the one that the workbook's burn rates are made for."""
_LATENCY_NAMES: Final[Mapping[LatencyIndicator, str]] = {"latency": "latency", "timeToFirstToken": "first-token"}


@dataclass(frozen=True, slots=True)
class Objective:
    """The share of requests that must be good over a period; with a latency limit, those answered within that time."""

    indicator: Indicator
    name: str
    target: Fraction
    period: str
    pointer: Pointer
    """The pointer to the target in the model."""
    latency_limit: Duration | None = None

    @property
    def budget(self) -> Fraction:
        """The share of requests that may be bad."""
        return 1 - self.target

    @property
    def burn_rates(self) -> tuple[BurnRate, ...]:
        """The burn rates of alerts, without those that errors cannot reach."""
        return tuple(burn for burn in burn_rates(self.period) if burn.is_reachable(self.budget))


@dataclass(frozen=True, slots=True)
class FreshnessObjective:
    """The maximum time since the last successful run."""

    max_age: Duration
    pointer: Pointer
    indicator: Literal["freshness"] = "freshness"
    name: str = "freshness"


AnyObjective = Objective | FreshnessObjective


@dataclass(frozen=True, slots=True)
class _ObjectiveDraft:
    """An objective without its period."""

    indicator: Indicator
    name: str
    target: Fraction
    pointer: Pointer
    latency_limit: Duration | None = None


def model_objectives(model: ResolvedModel) -> Iterator[AnyObjective | Finding]:
    """The objectives of the model, and findings; another check compares them with the SLA."""
    slo, sla = model.data.get("slo", {}), model.data.get("sla", {})
    root = "slo" if "freshness" in slo else "sla"
    limit = slo.get("freshness", sla.get("freshness"))
    if limit:
        yield FreshnessObjective(Duration(limit), (root, "freshness"))
    drafts = [
        *_availability_draft(slo, sla),
        *(latency_draft for key in _LATENCY_NAMES for latency_draft in _strictest_latency_drafts(key, slo, sla)),
    ]
    if drafts:
        period = _objective_period(model, slo, sla)
        yield from (
            [period] if isinstance(period, Finding) else (_complete_objective(model, draft, period) for draft in drafts)
        )


def _availability_draft(slo: SloData, sla: SlaData) -> Iterator[_ObjectiveDraft]:
    root = "slo" if "availability" in slo else "sla"
    target = slo.get("availability", sla.get("availability"))
    if target:
        yield _ObjectiveDraft("availability", "availability", Percentage(target).exact_ratio, (root, "availability"))


def _strictest_latency_drafts(key: LatencyIndicator, slo: SloData, sla: SlaData) -> Iterator[_ObjectiveDraft]:
    """Latency objectives, shortest time first; of two with the same time, the stricter one."""
    strictest: dict[int, _ObjectiveDraft] = {}
    for draft in _latency_drafts(key, slo, sla):
        limit = draft.latency_limit.milliseconds if draft.latency_limit else 0
        if limit not in strictest or strictest[limit].target < draft.target:
            strictest[limit] = draft
    yield from (strictest[limit] for limit in sorted(strictest))


def _latency_drafts(key: LatencyIndicator, slo: SloData, sla: SlaData) -> Iterator[_ObjectiveDraft]:
    for index, entry in enumerate(slo.get(key, ())):
        yield _latency_draft(key, entry["target"], entry["threshold"], ("slo", key, index, "target"))
    if not slo.get(key):
        for rank, limit in sla.get(key, {}).items():
            yield _latency_draft(key, f"{rank[1:]}%", limit, ("sla", key, rank))


def _latency_draft(key: LatencyIndicator, share: str, limit: str, pointer: Pointer) -> _ObjectiveDraft:
    latency_limit = Duration(limit)
    return _ObjectiveDraft(
        key, f"{_LATENCY_NAMES[key]}-{latency_limit}", Percentage(share).exact_ratio, pointer, latency_limit
    )


def _objective_period(model: ResolvedModel, slo: SloData, sla: SlaData) -> str | Finding:
    root = "slo" if "window" in slo else "sla"
    period = slo.get("window", sla.get("window"))
    if not period or period in PERIODS:
        return period or _DEFAULT_PERIOD
    message = (
        f"burn rates are defined for windows of {', '.join(PERIODS[:-1])} and {PERIODS[-1]}, but the window is {period}"
    )
    help_ = "set `slo.window` to one of them; the SLA can keep its own window"
    return model.finding(codes.BAD_OBJECTIVE, message, (root, "window"), help_)


def _complete_objective(model: ResolvedModel, draft: _ObjectiveDraft, period: str) -> Objective | Finding:
    if 0 < draft.target < 1:
        return Objective(draft.indicator, draft.name, draft.target, period, draft.pointer, draft.latency_limit)
    reason = "leaves no budget: the first error would use it up" if draft.target else "requires nothing"
    message = f"an objective of {100 if draft.target else 0}% {reason}"
    return model.finding(
        codes.BAD_OBJECTIVE, message, draft.pointer, "set an objective between 0% and 100%, such as 99.9%"
    )
