"""What models come to that answer together: shares of the time, and budgets of time.

A chain is there as often as the product of its links; of several that stand in for each other, all must fail together
(B. Treynor and others on the calculus of availability, ACM Queue 15(2), 2017).

Percentiles do not add: that 99 of 100 answers of each of two
steps come in time says of both together only that 98 do. What is added or compared here are budgets, the time that each was given.

Routers ask as those of KServe's graphs do: an `ensemble` asks all its steps at once and needs those that are required, a `sequence`
one after the other, a `splitter` one by its share, a `switch` one by its condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

_PERCENTILES = ("p50", "p90", "p95", "p99", "p99.9")


@dataclass(frozen=True, slots=True)
class Component:
    """A model that is asked: what it promises, and what it is to the whole."""

    name: str
    availability: Fraction | None = None
    times: Mapping[str, int] = field(default_factory=dict)
    """Milliseconds by percentile."""
    is_required: bool = True
    """Whether the whole fails where it fails."""
    weight: Fraction | None = None
    """Its share of the requests, where a router divides them."""
    fallback: str = ""
    """The part that is asked instead where this one does not answer."""

    def percentile_time(self, rank: str) -> int | None:
        """The time within which that share of its answers comes: a promise of a higher share is one of a lower share, too.

        Where only lower shares are promised, at least the time of those: more answers do not come sooner than fewer.
        """
        rank_index = _PERCENTILES.index(rank)
        higher_times = [self.times[other_rank] for other_rank in _PERCENTILES[rank_index:] if other_rank in self.times]
        lower_times = [self.times[other_rank] for other_rank in _PERCENTILES[:rank_index] if other_rank in self.times]
        return min(higher_times) if higher_times else max(lower_times, default=None)


@dataclass(frozen=True, slots=True)
class CompositeSla:
    """What the whole can promise at most: `None` where a part promises nothing; times where any part has one."""

    availability: Fraction | None
    times: Mapping[str, int]


def composite_sla(router: str, components: Sequence[Component]) -> CompositeSla:
    """What parts come to behind a router; without one, a model that asks each of them and needs all."""
    times = {
        rank: _composite_time(router, known_times)
        for rank in _PERCENTILES
        if (known_times := _component_times(components, rank))
    }
    return CompositeSla(_composite_availability(router, components), times)


def _component_times(components: Sequence[Component], rank: str) -> list[int]:
    component_times = (component.percentile_time(rank) for component in components)
    return [time for time in component_times if time is not None]


def _composite_time(router: str, times: Sequence[int]) -> int:
    return sum(times) if router == "sequence" else max(times)


def _composite_availability(router: str, components: Sequence[Component]) -> Fraction | None:
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


def _primary_components(components: Sequence[Component]) -> list[Component]:
    """The parts without those that only stand in for another of them, which stands in for none itself."""
    fallback_names = {component.fallback for component in components}
    pure_fallback_names = {component.fallback for component in components if component.name not in fallback_names}
    return [component for component in components if component.name not in pure_fallback_names]


def _availability_with_fallback(component: Component, shares: Mapping[str, Fraction]) -> Fraction:
    """How often a part answers, or what stands in for it."""
    if component.fallback not in shares:
        return shares[component.name]
    return 1 - (1 - shares[component.name]) * (1 - shares[component.fallback])
