"""What is wrong with the series that a model names itself."""

from collections.abc import Iterator, Mapping

from compiler.cel import matches_whole, wrong_pattern
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.resolve.resolved_model import ResolvedModel

_PARTS = ("_bucket", "_count", "_sum")
"""The series that a classic histogram consists of (Prometheus, "Metric types: Histogram")."""
_INDICATORS: Pointer = ("slo", "indicators")


def mistakes(model: ResolvedModel) -> Iterator[Finding]:
    """Expressions that Prometheus would not take, and series that are never there or never what they are said to be."""
    for pointer, said in _own_series(model):
        yield from _patterns(model, pointer, said)
        yield from _never(model, pointer, said)
    for key, indicator in _indicators(model):
        if "histogram" in indicator:
            yield from _histogram(model, (*_INDICATORS, key, "histogram"), as_object(indicator["histogram"]))
        if "errors" in indicator:
            yield from _errors(model, (*_INDICATORS, key), indicator)


def _patterns(model: ResolvedModel, pointer: Pointer, said: Object) -> Iterator[Finding]:
    for label, pattern in as_object(said.get("matching")).items():
        wrong = wrong_pattern(as_str(pattern))
        if wrong is not None:
            message = f"{pattern!r} is no expression of RE2: {wrong}"
            help_ = "mend it: it has to match the whole value"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "matching", label), help_)


def _never(model: ResolvedModel, pointer: Pointer, said: Object) -> Iterator[Finding]:
    labels = as_object(said.get("labels"))
    for label, pattern in as_object(said.get("matching")).items():
        if label in labels and not matches_whole(as_str(pattern), as_str(labels[label])):
            message = f"no series has `{label}` equal to {labels[label]!r} and matching {pattern!r}"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "matching", label), "take one of the two away")


def _histogram(model: ResolvedModel, pointer: Pointer, said: Object) -> Iterator[Finding]:
    metric = as_str(said.get("metric"))
    ending = next((one for one in _PARTS if metric.endswith(one)), None)
    if ending is not None:
        message = f"`{metric}` is a part of a histogram: rules put {', '.join(_PARTS[:-1])} and the like behind its name"
        help_ = f"say `{metric.removesuffix(ending)}`"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "metric"), help_)
    for key in ("labels", "matching"):
        if "le" in as_object(said.get(key)):
            message = "`le` is the bound of a bucket, and rules choose the bucket by the objective's time"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, key, "le"), "take it away")


def _errors(model: ResolvedModel, pointer: Pointer, indicator: Object) -> Iterator[Finding]:
    """Errors that are all requests, or that are no requests: a share of them says nothing."""
    errors, beside = as_object(indicator["errors"]), "total" if "total" in indicator else "answered"
    other = as_object(indicator.get(beside))
    if _same(errors, other):
        message = f"the errors are the same series as `{beside}`: each request would be one"
        help_ = "say by which label, or by which metric, those that failed are told"
        yield model.finding(codes.BAD_SERIES, message, (*pointer, "errors"), help_)
    elif beside == "total" and errors.get("metric") == other.get("metric"):
        yield from _outside(model, (*pointer, "errors"), errors, other)


def _outside(model: ResolvedModel, pointer: Pointer, errors: Object, total: Object) -> Iterator[Finding]:
    equal, matching = (as_object(total.get(key)) for key in ("labels", "matching"))
    for label, value in as_object(errors.get("labels")).items():
        is_among = equal.get(label, value) == value and matches_whole(as_str(matching.get(label, ".*")), as_str(value))
        if not is_among:
            message = f"no error is among all requests: those have another `{label}` than {value!r}"
            yield model.finding(codes.BAD_SERIES, message, (*pointer, "labels", label), "let `total` count the errors too")


def _same(one: Object, other: Object) -> bool:
    return all((one.get(key) or None) == (other.get(key) or None) for key in ("metric", "labels", "matching"))


def _indicators(model: ResolvedModel) -> Iterator[tuple[str, Object]]:
    said = as_object(as_object(model.data.get("slo")).get("indicators"))
    return ((key, as_object(one)) for key, one in said.items() if key != "freshness")


def _own_series(model: ResolvedModel) -> Iterator[tuple[Pointer, Object]]:
    fresh = as_object(as_object(as_object(model.data.get("slo")).get("indicators")).get("freshness"))
    if fresh:
        yield (*_INDICATORS, "freshness"), fresh
    for key, said in _indicators(model):
        for part, series in said.items():
            if isinstance(series, Mapping):
                yield (*_INDICATORS, key, part), as_object(series)
    for index, monitor in enumerate(map(as_object, as_list(model.data.get("monitoring")))):
        if "series" in monitor:
            yield ("monitoring", index, "series"), as_object(monitor["series"])
