"""Typed quantities of the language: the canonical spelling that resolved models carry, and the values for arithmetic.

Each is a `str` in its canonical spelling (`1000m` of CPU is `1`), so that equal quantities give equal bytes and digests. Properties
with
named units give the values for arithmetic.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from compiler.foundation.suggestions import closest_match
from compiler.spec.cron_schedule import CronSchedule
from compiler.spec.quantity_error import QuantityError
from compiler.spec.time_zones import time_zone_names

__all__ = ["QUANTITIES", "Cpu", "Cron", "Duration", "Memory", "Percentage", "QuantityError", "TimeZone"]

_DURATION_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_MAX_DURATION = 36525 * _DURATION_UNITS["d"]
"""A longer one, added to today, may leave the calendar of Python and of the programs that read records."""
_MEMORY_UNITS = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50,
}  # fmt: skip


class Duration(str):
    """A duration in ms, s, m, h, d and w, such as `250ms` or `1h30m`. Canonical: the largest unit that divides it."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Duration":
        parts = re.findall(r"([0-9.]+)(ms|s|m|h|d|w)", text)
        total = sum(
            (int(number) if number.isdecimal() else Fraction(number)) * _DURATION_UNITS[unit] for number, unit in parts
        )
        if total.denominator != 1:
            raise QuantityError("the duration is not a whole number of milliseconds", "write a multiple of 1ms")
        if total > _MAX_DURATION:
            raise QuantityError(
                "the duration is longer than 100 years", "write a duration that ends within the calendar"
            )
        amount = int(total)
        unit = next(unit for unit in ("d", "h", "m", "s", "ms") if amount % _DURATION_UNITS[unit] == 0)
        return super().__new__(cls, f"{amount // _DURATION_UNITS[unit]}{unit}")

    @property
    def milliseconds(self) -> int:
        """The duration in milliseconds."""
        number, unit = re.findall(r"([0-9]+)([a-z]+)", self)[0]
        return int(number) * _DURATION_UNITS[unit]

    @property
    def seconds(self) -> int | float:
        """The duration in seconds; an integer if whole."""
        return _plain_number(Fraction(self.milliseconds, 1000))


class Percentage(str):
    """A percentage such as `99.9%`. Canonical: no trailing zeros (`99.50 %` is `99.5%`)."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Percentage":
        number = text.rstrip("%").strip()
        if not 0 <= Fraction(number) <= 100:  # noqa: PLR2004 - per cent
            raise QuantityError("the percentage is above 100%", "write a percentage from 0% to 100%")
        whole, _, decimals = number.partition(".")
        decimals = decimals.rstrip("0")
        return super().__new__(cls, f"{int(whole)}{decimals and f'.{decimals}'}%")

    @property
    def percent(self) -> int | float:
        """The number before the percent sign."""
        return _plain_number(Fraction(self[:-1]))

    @property
    def ratio(self) -> int | float:
        """The fraction of one: `99.5%` is 0.995."""
        return _plain_number(self.exact_ratio)

    @property
    def exact_ratio(self) -> Fraction:
        """The exact fraction of one."""
        return Fraction(self[:-1]) / 100


class Cpu(str):
    """An amount of CPU in cores (`0.5`) or millicores (`500m`). Canonical: cores if whole, else millicores."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Cpu":
        amount = Fraction(text[:-1]) if text.endswith("m") else Fraction(text) * 1000
        if amount.denominator != 1 or amount == 0:
            raise QuantityError("the CPU is not a whole number of millicores above 0", "write at least `1m`")
        return super().__new__(cls, str(amount // 1000) if amount % 1000 == 0 else f"{amount}m")

    @property
    def millicores(self) -> int:
        """The amount in millicores."""
        return int(self[:-1]) if self.endswith("m") else int(self) * 1000


class Memory(str):
    """An amount of memory with a binary or decimal unit, such as `512Mi` or `2G`. Canonical: the largest binary unit that divides it."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Memory":
        match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text)
        if match is None:
            raise QuantityError("the memory is not a number with a unit", "write a quantity such as `512Mi`")
        amount = Fraction(match[1]) * _MEMORY_UNITS[match[2]]
        if amount.denominator != 1 or amount == 0:
            raise QuantityError("the memory is not a whole number of bytes above 0", "write a quantity such as `512Mi`")
        total = int(amount)
        order = ("Pi", "Ti", "Gi", "Mi", "Ki") if total % 1024 == 0 else ("P", "T", "G", "M", "k", "")
        unit = next(unit for unit in order if total % _MEMORY_UNITS[unit] == 0)
        return super().__new__(cls, f"{total // _MEMORY_UNITS[unit]}{unit}")

    @property
    def bytes(self) -> int:
        """The amount in bytes."""
        number, unit = re.findall(r"([0-9]+)([A-Za-z]*)", self)[0]
        return int(number) * _MEMORY_UNITS[unit]


class Cron(str):
    """A cron schedule of five fields. Canonical: single spaces."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Cron":
        CronSchedule.parse(text)
        return super().__new__(cls, " ".join(text.split()))

    @property
    def schedule(self) -> CronSchedule:
        """The values of its fields."""
        return CronSchedule.parse(self)


class TimeZone(str):
    """The name of a time zone in the IANA database."""

    __slots__ = ()

    def __new__(cls, text: str) -> "TimeZone":
        if text not in time_zone_names():
            suggestion = closest_match(text, time_zone_names())
            help_ = (
                f"did you mean `{suggestion}`?"
                if suggestion
                else "write a name of the IANA database, such as `Europe/Zurich`"
            )
            raise QuantityError(f"there is no time zone `{text}`", help_)
        return super().__new__(cls, text)


QUANTITIES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"duration": Duration, "percentage": Percentage, "cpu": Cpu, "memory": Memory, "cron": Cron, "time-zone": TimeZone}
)
"""The class of each kind of quantity, by its name in the schema (`x-modelyard-quantity`). The classes raise `QuantityError` for invalid
text.
"""


def _plain_number(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)
