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

_RANKS = ("p50", "p90", "p95", "p99", "p99.9")


@dataclass(frozen=True, slots=True)
class Part:
    """A model that is asked: what it promises, and what it is to the whole."""

    name: str
    availability: Fraction | None = None
    times: Mapping[str, int] = field(default_factory=dict)
    """Milliseconds by percentile."""
    required: bool = True
    """Whether the whole fails where it fails."""
    weight: Fraction | None = None
    """Its share of the requests, where a router divides them."""
    fallback: str = ""
    """The part that is asked instead where this one does not answer."""

    def within(self, rank: str) -> int | None:
        """The time within which that share of its answers comes: a promise of a higher share is one of a lower share, too.

        Where only lower shares are promised, at least the time of those: more answers do not come sooner than fewer.
        """
        at = _RANKS.index(rank)
        known = [self.times[one] for one in _RANKS[at:] if one in self.times]
        lower = [self.times[one] for one in _RANKS[:at] if one in self.times]
        return min(known) if known else max(lower, default=None)


@dataclass(frozen=True, slots=True)
class Composed:
    """What the whole can promise at most: `None` where a part promises nothing; times where any part has one."""

    availability: Fraction | None
    times: Mapping[str, int]


def composed(router: str, parts: Sequence[Part]) -> Composed:
    """What parts come to behind a router; without one, a model that asks each of them and needs all."""
    times = {rank: _together(router, known) for rank in _RANKS if (known := _known(parts, rank))}
    return Composed(_availability(router, parts), times)


def _known(parts: Sequence[Part], rank: str) -> list[int]:
    found = (part.within(rank) for part in parts)
    return [time for time in found if time is not None]


def _together(router: str, times: Sequence[int]) -> int:
    return sum(times) if router == "sequence" else max(times)


def _availability(router: str, parts: Sequence[Part]) -> Fraction | None:
    needed = [part for part in parts if part.required]
    shares = {part.name: part.availability for part in needed if part.availability is not None}
    if not needed or len(shares) < len({part.name for part in needed}):
        return None
    match router:
        case "switch":
            return min(shares.values())
        case "splitter":
            weights = [part.weight for part in needed]
            if any(weight is None for weight in weights):
                return min(shares.values())
            return sum((shares[part.name] * (part.weight or 0) for part in needed), Fraction(0))
        case "":
            return prod((_backed(part, shares) for part in _leading(needed)), start=Fraction(1))
        case _:
            return prod((shares[part.name] for part in needed), start=Fraction(1))


def _leading(parts: Sequence[Part]) -> list[Part]:
    """The parts without those that only stand in for another of them, which stands in for none itself."""
    pointed_at = {part.fallback for part in parts}
    standing_in = {part.fallback for part in parts if part.name not in pointed_at}
    return [part for part in parts if part.name not in standing_in]


def _backed(part: Part, shares: Mapping[str, Fraction]) -> Fraction:
    """How often a part answers, or what stands in for it."""
    if part.fallback not in shares:
        return shares[part.name]
    return 1 - (1 - shares[part.name]) * (1 - shares[part.fallback])
