"""What plain data says, as the types of a row have it."""

from datetime import date, timedelta

from compiler.foundation.json_data import Json, as_list, as_str
from compiler.spec.quantities import Duration

_A_DAY = 86_400_000


def text(value: Json) -> str | None:
    """The text; `None` where there is none."""
    return as_str(value) or None


def texts(value: Json) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(map(as_str, as_list(value)))


def day(value: Json) -> date | None:
    """The day; `None` where none is said."""
    said = as_str(value)
    return date.fromisoformat(said) if said else None


def after(begin: date, every: str) -> date:
    """The day on which a span that begins on a day ends; the last one that there is, where it ends after that."""
    days = Duration(every).milliseconds // _A_DAY
    return begin + timedelta(days=min(days, (date.max - begin).days))
