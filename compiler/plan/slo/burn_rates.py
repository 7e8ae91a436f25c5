"""Windows of objectives, and the burn rates at which alerts tell.

Windows, budgets and the formula for 30 days: The Site Reliability Workbook, chapter 5, "6: Multiwindow, Multi-Burn-Rate Alerts",
https://sre.google/workbook/alerting-on-slos/. Over 28 days the same shares of the budget (Sloth's `google-28d`). Over 7 days they would
leave the slow alerts no time, so that Sloth's own shares are taken: 8, 12.5, 20 and 42 per cent (its example windows/7d.yaml). Over
90 days nobody publishes any: the shares of 30 days and the same formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from compiler.spec.quantities import Duration

Severity = Literal["page", "ticket"]
PERIODS: Final = ("7d", "28d", "30d", "90d")
RECORDED: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""The windows in which the share of errors is recorded; each alert looks at two of them."""

_SHAPE: Final[tuple[tuple[Severity, str, str], ...]] = (
    ("page", "5m", "1h"), ("page", "30m", "6h"), ("ticket", "2h", "1d"), ("ticket", "6h", "3d"),
)  # fmt: skip
_MONTH: Final = (Fraction(2), Fraction(5), Fraction(10), Fraction(10))
_SHARES: Final[Mapping[str, tuple[Fraction, ...]]] = MappingProxyType(
    {"7d": (Fraction(8), Fraction("12.5"), Fraction(20), Fraction(42)), "28d": _MONTH, "30d": _MONTH, "90d": _MONTH}
)


@dataclass(frozen=True, slots=True)
class Burn:
    """An alert tells where a share of the budget is used up within its long window, and still is within its short one."""

    severity: Severity
    short: str
    long: str
    spent: Fraction
    """The share of the budget, in per cent."""
    factor: Fraction
    """How many times as fast as the budget allows errors come then."""

    def threshold(self, budget: Fraction) -> Fraction:
        """The share of errors above which it tells."""
        return self.factor * budget

    def can_happen(self, budget: Fraction) -> bool:
        """Whether errors can come that fast: no more than all requests can fail."""
        return self.threshold(budget) < 1


def burns(period: str) -> tuple[Burn, ...]:
    """The burn rates for a period: factor = spent/100 * period/long."""
    found = []
    for (severity, short, long), spent in zip(_SHAPE, _SHARES[period], strict=True):
        factor = spent / 100 * Fraction(_seconds(period)) / Fraction(_seconds(long))
        found.append(Burn(severity, short, long, spent, factor))
    return tuple(found)


def days(period: str) -> int:
    """How many days a period has."""
    return int(_seconds(period)) // 86_400


def _seconds(window: str) -> int:
    return Duration(window).milliseconds // 1000
