"""The longest gap between two runs of a cron schedule with five fields."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from compiler.spec.cron_schedule import CronSchedule

_FIRST_DAY, _LAST_DAY = date(2024, 1, 1), date(2032, 12, 31)
"""Eight years contain every combination of weekdays and leap days."""


def longest_gap(schedule: CronSchedule) -> timedelta:
    """The longest time between two runs, ignoring daylight saving time."""
    minutes = sorted(60 * hour + minute for hour in schedule.hours for minute in schedule.minutes)
    gap_within_day = max((current - previous for previous, current in pairwise(minutes)), default=0)
    gap_in_days = max((current - previous).days for previous, current in pairwise(_run_days(schedule)))
    gap_across_days = gap_in_days * 1440 + minutes[0] - minutes[-1]
    return timedelta(minutes=max(gap_within_day, gap_across_days))


def _run_days(schedule: CronSchedule) -> Iterator[date]:
    candidate = _FIRST_DAY
    while candidate <= _LAST_DAY:
        day_matches = candidate.day in schedule.days, candidate.isoweekday() % 7 in schedule.weekdays
        if candidate.month in schedule.months and (
            any(day_matches) if schedule.runs_on_either_day else all(day_matches)
        ):
            yield candidate
        candidate += timedelta(days=1)
