"""The longest gap between two runs of a cron schedule with five fields."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST_DAY, _LAST_DAY = date(2024, 1, 1), date(2032, 12, 31)
"""Eight years contain every combination of weekdays and leap days."""


def longest_gap(schedule: str) -> timedelta | None:
    """The longest time between two runs, ignoring daylight saving time; `None` if there are no two runs."""
    minute, hour, day, month, weekday = schedule.split()
    minutes = sorted(
        60 * hour_value + minute_value
        for hour_value in _field_values(hour, 0, 23)
        for minute_value in _field_values(minute, 0, 59)
    )
    days = list(_run_days(day, month, weekday))
    if len(minutes) * len(days) <= 1:
        return None
    gap_within_day = max((current - previous for previous, current in pairwise(minutes)), default=0)
    gap_in_days = max(((current - previous).days for previous, current in pairwise(days)), default=0)
    gap_across_days = gap_in_days * 1440 + minutes[0] - minutes[-1] if gap_in_days else 0
    return timedelta(minutes=max(gap_within_day, gap_across_days))


def _run_days(day: str, month: str, weekday: str) -> Iterator[date]:
    """The days on which it runs; if both day of month and day of week are restricted, either matches (POSIX crontab)."""
    days, months = set(_field_values(day, 1, 31)), set(_field_values(month, 1, 12, _MONTHS))
    weekdays = {candidate % 7 for candidate in _field_values(weekday, 0, 7, _WEEKDAYS)}
    match_any = day[0] != "*" and weekday[0] != "*"
    candidate = _FIRST_DAY
    while candidate <= _LAST_DAY:
        day_matches = candidate.day in days, candidate.isoweekday() % 7 in weekdays
        if candidate.month in months and (any(day_matches) if match_any else all(day_matches)):
            yield candidate
        candidate += timedelta(days=1)


def _field_values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> Iterator[int]:
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first == "*":
            begin, end = low, high
        else:
            begin = _field_value(first, low, names)
            end = _field_value(last, low, names) if last else high if step else begin
        yield from range(begin, end + 1, int(step or 1))


def _field_value(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text.upper()) + low if text.upper() in names else int(text)
