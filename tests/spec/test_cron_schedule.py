"""What a schedule means, and which schedules a consumer would refuse or never run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.spec.cron_schedule import CronSchedule
from compiler.spec.quantity_error import QuantityError

REFUSED = {
    "0 3 * * 7": "`7` is not a day of the week",
    "0 3 * * 1-7": "`7` is not a day of the week",
    "0 0 * * 5-1": "the range `5-1` descends",
    "0 3 * * sat-sun": "the range `sat-sun` descends",
    "0 0 31 2 *": "no month of it has 31 days",
    "0 0 30,31 FEB *": "no month of it has 30 days",
    "0 0 31 2,4,6,9,11 *": "no month of it has 31 days",
    "*/99 * * * *": "the step 99 is longer than the range `*`",
    "0-5/9 * * * *": "the step 9 is longer than the range `0-5`",
    "1/0 * * * *": "the step 0",
    "60 * * * *": "`60` is not a minute",
    "0 24 * * *": "`24` is not an hour",
    "0 0 L * *": "`L` is not a day of the month",
    "0 0 * * 1#2": "`1#2` is not a day of the week",
    "0 0 * * \u0661": "is not a day of the week",
    "0 0 * *": "4 fields",
    "": "0 fields",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_a_schedule_that_a_consumer_refuses_or_never_runs_is_refused(text, message) -> None:
    with pytest.raises(QuantityError, match=r"\w") as refusal:
        CronSchedule.parse(text)
    assert message in str(refusal.value)
    assert refusal.value.help


@pytest.mark.parametrize(
    ("text", "either"),
    [("0 0 1 * 5", True), ("0 0 1 * *", False), ("0 0 * * 5", False), ("0 0 */2 * 5", True), ("0 0 */1 * 5", False)],
)
def test_either_day_matches_where_both_fields_leave_days_out(text, either) -> None:
    """robfig/cron v3.0.1, getRange: a step above 1 removes the star bit, which dayMatches reads."""
    assert CronSchedule.parse(text).runs_on_either_day is either


@pytest.mark.parametrize("text", ["0 0 29 2 *", "0 0 31 1,2 *", "0 0 31 2 1", "0 0 28-31 * *", "*/59 * * * *"])
def test_a_rare_schedule_is_accepted(text) -> None:
    assert CronSchedule.parse(text).minutes


def test_names_are_read_in_any_case() -> None:
    schedule = CronSchedule.parse("0 0 * jan-Mar,DEC mon,SAT")
    assert (schedule.months, schedule.weekdays) == ({1, 2, 3, 12}, {1, 6})


@given(st.integers(0, 59), st.integers(0, 59), st.integers(1, 59))
def test_a_range_with_a_step_contains_each_multiple_from_its_start(one: int, other: int, step: int) -> None:
    low, high = sorted((one, other))
    step = min(step, max(high - low, 1))
    expected = {minute for minute in range(60) if low <= minute <= high and (minute - low) % step == 0}
    assert CronSchedule.parse(f"{low}-{high}/{step} * * * *").minutes == expected
