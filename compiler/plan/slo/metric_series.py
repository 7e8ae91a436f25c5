"""Parses metric series of emitters and models, and builds their indicators."""

from collections.abc import Iterator, Mapping

from compiler.cel import re2_pattern_error
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_loader import emitter_finding
from compiler.plan.slo.indicators import CounterSli, LatencySli, ProbeSli, SliRatio
from compiler.plan.slo.objectives import Objective
from compiler.plan.slo.promql import LABEL, METRIC, Series
from compiler.plan.slo.sli_catalog import latency_threshold


def parse_series(entry: Json, external_labels: Mapping[str, str]) -> Series:
    """Series by metric name and labels, and by those of the cluster; labels that a template omits are left out."""
    if isinstance(entry, dict) and isinstance(metric := entry.get("metric"), str):
        labels, regex_labels = (tuple(_label_texts(entry.get(key))) for key in ("labels", "matchRegex"))
        return Series(metric, labels, regex_labels).with_labels(external_labels)
    message = f"{entry!r} names no metric"
    raise ValueError(message)


def _label_texts(labels: Json) -> Iterator[tuple[str, str]]:
    if isinstance(labels, dict):
        yield from ((label, value) for label, value in labels.items() if isinstance(value, str))


def build_sli_ratio(objective: Objective, entry: Object, external_labels: Mapping[str, str]) -> SliRatio:
    """The indicator of an objective."""
    if objective.latency_limit is not None:
        return LatencySli(parse_series(entry["histogram"], external_labels), latency_threshold(objective, entry))
    if "probe" in entry:
        return ProbeSli(parse_series(entry["probe"], external_labels))
    return counter_sli(entry, external_labels)


def counter_sli(entry: Object, external_labels: Mapping[str, str]) -> CounterSli:
    """The indicator that counters of requests and of errors make up."""
    total, successes, dropped_requests = (
        parse_series(entry[key], external_labels) if key in entry else None
        for key in ("total", "successes", "droppedBefore")
    )
    return CounterSli(parse_series(entry["errors"], external_labels), total, successes, dropped_requests)


def invalid_series_finding(emitter: Emitter, value: Json, pointer: Pointer) -> Finding | None:
    """The finding for series of an emitter that Prometheus would reject; those of a model are checked with the model."""
    if not isinstance(value, Mapping):
        return None
    if "metric" in value:
        problem = _series_error(value)
        return emitter_finding(emitter, problem, pointer, "fix it, or what fills it") if problem else None
    findings = (invalid_series_finding(emitter, child, (*pointer, key)) for key, child in value.items())
    return next((finding for finding in findings if finding is not None), None)


def _series_error(entry: Object) -> str | None:
    metric = entry["metric"]
    if not isinstance(metric, str) or not METRIC.fullmatch(metric):
        return f"{metric!r} is not a valid metric name"
    for key in ("labels", "matchRegex"):
        for label, value in _label_texts(entry.get(key)):
            if not LABEL.fullmatch(label):
                return f"{label!r} is not a valid label name"
            pattern_error = re2_pattern_error(value) if key == "matchRegex" else None
            if pattern_error is not None:
                return f"{value!r} is not a valid RE2 expression: {pattern_error}"
    return None
