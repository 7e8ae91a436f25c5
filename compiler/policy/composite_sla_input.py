"""The composite SLA of a model's dependencies, as rules see it."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from compiler.foundation.json_data import Json, Object
from compiler.resolve.composite_sla import CalledModel, CompositeSla, composite_sla
from compiler.spec.data_types import EnsembleStepData, SlaData, SourceData
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
"""Shares as fractions and times in seconds; `display` has them as people write them."""


class DependencySla(NamedTuple):
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


def composite_sla_variable(source: SourceData, dependencies: Sequence[DependencySla]) -> Object:
    """The composite SLA of a model: behind its router if its release has one, else of all models that it calls."""
    steps = source.get("steps", ())
    slas_by_name = {dependency.name: dependency for dependency in dependencies}
    step_slas = [_step_sla(step, slas_by_name[step["model"]]) for step in steps if step["model"] in slas_by_name]
    step_names = {step["model"] for step in steps}
    direct_slas = [dependency for name, dependency in slas_by_name.items() if name not in step_names]
    return _combine_slas(source.get("router", ""), tuple(step_slas), tuple(direct_slas))


def dependency_sla(name: str, sla: SlaData, source: SourceData) -> DependencySla:
    """The service levels of a model that is called, and its fallback model."""
    latency = tuple(sla.get("latency", {}).items())
    return DependencySla(name, sla.get("availability", ""), latency, source.get("fallback", {}).get("model", ""))


def _step_sla(step: EnsembleStepData, sla: DependencySla) -> DependencySla:
    return sla._replace(is_required=step.get("required") is not False, weight=step.get("weight", ""))


@lru_cache(maxsize=1024)
def _combine_slas(router: str, step_slas: tuple[DependencySla, ...], direct_slas: tuple[DependencySla, ...]) -> Object:
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


def is_required_dependency(source: SourceData, name: str) -> bool:
    """Whether the whole fails if the dependency fails."""
    return not any(step["model"] == name and step.get("required") is False for step in source.get("steps", ()))
