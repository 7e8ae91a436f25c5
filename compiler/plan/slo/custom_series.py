"""Checks the metric series that a model's spec names."""

from collections.abc import Iterator
from typing import Final, Literal

from compiler.cel import re2_full_match, re2_pattern_error
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import RequestSeriesData, SelectorData

_HISTOGRAM_SUFFIXES = ("_bucket", "_count", "_sum")
"""The series of a classic histogram (Prometheus, "Metric types: Histogram")."""
_INDICATORS_POINTER: Pointer = ("slo", "indicators")
_LATENCY_KEYS: Final[tuple[Literal["latency", "timeToFirstToken"], ...]] = ("latency", "timeToFirstToken")
_REQUEST_KEYS: Final[tuple[Literal["total", "successes", "errors", "probe"], ...]] = (
    "total",
    "successes",
    "errors",
    "probe",
)


def series_findings(model: ResolvedModel) -> Iterator[Finding]:
    """Findings about invalid PromQL, and about series that cannot exist or cannot measure what their key requires."""
    for pointer, series in _custom_series(model):
        yield from _pattern_findings(model, pointer, series)
        yield from _contradictory_matcher_findings(model, pointer, series)
    indicators = model.data.get("slo", {}).get("indicators", {})
    if "availability" in indicators:
        pointer = (*_INDICATORS_POINTER, "availability")
        yield from _error_series_findings(model, pointer, indicators["availability"])
    for key in _LATENCY_KEYS:
        if key in indicators:
            pointer = (*_INDICATORS_POINTER, key, "histogram")
            yield from _histogram_findings(model, pointer, indicators[key]["histogram"])


def _pattern_findings(model: ResolvedModel, pointer: Pointer, series: SelectorData) -> Iterator[Finding]:
    for label, pattern in series.get("matchRegex", {}).items():
        problem = re2_pattern_error(pattern)
        if problem is not None:
            message = f"{pattern!r} is not a valid RE2 expression: {problem}"
            help_ = "fix it: it has to match the whole value"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "matchRegex", label), help_)


def _contradictory_matcher_findings(model: ResolvedModel, pointer: Pointer, series: SelectorData) -> Iterator[Finding]:
    labels = series.get("labels", {})
    for label, pattern in series.get("matchRegex", {}).items():
        if label in labels and not re2_full_match(pattern, labels[label]):
            message = f"no series can match: `{label}` must equal {labels[label]!r} and match {pattern!r}"
            yield model.finding(
                codes.BAD_SERIES, message, (*pointer, "matchRegex", label), "remove one of the two matchers"
            )


def _histogram_findings(model: ResolvedModel, pointer: Pointer, histogram: SelectorData) -> Iterator[Finding]:
    metric = histogram["metric"]
    suffix = next((part for part in _HISTOGRAM_SUFFIXES if metric.endswith(part)), None)
    if suffix is not None:
        message = (
            f"`{metric}` is one series of a histogram; rules append "
            f"{', '.join(_HISTOGRAM_SUFFIXES[:-1])} and so on to the histogram's name"
        )
        help_ = f"write `{metric.removesuffix(suffix)}`"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "metric"), help_)
    for key, matchers in (("labels", histogram.get("labels", {})), ("matchRegex", histogram.get("matchRegex", {}))):
        if "le" in matchers:
            message = "`le` is the bound of a bucket, which rules set to the threshold of the objective"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, key, "le"), "remove it")


def _error_series_findings(model: ResolvedModel, pointer: Pointer, indicator: RequestSeriesData) -> Iterator[Finding]:
    """Error series that select all requests, or none: their ratio would be meaningless."""
    errors, total_key = indicator.get("errors"), "total" if "total" in indicator else "successes"
    total_series = indicator.get("total") or indicator.get("successes")
    if errors is None or total_series is None:
        return
    if _is_same_series(errors, total_series):
        message = f"`errors` selects the same series as `{total_key}`, so that each request would count as an error"
        help_ = "add the label, or use the metric, that identifies failed requests"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "errors"), help_)
    elif total_key == "total" and errors["metric"] == total_series["metric"]:
        yield from _uncounted_error_findings(model, (*pointer, "errors"), errors, total_series)


def _uncounted_error_findings(
    model: ResolvedModel, pointer: Pointer, errors: SelectorData, total: SelectorData
) -> Iterator[Finding]:
    equal_labels, regex_labels = total.get("labels", {}), total.get("matchRegex", {})
    for label, value in errors.get("labels", {}).items():
        is_counted = equal_labels.get(label, value) == value and re2_full_match(regex_labels.get(label, ".*"), value)
        if not is_counted:
            message = f"`total` does not count the errors: its `{label}` is not {value!r}"
            yield model.finding(
                codes.BAD_SERIES, message, (*pointer, "labels", label), "change `total` so that it includes the errors"
            )


def _is_same_series(first: SelectorData, second: SelectorData) -> bool:
    return (
        first["metric"] == second["metric"]
        and first.get("labels", {}) == second.get("labels", {})
        and first.get("matchRegex", {}) == second.get("matchRegex", {})
    )


def _custom_series(model: ResolvedModel) -> Iterator[tuple[Pointer, SelectorData]]:
    indicators = model.data.get("slo", {}).get("indicators", {})
    if "freshness" in indicators:
        yield (*_INDICATORS_POINTER, "freshness"), indicators["freshness"]
    requests = indicators.get("availability", {})
    for part in _REQUEST_KEYS:
        if part in requests:
            yield (*_INDICATORS_POINTER, "availability", part), requests[part]
    for key in _LATENCY_KEYS:
        if key in indicators:
            yield (*_INDICATORS_POINTER, key, "histogram"), indicators[key]["histogram"]
    for index, monitor in enumerate(model.data.get("monitoring", ())):
        if "series" in monitor:
            yield ("monitoring", index, "series"), monitor["series"]
