"""Indicators: what the shares of good and bad requests are counted from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from compiler.plan.slo.promql import (
    Series,
    Vector,
    aggregated,
    applied,
    joined,
    lines,
    number,
    or_zero,
    over,
    quantile,
    selected,
)

_NONE = number(0)


class Ratio(Protocol):
    """A share of bad requests, and what it is counted from."""

    def bad(self, window: str) -> Vector:
        """Bad requests a second in a window, 0 where none was counted yet."""
        ...

    def all(self, window: str) -> Vector:
        """Requests a second in a window."""
        ...

    def asked(self, window: str) -> Vector:
        """How many requests there were in a window."""
        ...

    def counters(self) -> tuple[Vector, Vector]:
        """The bad ones and all of them as they are counted, without a window."""
        ...


def error_ratio(of: Ratio, window: str) -> Vector:
    """The share of bad requests in a window; nothing where nothing was asked, for 0/0 would spoil every average over it."""
    return lines([of.bad(window), joined(of.all(window), ">", _NONE)], "/")


def _sum(function: str, series: Series, window: str) -> Vector:
    return aggregated("sum", applied(function, over(series, window)))


@dataclass(frozen=True, slots=True)
class Counted:
    """Counters of errors, and of all requests or of those answered; `unreached`: of those that got to none of them."""

    errors: Series
    total: Series | None = None
    answered: Series | None = None
    unreached: Series | None = None

    def bad(self, window: str) -> Vector:
        """Errors a second."""
        return _added([_sum("rate", one, window) for one in (self.errors, self.unreached) if one])

    def all(self, window: str) -> Vector:
        """Requests a second."""
        return self._together("rate", window)

    def asked(self, window: str) -> Vector:
        """How many requests there were."""
        return self._together("increase", window)

    def counters(self) -> tuple[Vector, Vector]:
        """The counters."""
        errors = [aggregated("sum", selected(one)) for one in (self.errors, self.unreached) if one]
        counted = [aggregated("sum", selected(one)) for one in self._all]
        return _alone_or_added(errors), _alone_or_added(counted)

    def _together(self, function: str, window: str) -> Vector:
        return _alone_or_added([_sum(function, one, window) for one in self._all])

    @property
    def _all(self) -> list[Series]:
        """The counters that all requests are the sum of."""
        return [one for one in (self.total or self.answered, self.unreached if self.total else self.errors) if one]


def _alone_or_added(sums: Sequence[Vector]) -> Vector:
    return sums[0] if len(sums) == 1 else _added(sums)


def _added(sums: Sequence[Vector]) -> Vector:
    """Sums together, where each of them may be of series that are not there."""
    first, *others = map(or_zero, sums)
    return joined(first, "+", others[0]) if others else first


@dataclass(frozen=True, slots=True)
class Probed:
    """A gauge that is 1 while somebody who asks is answered: each look at it is a request."""

    probe: Series

    def bad(self, window: str) -> Vector:
        """Looks without an answer."""
        return joined(self.all(window), "-", _sum("sum_over_time", self.probe, window))

    def all(self, window: str) -> Vector:
        """Looks."""
        return _sum("count_over_time", self.probe, window)

    def asked(self, window: str) -> Vector:
        """How many looks there were."""
        return self.all(window)

    def counters(self) -> tuple[Vector, Vector]:
        """Who is not answered now, and all who ask."""
        asks = aggregated("count", selected(self.probe))
        return joined(asks, "-", aggregated("sum", selected(self.probe))), asks


@dataclass(frozen=True, slots=True)
class Timed:
    """A histogram of times: bad is what took longer than one of its bounds."""

    histogram: Series
    bound: Fraction
    """In the unit of the histogram."""

    def bad(self, window: str) -> Vector:
        """Answers a second that came too late."""
        return joined(self.all(window), "-", _sum("rate", self._within, window))

    def all(self, window: str) -> Vector:
        """Answers a second."""
        return _sum("rate", self.histogram.of("_count"), window)

    def asked(self, window: str) -> Vector:
        """How many answers there were."""
        return _sum("increase", self.histogram.of("_count"), window)

    def counters(self) -> tuple[Vector, Vector]:
        """Late answers and all of them."""
        counted = aggregated("sum", selected(self.histogram.of("_count")))
        return joined(counted, "-", aggregated("sum", selected(self._within))), counted

    def time(self, share: Fraction, window: str) -> Vector:
        """The time within which a share of answers arrives."""
        rates = applied("rate", over(self.histogram.of("_bucket"), window))
        return quantile(share, aggregated("sum", rates, by="le"))

    @property
    def _within(self) -> Series:
        spelt = spellings(self.bound)
        if len(spelt) == 1:
            buckets = self.histogram.of("_bucket")
            return Series(buckets.metric, (*buckets.labels, ("le", spelt[0])), buckets.matching)
        return self.histogram.of(
            "_bucket", ("le", "|".join(one.replace(".", "[.]").replace("+", "[+]") for one in spelt))
        )


def spellings(bound: Fraction) -> Sequence[str]:
    """How libraries write a bound in the label `le`: `1` in Go, `1.0` in Python and in Prometheus 3; a million is `1e+06` in Go."""
    whole = bound.denominator == 1
    plain = str(bound.numerator) if whole else str(number(bound))
    found = [plain, f"{plain}.0"] if whole else [plain]
    if whole and bound >= 1_000_000:  # noqa: PLR2004 - from here on Go writes a power of ten
        digits = str(bound.numerator).rstrip("0")
        power = len(str(bound.numerator)) - 1
        found.append(f"{digits[0]}{f'.{digits[1:]}' if digits[1:] else ''}e+{power:02d}")
    return tuple(found)
