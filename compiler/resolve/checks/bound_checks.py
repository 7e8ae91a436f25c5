"""Pairs of values that bound each other, after all layers are merged."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer, as_object, as_str, plain_data, value_at
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.quantities import Duration, Percentage

_SCALING = ("deploy", "scaling")
_PERCENTILES = (("sla", "latency"), ("sla", "timeToFirstToken"))


def check_bounds(model: ResolvedModel) -> Iterator[Finding]:
    """Findings where a lower bound is above its upper bound."""
    yield from _check_replicas(model)
    for section, key in _PERCENTILES:
        yield from _check_percentiles(model, section, key)


def _check_replicas(model: ResolvedModel) -> Iterator[Finding]:
    scaling = as_object(as_object(plain_data(model.data).get("deploy")).get("scaling"))
    lower, upper = scaling.get("min"), scaling.get("max")
    if not isinstance(lower, int) or not isinstance(upper, int) or lower <= upper:
        return
    if not _is_written(model, (*_SCALING, "max")):
        return  # a minimum alone raises the default maximum
    message = f"deploy.scaling: min {lower} is above max {upper}"
    help_ = f"lower `min` to {upper}, or raise `max` to {lower}"
    yield _contradiction(model, message, (*_SCALING, "min"), (*_SCALING, "max"), help_)


def _check_percentiles(model: ResolvedModel, section: str, key: str) -> Iterator[Finding]:
    """A larger share of the requests takes at least as long as a smaller one."""
    times = as_object(as_object(plain_data(model.data).get(section)).get(key))
    percentiles = sorted(times, key=lambda percentile: Percentage(f"{percentile[1:]}%").exact_ratio)
    for smaller, larger in pairwise(percentiles):
        lower, upper = as_str(times[smaller]), as_str(times[larger])
        if Duration(lower).milliseconds > Duration(upper).milliseconds:
            message = f"{section}.{key}: {smaller} {lower} is above {larger} {upper}"
            help_ = f"lower `{smaller}` to {upper}, or raise `{larger}` to {lower}: it covers more requests"
            yield _contradiction(model, message, (section, key, smaller), (section, key, larger), help_)


def _contradiction(model: ResolvedModel, message: str, lower: Pointer, upper: Pointer, help_: str) -> Finding:
    finding = model.finding(codes.CONTRADICTORY_BOUNDS, message, lower, help_)
    if not _is_written(model, upper):
        return finding
    note = Note(f"`{upper[-1]}: {value_at(plain_data(model.data), upper)}` is set here", model.location(upper))
    return replace(finding, notes=(note,))


def _is_written(model: ResolvedModel, pointer: Pointer) -> bool:
    return any(contribution.layer.document and not contribution.deletes for contribution in model.blame(pointer))
