"""The SLA of models that answer together: availability and latency budgets.

A chain is available with the product of its links' availabilities; alternatives fail only if all fail (B. Treynor et al., "The
calculus of service availability", ACM Queue 15(2), 2017).

Percentiles do not add up: if 99 of 100 answers of each of two steps arrive in time, only 98 of both are guaranteed to. Sums and
comparisons here are of latency budgets.

Routers behave as those of KServe's graphs: an `ensemble` calls all its steps at once and needs the required ones, a `sequence` calls
one after the other, a `splitter` picks one by its share, a `switch` one by its condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

_PERCENTILES = ("p50", "p90", "p95", "p99", "p99.9")


@dataclass(frozen=True, slots=True)
class CalledModel:
    """A model that is called: its SLA, and its part in the whole."""

    name: str
    availability: Fraction | None = None
    times: Mapping[str, int] = field(default_factory=dict)
    """Milliseconds by percentile."""
    is_required: bool = True
    """Whether the whole fails if it fails."""
    weight: Fraction | None = None
    """Its share of the requests, if a router splits them."""
    fallback: str = ""
    """The component that is called if this one fails."""

    def percentile_time(self, rank: str) -> int | None:
        """The time within which that share of its answers arrives; an SLA for a higher percentile also covers a lower one.

        If only lower percentiles are promised, their latency is a lower bound.
        """
        rank_index = _PERCENTILES.index(rank)
        higher_times = [self.times[other_rank] for other_rank in _PERCENTILES[rank_index:] if other_rank in self.times]
        lower_times = [self.times[other_rank] for other_rank in _PERCENTILES[:rank_index] if other_rank in self.times]
        return min(higher_times) if higher_times else max(lower_times, default=None)


@dataclass(frozen=True, slots=True)
class CompositeSla:
    """The best SLA that the whole can promise: `None` if a component has no availability; latencies if any component has one."""

    availability: Fraction | None
    times: Mapping[str, int]


def composite_sla(router: str, components: Sequence[CalledModel]) -> CompositeSla:
    """The composite SLA of components behind a router; without one, of a model that calls all of them."""
    times = {
        rank: _composite_time(router, known_times)
        for rank in _PERCENTILES
        if (known_times := _component_times(components, rank))
    }
    return CompositeSla(_composite_availability(router, components), times)


def _component_times(components: Sequence[CalledModel], rank: str) -> list[int]:
    component_times = (component.percentile_time(rank) for component in components)
    return [time for time in component_times if time is not None]


def _composite_time(router: str, times: Sequence[int]) -> int:
    return sum(times) if router == "sequence" else max(times)


def _composite_availability(router: str, components: Sequence[CalledModel]) -> Fraction | None:
    required_components = [component for component in components if component.is_required]
    shares = {
        component.name: component.availability
        for component in required_components
        if component.availability is not None
    }
    if not required_components or len(shares) < len({component.name for component in required_components}):
        return None
    match router:
        case "switch":
            return min(shares.values())
        case "splitter":
            weights = [component.weight for component in required_components]
            if any(weight is None for weight in weights):
                return min(shares.values())
            return sum(
                (shares[component.name] * (component.weight or 0) for component in required_components), Fraction(0)
            )
        case "":
            return prod(
                (
                    _availability_with_fallback(component, shares)
                    for component in _primary_components(required_components)
                ),
                start=Fraction(1),
            )
        case _:
            return prod((shares[component.name] for component in required_components), start=Fraction(1))


def _primary_components(components: Sequence[CalledModel]) -> list[CalledModel]:
    """The components without those that are only a fallback of another one."""
    fallback_names = {component.fallback for component in components}
    pure_fallback_names = {component.fallback for component in components if component.name not in fallback_names}
    return [component for component in components if component.name not in pure_fallback_names]


def _availability_with_fallback(component: CalledModel, shares: Mapping[str, Fraction]) -> Fraction:
    """The availability of a component or its fallback."""
    if component.fallback not in shares:
        return shares[component.name]
    return 1 - (1 - shares[component.name]) * (1 - shares[component.fallback])
