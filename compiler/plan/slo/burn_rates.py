"""Windows of objectives, and the burn rates of alerts.

Windows, budgets and the formula for 30 days: The Site Reliability Workbook, chapter 5, "6: Multiwindow, Multi-Burn-Rate Alerts",
https://sre.google/workbook/alerting-on-slos/. 28 days use the same shares of the budget (Sloth's `google-28d`). For 7 days these
would leave slow alerts no time, so Sloth's shares are used: 8, 12.5, 20 and 42 per cent (its example windows/7d.yaml). No shares
are published for 90 days: those of 30 days and the same formula apply.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from compiler.spec.quantities import Duration

Severity = Literal["page", "ticket"]
PERIODS: Final = ("7d", "28d", "30d", "90d")
RECORDING_WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""The windows over which the error ratio is recorded; each alert uses two of them."""

_WINDOW_PAIRS: Final[tuple[tuple[Severity, str, str], ...]] = (
    ("page", "5m", "1h"), ("page", "30m", "6h"), ("ticket", "2h", "1d"), ("ticket", "6h", "3d"),
)  # fmt: skip
_MONTHLY_SHARES: Final = (Fraction(2), Fraction(5), Fraction(10), Fraction(10))
_BUDGET_SHARES: Final[Mapping[str, tuple[Fraction, ...]]] = MappingProxyType(
    {
        "7d": (Fraction(8), Fraction("12.5"), Fraction(20), Fraction(42)),
        "28d": _MONTHLY_SHARES,
        "30d": _MONTHLY_SHARES,
        "90d": _MONTHLY_SHARES,
    }
)


@dataclass(frozen=True, slots=True)
class BurnRate:
    """An alert fires if a share of the budget is consumed within its long window, and the short window confirms that it still is."""

    severity: Severity
    short_window: str
    long_window: str
    budget_percent: Fraction
    """The share of the budget, in per cent."""
    factor: Fraction
    """How many times faster than the budget allows errors occur."""

    def threshold(self, budget: Fraction) -> Fraction:
        """The error ratio above which the alert fires."""
        return self.factor * budget

    def is_reachable(self, budget: Fraction) -> bool:
        """Whether errors can reach the burn rate: at most all requests can fail."""
        return self.threshold(budget) < 1


def burn_rates(period: str) -> tuple[BurnRate, ...]:
    """The burn rates for a period: factor = spent/100 * period/long."""
    rates = []
    for (severity, short, long), budget_percent in zip(_WINDOW_PAIRS, _BUDGET_SHARES[period], strict=True):
        factor = budget_percent / 100 * Fraction(_seconds(period)) / Fraction(_seconds(long))
        rates.append(BurnRate(severity, short, long, budget_percent, factor))
    return tuple(rates)


def period_days(period: str) -> int:
    """The number of days of a period."""
    return int(_seconds(period)) // 86_400


def _seconds(window: str) -> int:
    return Duration(window).milliseconds // 1000
