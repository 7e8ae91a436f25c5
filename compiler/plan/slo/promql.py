"""Expressions of PromQL, put together from parts that know what they are: no text of a spec gets out of its quotes.

Grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/ . Written and read again by others on the way to
Prometheus (Go templates, Grafana's and Flux's variables), so that what would mean something to them is escaped as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_WINDOW: Final = re.compile(r"[1-9][0-9]*[smhdw]")
_READ_BY_OTHERS: Final = re.compile(r"[\x00-\x1f\x7f$]|(?<=\[)\[|(?<=\{)\{")


@dataclass(frozen=True, slots=True)
class Expression:
    """Text of PromQL; `joined` where an operator stands in it, so that it needs brackets within another."""

    text: str
    joined: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def part(self) -> str:
        """The text as an operand."""
        return f"({self.text})" if self.joined else self.text


class Vector(Expression):
    """An instant vector."""


class Range(Expression):
    """A range vector."""


class Scalar(Expression):
    """A number."""


@dataclass(frozen=True, slots=True)
class Series:
    """Series of one metric, by labels that equal a text, and labels that match an expression (RE2)."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    matching: tuple[tuple[str, str], ...] = ()

    def of(self, ending: str, *matching: tuple[str, str]) -> "Series":
        """The series of the same labels of a metric with an ending, such as `_bucket`."""
        return Series(f"{self.metric}{ending}", self.labels, (*self.matching, *matching))


def quoted(text: str) -> str:
    """Any text as a string of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + _READ_BY_OTHERS.sub(lambda found: f"\\x{ord(found[0]):02x}", escaped) + '"'


def selected(series: Series) -> Vector:
    """The latest samples of series."""
    for pattern, names in (
        (METRIC, [series.metric]),
        (LABEL, [name for name, _ in (*series.labels, *series.matching)]),
    ):
        wrong = next((name for name in names if not pattern.fullmatch(name)), None)
        if wrong is not None:
            message = f"{wrong!r} is no name that Prometheus takes"
            raise ValueError(message)
    matchers = [f"{name}={quoted(value)}" for name, value in series.labels]
    matchers += [f"{name}=~{quoted(value)}" for name, value in series.matching]
    return Vector(f"{series.metric}{{{', '.join(matchers)}}}" if matchers else series.metric)


def over(series: Series, window: str) -> Range:
    """The samples of series in a window before now."""
    if not _WINDOW.fullmatch(window):
        message = f"{window!r} is no window"
        raise ValueError(message)
    return Range(f"{selected(series)}[{window}]")


def applied(function: str, samples: Range) -> Vector:
    """What a function such as `rate` or `sum_over_time` makes of each series' samples."""
    return Vector(f"{function}({samples})")


def aggregated(operator: str, samples: Vector, *, by: str = "", without: str = "") -> Vector:
    """What series come to together: `sum`, `max` …; one for each value of `by`, or one for all labels but `without`."""
    grouped = f" by ({by})" if by else f" without ({without})" if without else ""
    return Vector(f"{operator}{grouped}{' ' if grouped else ''}({samples})")


def quantile(share: Fraction, buckets: Vector) -> Vector:
    """The quantile that buckets of a histogram come to."""
    return Vector(f"histogram_quantile({number(share)}, {buckets})")


def or_zero(samples: Vector) -> Vector:
    """The samples, which have no labels, or 0 where there are none: a counter that never counted is not there."""
    return Vector(f"{samples.part} or vector(0)", joined=True)


def joined(left: Expression, operator: str, right: Expression) -> Vector:
    """Two sides and an operator between them."""
    return Vector(f"{left.part} {operator} {right.part}", joined=True)


def lines(parts: Sequence[Expression], operator: str) -> Vector:
    """Sides with an operator between each two, a line each; one side alone is itself."""
    if len(parts) == 1:
        return Vector(parts[0].text, parts[0].joined)
    return Vector(f"\n{operator}\n".join(_lined(part) for part in parts), joined=True)


def _lined(part: Expression) -> str:
    if not (part.joined and "\n" in part.text):
        return part.part
    return "(\n" + "".join(f"  {line}\n" for line in part.text.splitlines()) + ")"


def now() -> Scalar:
    """The seconds since 1970."""
    return Scalar("time()")


def constant(value: Fraction | float) -> Vector:
    """One sample without labels."""
    return Vector(f"vector({number(value)})")


def number(value: Fraction | float) -> Scalar:
    """A number: exact where it has an end in decimals, else the nearest that a double holds."""
    whole = Fraction(value)
    if whole.denominator == 1:
        return Scalar(str(whole.numerator))
    return Scalar(_decimals(whole) or repr(float(whole)))


def _decimals(value: Fraction) -> str:
    rest, places = value.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        places += 1
    if rest != 1 or places > 15:  # noqa: PLR2004 - digits that a double keeps
        return ""
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
