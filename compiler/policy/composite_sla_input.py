"""The composite SLA of a model's dependencies, as rules see it."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.composite_sla import CalledModel, CompositeSla, composite_sla
from compiler.spec.quantities import Duration, Percentage

_NUMBER: Object = {"type": "number"}
_TEXT: Object = {"type": "string"}


def _sla_fields(leaf: Object) -> dict[str, Json]:
    latency: Object = {"type": "object", "additionalProperties": leaf}
    return {"availability": leaf, "latency": latency}


SCHEMA: Object = {
    "type": "object",
    "properties": {**_sla_fields(_NUMBER), "display": {"type": "object", "properties": _sla_fields(_TEXT)}},
}
"""Shares as fractions and times in seconds; `shown` has them as people write them."""


class _DependencySla(NamedTuple):
    """The SLA of a dependency, as written in its spec."""

    name: str
    availability: str
    latency: tuple[tuple[str, str], ...]
    fallback: str
    is_required: bool = True
    weight: str = ""

    @property
    def component(self) -> CalledModel:
        """The same as numbers."""
        times = {rank: Duration(limit).milliseconds for rank, limit in self.latency}
        exact = Percentage(self.availability).exact_ratio if self.availability else None
        weight = Percentage(self.weight).exact_ratio if self.weight else None
        return CalledModel(self.name, exact, times, self.is_required, weight, self.fallback)


def composite_sla_variable(source: Object, entries: Sequence[Object]) -> Object:
    """The composite SLA of a model: behind its router if its release has one, else of all models that it calls."""
    router, steps = as_str(source.get("router")), [as_object(step) for step in as_list(source.get("steps"))]
    entries_by_name = {as_str(as_object(entry.get("model")).get("name")): entry for entry in entries}
    step_slas = [
        _step_sla(step, entries_by_name[as_str(step.get("model"))])
        for step in steps
        if as_str(step.get("model")) in entries_by_name
    ]
    step_names = {as_str(step.get("model")) for step in steps}
    direct_slas = [_dependency_sla(name, entry) for name, entry in entries_by_name.items() if name not in step_names]
    return _combine_slas(router, tuple(step_slas), tuple(direct_slas))


def _step_sla(step: Object, entry: Object) -> _DependencySla:
    is_required, weight = step.get("required") is not False, as_str(step.get("weight"))
    return _dependency_sla(as_str(step.get("model")), entry)._replace(is_required=is_required, weight=weight)


def _dependency_sla(name: str, entry: Object) -> _DependencySla:
    sla = as_object(as_object(entry.get("model")).get("sla"))
    latency = tuple([(rank, as_str(limit)) for rank, limit in as_object(sla.get("latency")).items()])
    fallback = as_object(as_object(as_object(entry.get("release")).get("source")).get("fallback"))
    return _DependencySla(name, as_str(sla.get("availability")), latency, as_str(fallback.get("model")))


@lru_cache(maxsize=1024)
def _combine_slas(
    router: str, step_slas: tuple[_DependencySla, ...], direct_slas: tuple[_DependencySla, ...]
) -> Object:
    """Cached, because many models call the same ones, in every environment."""
    composites = (
        [composite_sla(router, [dependency_sla.component for dependency_sla in step_slas])] if step_slas else []
    )
    composites += (
        [composite_sla("", [dependency_sla.component for dependency_sla in direct_slas])] if direct_slas else []
    )
    return _to_variable(composites)


def _to_variable(composites: Sequence[CompositeSla]) -> Object:
    availabilities = [composite.availability for composite in composites]
    times: dict[str, int] = {}
    for composite in composites:
        for rank, time in composite.times.items():
            times[rank] = max(times.get(rank, 0), time)
    numbers: dict[str, Json] = {"latency": {rank: time / 1000 for rank, time in times.items()}}
    display_texts: dict[str, Json] = {"latency": {rank: str(Duration(f"{time}ms")) for rank, time in times.items()}}
    if availabilities and all(availability is not None for availability in availabilities):
        total_availability = Fraction(1)
        for availability in availabilities:
            total_availability *= availability or 0
        numbers["availability"] = float(total_availability)
        display_texts["availability"] = f"{float(total_availability * 100):.6g}%"
    return {**numbers, "display": display_texts}


def is_required_dependency(source: Object, entry: Object) -> bool:
    """Whether the whole fails if the dependency fails."""
    name = as_object(entry.get("model")).get("name")
    steps = (as_object(step) for step in as_list(source.get("steps")))
    return not any(step.get("model") == name and step.get("required") is False for step in steps)
