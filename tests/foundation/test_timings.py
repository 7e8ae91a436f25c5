"""Timings add up by name, and cost nothing unless they are wanted."""

from compiler.foundation.timings import Timings
from compiler.report.timings_table import format_timings


def test_the_time_of_a_name_adds_up() -> None:
    timings = Timings(is_enabled=True)
    for _ in range(2):
        with timings.measure("stage", "render"):
            pass
    first_total = timings.stages()[0][1]
    with timings.measure("stage", "render"):
        sum(range(10_000))
    assert [name for name, _ in timings.stages()] == ["render"]
    assert timings.stages()[0][1] > first_total > 0


def test_the_slowest_come_first() -> None:
    timings = Timings(is_enabled=True)
    with timings.measure("model", "slow"):
        sum(range(100_000))
    with timings.measure("model", "fast"):
        pass
    assert [name for name, _ in timings.slowest("model", 2)] == ["slow", "fast"]
    assert [name for name, _ in timings.slowest("model", 1)] == ["slow"]


def test_nothing_is_measured_by_default() -> None:
    timings = Timings()
    with timings.measure("stage", "render"):
        pass
    assert timings.stages() == []


def test_a_table_has_stages_with_a_total_and_only_sections_with_rows() -> None:
    timings = Timings(is_enabled=True)
    with timings.measure("stage", "check models"), timings.measure("policy", "baseline/has-owner"):
        pass
    lines = format_timings(timings).splitlines()
    assert lines[0] == "time by stage"
    assert [line.split("  ")[1] for line in lines[1:3]] == ["check models", "total"]
    assert "slowest policies" in lines
    assert "slowest models" not in lines
