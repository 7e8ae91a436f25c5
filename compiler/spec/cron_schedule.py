"""Cron schedules of five fields, in the syntax that all consumers of a schedule accept.

- Kubernetes: `ParseStandard` of robfig/cron v3 (`getRange` of parser.go): ranges ascend, days of the week are 0 to 6, names in any case.
- GitHub Actions: the operators `*`, `,`, `-` and `/` of POSIX crontab, days of the week 0 to 6 or SUN to SAT
  (docs.github.com, "Events that trigger workflows", `schedule`).

Libraries for Python accept more (cronsim 2.8, croniter 7.0 and cron-converter 2.0 accept 7 for Sunday; the first two also `L` and `#`),
and so cannot be used to refuse what a consumer refuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from compiler.spec.quantity_error import QuantityError

_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SUNDAY = 7
"""The number of Sunday in other crontabs."""


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("a minute", 0, 59),
    _Field("an hour", 0, 23),
    _Field("a day of the month", 1, 31),
    _Field("a month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    _Field("a day of the week", 0, 6, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),
)
_WEEKDAY = _FIELDS[-1]


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """The values of each field. `runs_on_either_day`: a day matches by its day of the month or by its day of the week, not by both."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    runs_on_either_day: bool

    @classmethod
    def parse(cls, text: str) -> "CronSchedule":
        """The schedule; raises `QuantityError` for one that a consumer refuses, or that never runs."""
        fields = text.split()
        if len(fields) != len(_FIELDS):
            raise QuantityError(
                f"the schedule has {len(fields)} fields, not five", "write a schedule such as `0 3 * * 1`"
            )
        minutes, hours, days, months, weekdays = (
            frozenset(_field_values(value, field)) for value, field in zip(fields, _FIELDS, strict=True)
        )
        is_day_chosen, is_weekday_chosen = (_is_restricted(fields[2]), _is_restricted(fields[4]))
        schedule = cls(minutes, hours, days, months, weekdays, is_day_chosen and is_weekday_chosen)
        longest_month = max(_MONTH_LENGTHS[month - 1] for month in months)
        if not schedule.runs_on_either_day and min(days) > longest_month:
            raise QuantityError(
                f"the schedule never runs: no month of it has {min(days)} days", f"write a day up to {longest_month}"
            )
        return schedule


def _is_restricted(field: str) -> bool:
    """Whether a field of days leaves days out. A step of `*` does, unlike in crontab(5): robfig/cron v3 gives it no star bit."""
    return not any(part in {"*", "*/1"} for part in field.split(","))


def _field_values(text: str, field: _Field) -> Iterator[int]:
    for part in text.split(","):
        span, _, step_text = part.partition("/")
        begin, end = _span(span, field, has_step=bool(step_text))
        step = int(step_text) if step_text.isdecimal() else 1
        if step_text and not 1 <= step <= max(end - begin, 1):
            raise QuantityError(
                f"the step {step_text} is longer than the range `{span}`",
                f"write a step from 1 to {end - begin}, or no step",
            )
        yield from range(begin, end + 1, step)


def _span(span: str, field: _Field, *, has_step: bool) -> tuple[int, int]:
    if span == "*":
        return field.low, field.high
    first, hyphen, last = span.partition("-")
    begin = _field_value(first, field)
    end = _field_value(last, field) if hyphen else field.high if has_step else begin
    if begin > end:
        ranges = f"{_range_text(begin, field.high)},{_range_text(field.low, end)}"
        raise QuantityError(f"the range `{span}` descends", f"write it in two parts: `{ranges}`")
    return begin, end


def _range_text(begin: int, end: int) -> str:
    return str(begin) if begin == end else f"{begin}-{end}"


def _field_value(text: str, field: _Field) -> int:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.low
    if text.isascii() and text.isdecimal() and field.low <= int(text) <= field.high:
        return int(text)
    if field is _WEEKDAY and text == str(_SUNDAY):
        raise QuantityError(
            "`7` is not a day of the week", "write 0 for Sunday; `1-6,0` is every day from Monday to Sunday"
        )
    raise QuantityError(f"`{text}` is not {field.name}", f"write a number from {field.low} to {field.high}")
