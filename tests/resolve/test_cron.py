"""The longest time between two runs of a schedule, by the calendar."""

from datetime import timedelta

import pytest

from compiler.resolve.cron import longest_gap
from compiler.spec.cron_schedule import CronSchedule

MINUTES = {
    "* * * * *": 1,
    "*/15 * * * *": 15,
    "0,40 * * * *": 40,
    "0 9-17 * * *": 16 * 60,
    "30 2 * * *": 24 * 60,
    "30 2 * * 1-6": 48 * 60,
    "30 2 * * MON-SAT": 48 * 60,
    "0 1 * * 1-5": 72 * 60,
    "0 0,12 * * 1-5": (2 * 24 + 12) * 60,
    "0 3 * * 1": 7 * 24 * 60,
    "0 3 * * 0": 7 * 24 * 60,
    "0 0 1 * *": 31 * 24 * 60,
    "0 0 31 * *": 61 * 24 * 60,
    "0 0 1 */3 *": 92 * 24 * 60,
    "0 0 1 JAN *": 366 * 24 * 60,
    "0 0 29 2 *": 1461 * 24 * 60,
    "0 0 1,15 * 5": 7 * 24 * 60,  # either the day of the month or a Friday
    "0 0 */2 * 5": 2 * 24 * 60,  # a step of `*` leaves days out, and so either day matches (robfig/cron v3)
    "5/20 * * * *": 20,
}


@pytest.mark.parametrize(("schedule", "minutes"), MINUTES.items())
def test_the_longest_gap(schedule, minutes):
    assert longest_gap(CronSchedule.parse(schedule)) == timedelta(minutes=minutes)
