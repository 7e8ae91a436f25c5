"""How long a schedule of five fields leaves between two runs at most."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST, _LAST = date(2024, 1, 1), date(2032, 12, 31)
"""Years that hold every order of weekdays and leap days that a calendar of eight years has."""


def longest_gap(schedule: str) -> timedelta | None:
    """The longest time between two runs, the change to summer time aside; `None` where there are no two."""
    minute, hour, day, month, weekday = schedule.split()
    minutes = sorted(60 * one + other for one in _values(hour, 0, 23) for other in _values(minute, 0, 59))
    days = list(_days(day, month, weekday))
    if len(minutes) * len(days) <= 1:
        return None
    within = max((later - sooner for sooner, later in pairwise(minutes)), default=0)
    apart = max(((later - sooner).days for sooner, later in pairwise(days)), default=0)
    across = apart * 1440 + minutes[0] - minutes[-1] if apart else 0
    return timedelta(minutes=max(within, across))


def _days(day: str, month: str, weekday: str) -> Iterator[date]:
    """Days on which it runs; where both a day of the month and one of the week are named, either will do (POSIX crontab)."""
    days, months = set(_values(day, 1, 31)), set(_values(month, 1, 12, _MONTHS))
    weekdays = {one % 7 for one in _values(weekday, 0, 7, _DAYS)}
    either = day[0] != "*" and weekday[0] != "*"
    one = _FIRST
    while one <= _LAST:
        fits = one.day in days, one.isoweekday() % 7 in weekdays
        if one.month in months and (any(fits) if either else all(fits)):
            yield one
        one += timedelta(days=1)


def _values(field: str, low: int, high: int, words: tuple[str, ...] = ()) -> Iterator[int]:
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first == "*":
            begin, end = low, high
        else:
            begin = _value(first, low, words)
            end = _value(last, low, words) if last else high if step else begin
        yield from range(begin, end + 1, int(step or 1))


def _value(text: str, low: int, words: tuple[str, ...]) -> int:
    return words.index(text.upper()) + low if text.upper() in words else int(text)
