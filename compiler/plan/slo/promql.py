"""Builds PromQL expressions from typed parts, so that no text from a spec can leave its string.

Grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/ . Expressions pass through other languages on their way to
Prometheus (Go templates, variables of Grafana and Flux), so what these would interpret is escaped as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_WINDOW: Final = re.compile(r"[1-9][0-9]*[smhdw]")
_NEEDS_ESCAPE: Final = re.compile(r"[\x00-\x1f\x7f$]|(?<=\[)\[|(?<=\{)\{")


@dataclass(frozen=True, slots=True)
class Expression:
    """PromQL text; `is_binary` if it needs parentheses as an operand."""

    text: str
    is_binary: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def operand(self) -> str:
        """The text as an operand."""
        return f"({self.text})" if self.is_binary else self.text


class Vector(Expression):
    """An instant vector."""


class Range(Expression):
    """A range vector."""


class Scalar(Expression):
    """A number."""


@dataclass(frozen=True, slots=True)
class Series:
    """The series of one metric, by labels that equal a text, and labels that match a pattern (RE2)."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    regex_labels: tuple[tuple[str, str], ...] = ()

    def with_suffix(self, suffix: str, *extra_labels: tuple[str, str]) -> "Series":
        """The series with the same labels of a metric with a suffix, such as `_bucket`."""
        return Series(f"{self.metric}{suffix}", self.labels, (*self.regex_labels, *extra_labels))

    def with_labels(self, labels: Mapping[str, str]) -> "Series":
        """The series that also have these labels, except those that are already selected by."""
        selected = {name for name, _ in (*self.labels, *self.regex_labels)}
        extra_labels = ((name, value) for name, value in labels.items() if name not in selected)
        return Series(self.metric, (*self.labels, *extra_labels), self.regex_labels)


def quote_string(text: str) -> str:
    """Any text as a PromQL string."""
    escaped_text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + _NEEDS_ESCAPE.sub(lambda match: f"\\x{ord(match[0]):02x}", escaped_text) + '"'


def instant_vector(series: Series) -> Vector:
    """An instant vector selector."""
    for pattern, names in (
        (METRIC, [series.metric]),
        (LABEL, [name for name, _ in (*series.labels, *series.regex_labels)]),
    ):
        bad_name = next((name for name in names if not pattern.fullmatch(name)), None)
        if bad_name is not None:
            message = f"{bad_name!r} is not a valid name in Prometheus"
            raise ValueError(message)
    matchers = [f"{name}={quote_string(value)}" for name, value in series.labels]
    matchers += [f"{name}=~{quote_string(value)}" for name, value in series.regex_labels]
    return Vector(f"{series.metric}{{{', '.join(matchers)}}}" if matchers else series.metric)


def range_vector(series: Series, window: str) -> Range:
    """A range vector selector."""
    if not _WINDOW.fullmatch(window):
        message = f"{window!r} is not a valid window"
        raise ValueError(message)
    return Range(f"{instant_vector(series)}[{window}]")


def apply_function(function: str, samples: Range) -> Vector:
    """A function such as `rate` or `sum_over_time` of a range vector."""
    return Vector(f"{function}({samples})")


def aggregate(operator: str, samples: Vector, *, by: str = "", without: str = "") -> Vector:
    """An aggregation, such as `sum` or `max`, that keeps the labels of `by`, or all labels except those of `without`."""
    grouping = f" by ({by})" if by else f" without ({without})" if without else ""
    return Vector(f"{operator}{grouping}{' ' if grouping else ''}({samples})")


def histogram_quantile(share: Fraction, buckets: Vector) -> Vector:
    """A quantile of histogram buckets."""
    return Vector(f"histogram_quantile({scalar(share)}, {buckets})")


def or_zero(samples: Vector) -> Vector:
    """The samples without labels, or 0 if there are none: a counter without increments has no series."""
    return Vector(f"{samples.operand} or vector(0)", is_binary=True)


def binary_operation(left: Expression, operator: str, right: Expression) -> Vector:
    """A binary operation."""
    return Vector(f"{left.operand} {operator} {right.operand}", is_binary=True)


def multiline_operation(parts: Sequence[Expression], operator: str) -> Vector:
    """Operands joined by an operator, one per line; a single operand stays as it is."""
    if len(parts) == 1:
        return Vector(parts[0].text, parts[0].is_binary)
    return Vector(f"\n{operator}\n".join(_indent_operand(part) for part in parts), is_binary=True)


def _indent_operand(part: Expression) -> str:
    if not (part.is_binary and "\n" in part.text):
        return part.operand
    return "(\n" + "".join(f"  {line}\n" for line in part.text.splitlines()) + ")"


def current_time() -> Scalar:
    """The current Unix time."""
    return Scalar("time()")


def constant_vector(value: Fraction | float) -> Vector:
    """A constant as a vector without labels."""
    return Vector(f"vector({scalar(value)})")


def scalar(value: Fraction | float) -> Scalar:
    """A number: exact if it has a finite decimal representation, else the nearest double."""
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return Scalar(str(fraction.numerator))
    return Scalar(_exact_decimal(fraction) or repr(float(fraction)))


def _exact_decimal(value: Fraction) -> str:
    divisor, decimal_count = value.denominator, 0
    while divisor % 10 == 0 or divisor % 2 == 0 or divisor % 5 == 0:
        divisor //= 10 if divisor % 10 == 0 else 2 if divisor % 2 == 0 else 5
        decimal_count += 1
    if divisor != 1 or decimal_count > 15:  # noqa: PLR2004 - the digits of a double
        return ""
    digits = f"{abs(value.numerator) * 10**decimal_count // value.denominator:0{decimal_count + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-decimal_count]}.{digits[-decimal_count:]}"
