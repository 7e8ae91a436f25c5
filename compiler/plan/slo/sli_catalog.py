"""Selects what measures each objective: the model's own series, else the first suitable SLI of its target; otherwise a finding."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer, plain_data
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.slo.objectives import AnyObjective, Indicator, Objective
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import SliDefinitionData

_INDICATOR_PHRASES: Final[Mapping[str, str]] = {
    "availability": "the share of requests that {} answers",
    "latency": "the response time of {}",
    "timeToFirstToken": "the time to first token of {}",
    "freshness": "the time of the last successful run of {}",
}
_MAX_SUGGESTIONS: Final = 2


@dataclass(frozen=True, slots=True)
class SliSource:
    """What measures an objective, and its series: in the model, or in emitter.yaml."""

    title: str
    spec: Object
    pointer: Pointer
    is_from_catalog: bool


@dataclass(frozen=True)
class SliCatalog:
    """The SLIs of a target, whether each applies to the model, and what the environment has; a finding if a condition failed."""

    emitter: Emitter
    match_results: Sequence[bool | Finding]
    capabilities: Object

    def matching_entries(self) -> Iterator[tuple[int, SliDefinitionData] | Finding]:
        """The SLIs that apply to the model, whether their series exist or not."""
        for index, (entry, match_result) in enumerate(
            zip(self.emitter.data.get("sli", ()), self.match_results, strict=True)
        ):
            if isinstance(match_result, Finding):
                yield match_result
            elif match_result:
                yield index, entry

    def source(self, index: int, entry: SliDefinitionData, indicator: Indicator) -> SliSource | None:
        """What an SLI measures for an indicator, if the environment has it."""
        if indicator in entry and self.is_available(entry):
            return SliSource(
                entry["name"], plain_data(entry[indicator]), ("sli", index, indicator), is_from_catalog=True
            )
        return None

    def is_available(self, entry: SliDefinitionData) -> bool:
        """Whether the environment has what the SLI needs."""
        value: Json = self.capabilities
        for part in filter(None, entry.get("capability", "").split(".")):
            value = value.get(part) if isinstance(value, dict) else None
        return value not in {None, False} if isinstance(value, bool | None) else True


def custom_source(model: ResolvedModel, indicator: Indicator) -> SliSource | None:
    """The model's own series for an indicator."""
    custom_indicator = model.data.get("slo", {}).get("indicators", {}).get(indicator)
    if not custom_indicator:
        return None
    pointer = ("slo", "indicators", indicator)
    return SliSource("the model's custom indicator", plain_data(custom_indicator), pointer, is_from_catalog=False)


def select_sli_source(model: ResolvedModel, objective: AnyObjective, catalog: SliCatalog) -> SliSource | Finding:
    """What measures an objective, or the finding that nothing does."""
    key = objective.indicator
    custom = custom_source(model, key)
    if custom is not None:
        return custom
    candidates = list[SliDefinitionData]()
    for result in catalog.matching_entries():
        if isinstance(result, Finding):
            return result
        index, entry = result
        source = catalog.source(index, entry, key)
        if source is not None:
            return source
        candidates.append(entry)
    return _unmeasured_finding(model, objective, catalog, candidates)


def _unmeasured_finding(
    model: ResolvedModel, objective: AnyObjective, catalog: SliCatalog, candidates: Sequence[SliDefinitionData]
) -> Finding:
    key, environment = objective.indicator, model.environment.name if model.environment else ""
    reasons = [entry.get("unmeasured", {}).get(key) for entry in candidates if catalog.is_available(entry)]
    reason_text = (
        "; ".join(dict.fromkeys(filter(None, reasons))) or f"{catalog.emitter.title} defines no indicator for it"
    )
    needed_capabilities = {
        f"the capability `{entry['capability']}` ({entry['name']})": None for entry in candidates if key in entry
    }
    message = f"nothing measures {_INDICATOR_PHRASES[key].format(model.name)} in {environment}: {reason_text}"
    capability_help = f"add {' or '.join(needed_capabilities)} to the Environment; or " if needed_capabilities else ""
    help_ = (
        f"{capability_help}define the metric under `slo.indicators.{key}`, or give the "
        f"reason why there is none: `slo: {{unmeasured: {{{key}: …}}}}`"
    )
    finding = model.finding(codes.OBJECTIVE_NOT_MEASURED, message, objective.pointer, help_, per_environment=True)
    note = Note(f"what {catalog.emitter.id} knows to measure is declared here", catalog.emitter.location(("sli",)))
    return replace(finding, notes=(note,))


def latency_threshold(objective: Objective, spec: Object) -> Fraction:
    """The threshold of a latency objective, in the unit of its histogram."""
    milliseconds = objective.latency_limit.milliseconds if objective.latency_limit else 0
    return Fraction(milliseconds, 1000) * _units_per_second(spec)


def _units_per_second(spec: Object) -> int:
    """The unit of a histogram; by default seconds."""
    return 1000 if spec.get("unit") == "milliseconds" else 1


def bucket_mismatch_finding(model: ResolvedModel, objective: Objective, sli_source: SliSource) -> Finding | None:
    """The finding for a threshold that is not a bucket of the histogram, if its buckets are known: requests within it cannot be counted."""
    buckets = sli_source.spec.get("buckets")
    bounds = [Fraction(str(value)) for value in buckets] if isinstance(buckets, list) else []
    threshold = latency_threshold(objective, sli_source.spec)
    if objective.latency_limit is None or not bounds or threshold in bounds:
        return None
    units_per_second = _units_per_second(sli_source.spec)
    nearest_bounds = sorted(sorted(bounds, key=lambda value: abs(value - threshold))[:_MAX_SUGGESTIONS])
    suggestion = " or ".join(_format_bound(value, units_per_second) for value in nearest_bounds)
    message = f"{sli_source.title} counts responses in buckets with fixed bounds, and {objective.latency_limit} is not one of them"
    help_ = f"set the objective to {suggestion}; the SLA can keep a longer time"
    return model.finding(codes.LATENCY_NOT_A_BUCKET, message, _latency_pointer(objective), help_)


def _latency_pointer(objective: Objective) -> Pointer:
    """The pointer to the threshold: in an SLO, or in an SLA."""
    return (*objective.pointer[:-1], "threshold") if objective.pointer[-1] == "target" else objective.pointer


def _format_bound(value: Fraction, units_per_second: int) -> str:
    milliseconds = value * 1000 / units_per_second
    if milliseconds >= 1000:  # noqa: PLR2004 - one second
        return f"{float(milliseconds / 1000):g}s"
    return f"{float(milliseconds):g}ms"


def opt_out_reason(model: ResolvedModel, objective: AnyObjective) -> str:
    """The reason that the model gives for an objective that nothing measures."""
    return model.data.get("slo", {}).get("unmeasured", {}).get(objective.indicator, "")
