"""Converts JSON data to the types of a row."""

from datetime import date, timedelta

from compiler.foundation.json_data import Json, as_list, as_str
from compiler.spec.quantities import Duration

_MILLISECONDS_PER_DAY = 86_400_000


def optional_str(value: Json) -> str | None:
    """The text; `None` if the value is not a string."""
    return as_str(value) or None


def str_tuple(value: Json) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(map(as_str, as_list(value)))


def parse_date(value: Json) -> date | None:
    """The date; `None` if there is none."""
    date_text = as_str(value)
    return date.fromisoformat(date_text) if date_text else None


def add_duration(start: date, duration: str) -> date:
    """The last day of a period that starts on a day; the maximum date if it ends after that."""
    days = Duration(duration).milliseconds // _MILLISECONDS_PER_DAY
    return start + timedelta(days=min(days, (date.max - start).days))
