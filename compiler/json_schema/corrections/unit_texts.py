"""Corrections of durations, percentages and amounts of CPU and memory: other spellings, other units, no unit."""

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from compiler.json_schema.corrections.correction import Correction, certain, guess

_AMOUNT = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)\s*(?P<unit>[A-Za-z%]*)\.?")
_ISO_DURATION = re.compile(r"P(?:(?P<d>[0-9]+)D)?(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9]+)S)?)?")

_TIME_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ms": ("ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"),
        "s": ("s", "sec", "secs", "second", "seconds"),
        "m": ("m", "min", "mins", "minute", "minutes"),
        "h": ("h", "hr", "hrs", "hour", "hours"),
        "d": ("d", "day", "days"),
        "w": ("w", "wk", "wks", "week", "weeks"),
    }
)
_TIME_UNITS = {word: unit for unit, words in _TIME_WORDS.items() for word in words}
_CALENDAR_DAYS = {
    **dict.fromkeys(("mo", "mon", "mons", "mth", "month", "months"), 30),
    **dict.fromkeys(("q", "quarter", "quarters"), 90),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365),
}
"""Units without a fixed length, in days as people round them."""

_CORE_WORDS = {"c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus"}
_MILLICORE_WORDS = {"m", "mc", "millicore", "millicores", "mcpu", "millicpu"}

_MEMORY_PREFIXES = {"k": "k", "m": "M", "g": "G", "t": "T", "p": "P"}
_MEMORY_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_KIBIBYTE = 1024
_KILOBYTE = 1000


def duration(text: str) -> Correction | None:
    """Corrections of `250 ms`, `30 days`, `6 months`, `PT5M` or a number without a unit."""
    if iso := _iso_duration(text):
        return certain(iso)
    number, unit = _split(text)
    if number is not None and not unit:
        return Correction(f"add the unit: `{number}ms` for milliseconds, `{number}s` for seconds")
    return None if number is None else _with_unit(number, unit)


def _with_unit(number: str, unit: str) -> Correction | None:
    if unit == "M":
        return Correction(f"write `{number}m` for minutes, or `{_days(number, 30)}` for months of 30 days")
    if unit.lower() in _TIME_UNITS:
        return certain(f"{number}{_TIME_UNITS[unit.lower()]}")
    if unit.lower() in _CALENDAR_DAYS:
        days = _days(number, _CALENDAR_DAYS[unit.lower()])
        return guess(days, "a month, a quarter and a year have no fixed length")
    return None


def percentage(text: str) -> Correction | None:
    """Corrections of `99.5`, `0.995`, `99,5 %` or `99.5 percent`."""
    number, unit = _split(text)
    if number is None or unit.lower() not in {"", "%", "percent", "pct", "pc"}:
        return None
    amount = Fraction(number)
    if unit or 1 < amount <= 100:  # noqa: PLR2004 - per cent
        return certain(f"{number}%")
    if Fraction(9, 10) <= amount < 1:
        return certain(f"{_decimal(amount * 100)}%")
    if amount <= 1:
        return Correction(f"write `{_decimal(amount * 100)}%` for the ratio {number}, or `{number}%`")
    return None


def cpu(text: str) -> Correction | None:
    """Corrections of `500 m`, `2 cores` or `500 millicores`."""
    number, unit = _split(text)
    if number is None or not Fraction(number):
        return None
    if unit.lower() in _CORE_WORDS:
        return certain(float(number) if "." in number else int(number))
    if unit.lower() in _MILLICORE_WORDS and "." not in number:
        return certain(f"{number}m")
    return None


def memory(text: str) -> Correction | None:
    """Corrections of `1GiB`, `1 gi`, `1GB` or a number without a unit."""
    number, unit = _split(text)
    if number is None or not Fraction(number):
        return None
    if not unit:
        return _bytes(number)
    match = re.fullmatch(r"([kmgtp])(i?)(?:b|bytes?)?", unit.lower())
    if match is None:
        return None
    prefix = match[1]
    if match[2]:
        return certain(f"{number}{prefix.upper()}i")
    power = _MEMORY_POWERS[prefix]
    decimal, binary = f"{number}{_MEMORY_PREFIXES[prefix]}", f"{number}{prefix.upper()}i"
    return Correction(
        f"write `{binary}` ({number} × 1024^{power} bytes) or `{decimal}` ({number} × 1000^{power} bytes)"
    )


def _bytes(number: str) -> Correction:
    amount = Fraction(number)
    if amount.denominator == 1 and amount >= _KIBIBYTE**2 and amount % _KIBIBYTE == 0:
        power = next(power for power in (3, 2, 1) if amount % _KIBIBYTE**power == 0)
        return certain(f"{int(amount) // _KIBIBYTE**power}{'KMG'[power - 1]}i")
    if amount.denominator == 1 and amount >= _KILOBYTE**2 and amount % _KILOBYTE == 0:
        power = next(power for power in (3, 2, 1) if amount % _KILOBYTE**power == 0)
        return certain(f"{int(amount) // _KILOBYTE**power}{'kMG'[power - 1]}")
    return Correction(f"add the unit, such as `{number}Mi`; a number without a unit means bytes")


def _split(text: str) -> tuple[str | None, str]:
    """The number, with a point, and the unit; no number where the text is something else."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None, ""
    number = match["number"].replace(",", ".")
    return (f"0{number}" if number.startswith(".") else number), match["unit"]


def _iso_duration(text: str) -> str | None:
    match = _ISO_DURATION.fullmatch(text.strip().upper())
    parts = [f"{number}{unit}" for unit, number in match.groupdict().items() if number] if match else []
    return "".join(parts) or None


def _days(number: str, length: int) -> str:
    return f"{round(Fraction(number) * length)}d"


def _decimal(number: Fraction) -> str:
    return f"{float(number):.10f}".rstrip("0").rstrip(".")
