"""Parses metric series of emitters and models, and builds their indicators."""

from collections.abc import Mapping

from compiler.cel import re2_pattern_error
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_loader import emitter_finding
from compiler.plan.slo.indicators import CounterSli, LatencySli, ProbeSli, SliRatio
from compiler.plan.slo.objectives import Objective
from compiler.plan.slo.promql import LABEL, METRIC, Series
from compiler.plan.slo.sli_catalog import latency_threshold


def parse_series(entry: Object) -> Series:
    """Series by metric name and labels; labels that a template omits are left out."""
    labels, regex_labels = (as_object(entry.get(key)).items() for key in ("labels", "matchRegex"))
    return Series(
        as_str(entry["metric"]),
        *(tuple((name, value) for name, value in pairs if isinstance(value, str)) for pairs in (labels, regex_labels)),
    )


def build_sli_ratio(objective: Objective, entry: Object) -> SliRatio:
    """The indicator of an objective."""
    if objective.latency_limit is not None:
        return LatencySli(parse_series(as_object(entry["histogram"])), latency_threshold(objective, entry))
    if "probe" in entry:
        return ProbeSli(parse_series(as_object(entry["probe"])))
    total, answered_requests = (
        parse_series(as_object(entry[key])) if key in entry else None for key in ("total", "successes")
    )
    unreached_requests = parse_series(as_object(entry["droppedBefore"])) if "droppedBefore" in entry else None
    return CounterSli(parse_series(as_object(entry["errors"])), total, answered_requests, unreached_requests)


def invalid_series_finding(emitter: Emitter, value: Json, pointer: Pointer) -> Finding | None:
    """The finding for series of an emitter that Prometheus would reject; those of a model are checked with the model."""
    if not isinstance(value, Mapping):
        return None
    if "metric" in value:
        problem = _series_error(value)
        return emitter_finding(emitter, problem, pointer, "mend it, or what fills it") if problem else None
    findings = (invalid_series_finding(emitter, child, (*pointer, key)) for key, child in value.items())
    return next((finding for finding in findings if finding is not None), None)


def _series_error(entry: Object) -> str | None:
    if not METRIC.fullmatch(as_str(entry["metric"])):
        return f"{entry['metric']!r} is no name of a metric"
    for key in ("labels", "matchRegex"):
        for label, value in as_object(entry.get(key)).items():
            if not LABEL.fullmatch(label):
                return f"{label!r} is no name of a label"
            pattern_error = re2_pattern_error(as_str(value)) if key == "matchRegex" else None
            if pattern_error is not None:
                return f"{value!r} is no expression of RE2: {pattern_error}"
    return None
