"""Indicators of service levels: the series from which error ratios are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from compiler.plan.slo.promql import (
    Series,
    Vector,
    aggregate,
    apply_function,
    binary_operation,
    histogram_quantile,
    instant_vector,
    multiline_operation,
    or_zero,
    range_vector,
    scalar,
)

_ZERO = scalar(0)


class SliRatio(Protocol):
    """The ratio of bad requests, and the series that it is computed from."""

    def bad_rate(self, window: str) -> Vector:
        """Bad requests per second over a window, 0 before the first one."""
        ...

    def total_rate(self, window: str) -> Vector:
        """Requests per second over a window."""
        ...

    def bad_count(self, window: str) -> Vector:
        """The number of bad requests in a window, 0 before the first one."""
        ...

    def request_count(self, window: str) -> Vector:
        """The number of requests in a window."""
        ...

    def missing_data(self) -> Vector:
        """A sample while the series that count requests have no sample."""
        ...

    def counters(self) -> tuple[Vector, Vector]:
        """The counters of bad requests and of all requests, without a window."""
        ...


def error_ratio(ratio: SliRatio, window: str) -> Vector:
    """The error ratio over a window; no sample without requests, because 0/0 would make every average over it NaN."""
    return multiline_operation([ratio.bad_rate(window), binary_operation(ratio.total_rate(window), ">", _ZERO)], "/")


def absent(*alternatives: Series) -> Vector:
    """A sample while none of the series has one."""
    return multiline_operation([Vector(f"absent({instant_vector(series)})") for series in alternatives], "and on ()")


def _sum_of_function(function: str, series: Series, window: str) -> Vector:
    return aggregate("sum", apply_function(function, range_vector(series, window)))


@dataclass(frozen=True, slots=True)
class CounterSli:
    """Counters of errors, and of all requests or of successful ones; `dropped_requests` counts those that never reach the server."""

    errors: Series
    total: Series | None = None
    successes: Series | None = None
    dropped_requests: Series | None = None

    def bad_rate(self, window: str) -> Vector:
        """Errors per second."""
        return self._sum_errors("rate", window)

    def total_rate(self, window: str) -> Vector:
        """Requests per second."""
        return self._sum_totals("rate", window)

    def bad_count(self, window: str) -> Vector:
        """The number of errors."""
        return self._sum_errors("increase", window)

    def request_count(self, window: str) -> Vector:
        """The number of requests."""
        return self._sum_totals("increase", window)

    def missing_data(self) -> Vector:
        """A sample while nothing counts requests; errors and dropped requests have no series before the first one."""
        return absent(self.total) if self.total else absent(*self._total_counters)

    def counters(self) -> tuple[Vector, Vector]:
        """The counters."""
        errors = [
            aggregate("sum", instant_vector(counter)) for counter in (self.errors, self.dropped_requests) if counter
        ]
        totals = [aggregate("sum", instant_vector(counter)) for counter in self._total_counters]
        return _sum_vectors(errors), _sum_vectors(totals)

    def _sum_errors(self, function: str, window: str) -> Vector:
        counters = [counter for counter in (self.errors, self.dropped_requests) if counter]
        return _sum_with_zeros([_sum_of_function(function, counter, window) for counter in counters])

    def _sum_totals(self, function: str, window: str) -> Vector:
        return _sum_vectors([_sum_of_function(function, counter, window) for counter in self._total_counters])

    @property
    def _total_counters(self) -> list[Series]:
        """The counters whose sum is all requests."""
        return [
            counter
            for counter in (
                self.total or self.successes,
                self.dropped_requests if self.total else self.errors,
            )
            if counter
        ]


def _sum_vectors(sums: Sequence[Vector]) -> Vector:
    return sums[0] if len(sums) == 1 else _sum_with_zeros(sums)


def _sum_with_zeros(sums: Sequence[Vector]) -> Vector:
    """The sum of counters each of which may have no series yet."""
    first, *rest = map(or_zero, sums)
    return binary_operation(first, "+", rest[0]) if rest else first


@dataclass(frozen=True, slots=True)
class ProbeSli:
    """A gauge that is 1 while a probe succeeds: each scrape counts as a request."""

    probe: Series

    def bad_rate(self, window: str) -> Vector:
        """Failed probes per second."""
        return binary_operation(self.total_rate(window), "-", _sum_of_function("sum_over_time", self.probe, window))

    def total_rate(self, window: str) -> Vector:
        """Probes per second."""
        return _sum_of_function("count_over_time", self.probe, window)

    def bad_count(self, window: str) -> Vector:
        """The number of failed probes."""
        return self.bad_rate(window)

    def request_count(self, window: str) -> Vector:
        """The number of probes."""
        return self.total_rate(window)

    def missing_data(self) -> Vector:
        """A sample while there is no result of a probe."""
        return absent(self.probe)

    def counters(self) -> tuple[Vector, Vector]:
        """Failing probes now, and all probes."""
        probes = aggregate("count", instant_vector(self.probe))
        return binary_operation(probes, "-", aggregate("sum", instant_vector(self.probe))), probes


@dataclass(frozen=True, slots=True)
class LatencySli:
    """A latency histogram: requests above the threshold are bad."""

    histogram: Series
    threshold: Fraction
    """In the unit of the histogram."""

    def bad_rate(self, window: str) -> Vector:
        """Late responses per second."""
        return self._late_responses("rate", window)

    def total_rate(self, window: str) -> Vector:
        """Responses per second."""
        return _sum_of_function("rate", self.histogram.with_suffix("_count"), window)

    def bad_count(self, window: str) -> Vector:
        """The number of late responses."""
        return self._late_responses("increase", window)

    def request_count(self, window: str) -> Vector:
        """The number of responses."""
        return _sum_of_function("increase", self.histogram.with_suffix("_count"), window)

    def missing_data(self) -> Vector:
        """A sample while the histogram has no samples."""
        return absent(self.histogram.with_suffix("_count"))

    def counters(self) -> tuple[Vector, Vector]:
        """Late responses and all responses."""
        total = aggregate("sum", instant_vector(self.histogram.with_suffix("_count")))
        return binary_operation(total, "-", aggregate("sum", instant_vector(self._threshold_bucket))), total

    def latency_quantile(self, share: Fraction, window: str) -> Vector:
        """The latency quantile."""
        rates = apply_function("rate", range_vector(self.histogram.with_suffix("_bucket"), window))
        return histogram_quantile(share, aggregate("sum", rates, by="le"))

    def _late_responses(self, function: str, window: str) -> Vector:
        total = _sum_of_function(function, self.histogram.with_suffix("_count"), window)
        return binary_operation(total, "-", _sum_of_function(function, self._threshold_bucket, window))

    @property
    def _threshold_bucket(self) -> Series:
        spelled_labels = threshold_label_spellings(self.threshold)
        if len(spelled_labels) == 1:
            buckets = self.histogram.with_suffix("_bucket")
            return Series(buckets.metric, (*buckets.labels, ("le", spelled_labels[0])), buckets.regex_labels)
        return self.histogram.with_suffix(
            "_bucket", ("le", "|".join(label.replace(".", "[.]").replace("+", "[+]") for label in spelled_labels))
        )


def threshold_label_spellings(threshold: Fraction) -> Sequence[str]:
    """The spellings of a bucket in the label `le`: `1` in Go, `1.0` in Python and Prometheus 3; a million is `1e+06` in Go."""
    whole = threshold.denominator == 1
    plain = str(threshold.numerator) if whole else str(scalar(threshold))
    labels = [plain, f"{plain}.0"] if whole else [plain]
    if whole and threshold >= 1_000_000:  # noqa: PLR2004 - from here on Go writes an exponent
        digits = str(threshold.numerator).rstrip("0")
        power = len(str(threshold.numerator)) - 1
        labels.append(f"{digits[0]}{f'.{digits[1:]}' if digits[1:] else ''}e+{power:02d}")
    return tuple(labels)
