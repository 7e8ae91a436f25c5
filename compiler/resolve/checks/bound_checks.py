"""Pairs of values that bound each other, after all layers are merged."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer, value_at
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.quantities import Duration, Percentage

_SCALING = ("deploy", "scaling")
_PERCENTILES: tuple[Literal["latency", "timeToFirstToken"], ...] = ("latency", "timeToFirstToken")


def check_bounds(model: ResolvedModel) -> Iterator[Finding]:
    """Findings where a lower bound is above its upper bound."""
    yield from _check_replicas(model)
    for key in _PERCENTILES:
        yield from _check_percentiles(model, key)


def _check_replicas(model: ResolvedModel) -> Iterator[Finding]:
    scaling = model.data.get("deploy", {}).get("scaling", {})
    lower, upper = scaling.get("min"), scaling.get("max")
    if lower is None or upper is None or lower <= upper:
        return
    if not _is_written(model, (*_SCALING, "max")):
        return  # a minimum alone raises the default maximum
    message = f"deploy.scaling: min {lower} is above max {upper}"
    help_ = f"lower `min` to {upper}, or raise `max` to {lower}"
    yield _contradiction(model, message, (*_SCALING, "min"), (*_SCALING, "max"), help_)


def _check_percentiles(model: ResolvedModel, key: Literal["latency", "timeToFirstToken"]) -> Iterator[Finding]:
    """A larger share of the requests takes at least as long as a smaller one."""
    times = model.data.get("sla", {}).get(key, {})
    percentiles = sorted(times, key=lambda percentile: Percentage(f"{percentile[1:]}%").exact_ratio)
    for smaller, larger in pairwise(percentiles):
        lower, upper = times[smaller], times[larger]
        if Duration(lower).milliseconds > Duration(upper).milliseconds:
            message = f"sla.{key}: {smaller} {lower} is above {larger} {upper}"
            help_ = f"lower `{smaller}` to {upper}, or raise `{larger}` to {lower}: it covers more requests"
            yield _contradiction(model, message, ("sla", key, smaller), ("sla", key, larger), help_)


def _contradiction(model: ResolvedModel, message: str, lower: Pointer, upper: Pointer, help_: str) -> Finding:
    finding = model.finding(codes.CONTRADICTORY_BOUNDS, message, lower, help_)
    if not _is_written(model, upper):
        return finding
    note = Note(f"`{upper[-1]}: {value_at(model.json, upper)}` is set here", model.location(upper))
    return replace(finding, notes=(note,))


def _is_written(model: ResolvedModel, pointer: Pointer) -> bool:
    return any(contribution.layer.document and not contribution.deletes for contribution in model.blame(pointer))
