"""Checks the metric series that a model's spec names."""

from collections.abc import Iterator, Mapping

from compiler.cel import re2_full_match, re2_pattern_error
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.resolve.resolved_model import ResolvedModel

_HISTOGRAM_SUFFIXES = ("_bucket", "_count", "_sum")
"""The series of a classic histogram (Prometheus, "Metric types: Histogram")."""
_INDICATORS_POINTER: Pointer = ("slo", "indicators")


def series_findings(model: ResolvedModel) -> Iterator[Finding]:
    """Expressions that Prometheus would reject, and series that cannot exist or cannot be what they are declared to be."""
    for pointer, series in _custom_series(model):
        yield from _pattern_findings(model, pointer, series)
        yield from _contradictory_matcher_findings(model, pointer, series)
    for key, indicator in _custom_indicators(model):
        if "histogram" in indicator:
            yield from _histogram_findings(
                model, (*_INDICATORS_POINTER, key, "histogram"), as_object(indicator["histogram"])
            )
        if "errors" in indicator:
            yield from _error_series_findings(model, (*_INDICATORS_POINTER, key), indicator)


def _pattern_findings(model: ResolvedModel, pointer: Pointer, series: Object) -> Iterator[Finding]:
    for label, pattern in as_object(series.get("matchRegex")).items():
        problem = re2_pattern_error(as_str(pattern))
        if problem is not None:
            message = f"{pattern!r} is no expression of RE2: {problem}"
            help_ = "mend it: it has to match the whole value"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "matchRegex", label), help_)


def _contradictory_matcher_findings(model: ResolvedModel, pointer: Pointer, series: Object) -> Iterator[Finding]:
    labels = as_object(series.get("labels"))
    for label, pattern in as_object(series.get("matchRegex")).items():
        if label in labels and not re2_full_match(as_str(pattern), as_str(labels[label])):
            message = f"no series has `{label}` equal to {labels[label]!r} and matching {pattern!r}"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "matchRegex", label), "take one of the two away")


def _histogram_findings(model: ResolvedModel, pointer: Pointer, histogram: Object) -> Iterator[Finding]:
    metric = as_str(histogram.get("metric"))
    suffix = next((part for part in _HISTOGRAM_SUFFIXES if metric.endswith(part)), None)
    if suffix is not None:
        message = f"`{metric}` is a part of a histogram: rules put {', '.join(_HISTOGRAM_SUFFIXES[:-1])} and the like behind its name"
        help_ = f"say `{metric.removesuffix(suffix)}`"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "metric"), help_)
    for key in ("labels", "matchRegex"):
        if "le" in as_object(histogram.get(key)):
            message = "`le` is the bound of a bucket, and rules choose the bucket by the objective's time"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, key, "le"), "take it away")


def _error_series_findings(model: ResolvedModel, pointer: Pointer, indicator: Object) -> Iterator[Finding]:
    """Error series that select all requests, or none: their ratio would be meaningless."""
    errors, total_key = as_object(indicator["errors"]), "total" if "total" in indicator else "successes"
    total_series = as_object(indicator.get(total_key))
    if _is_same_series(errors, total_series):
        message = f"the errors are the same series as `{total_key}`: each request would be one"
        help_ = "say by which label, or by which metric, those that failed are told"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "errors"), help_)
    elif total_key == "total" and errors.get("metric") == total_series.get("metric"):
        yield from _uncounted_error_findings(model, (*pointer, "errors"), errors, total_series)


def _uncounted_error_findings(
    model: ResolvedModel, pointer: Pointer, errors: Object, total: Object
) -> Iterator[Finding]:
    equal_labels, regex_labels = (as_object(total.get(key)) for key in ("labels", "matchRegex"))
    for label, value in as_object(errors.get("labels")).items():
        is_counted = equal_labels.get(label, value) == value and re2_full_match(
            as_str(regex_labels.get(label, ".*")), as_str(value)
        )
        if not is_counted:
            message = f"no error is among all requests: those have another `{label}` than {value!r}"
            yield model.finding(
                codes.BAD_SERIES, message, (*pointer, "labels", label), "let `total` count the errors too"
            )


def _is_same_series(first: Object, second: Object) -> bool:
    return all((first.get(key) or None) == (second.get(key) or None) for key in ("metric", "labels", "matchRegex"))


def _custom_indicators(model: ResolvedModel) -> Iterator[tuple[str, Object]]:
    indicators = as_object(as_object(model.data.get("slo")).get("indicators"))
    return ((key, as_object(indicator)) for key, indicator in indicators.items() if key != "freshness")


def _custom_series(model: ResolvedModel) -> Iterator[tuple[Pointer, Object]]:
    freshness = as_object(as_object(as_object(model.data.get("slo")).get("indicators")).get("freshness"))
    if freshness:
        yield (*_INDICATORS_POINTER, "freshness"), freshness
    for key, indicator in _custom_indicators(model):
        for part, series in indicator.items():
            if isinstance(series, Mapping):
                yield (*_INDICATORS_POINTER, key, part), as_object(series)
    for index, monitor in enumerate(map(as_object, as_list(model.data.get("monitoring")))):
        if "series" in monitor:
            yield ("monitoring", index, "series"), as_object(monitor["series"])
