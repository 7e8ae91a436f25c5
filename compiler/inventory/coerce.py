"""Converts JSON data to the types of a row."""

from collections.abc import Sequence
from datetime import date, timedelta

from compiler.spec.quantities import Duration

_MILLISECONDS_PER_DAY = 86_400_000


def optional_str(value: str | None) -> str | None:
    """The text; `None` if the value is not a string."""
    return value or None


def str_tuple(value: Sequence[str] | None) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(value or ())


def parse_date(value: str | None) -> date | None:
    """The date; `None` if there is none."""
    return date.fromisoformat(value) if value else None


def add_duration(start: date, duration: str) -> date:
    """The last day of a period that starts on a day; the maximum date if it ends after that."""
    days = Duration(duration).milliseconds // _MILLISECONDS_PER_DAY
    return start + timedelta(days=min(days, (date.max - start).days))
