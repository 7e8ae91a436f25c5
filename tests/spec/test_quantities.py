"""Quantities: equal amounts have one spelling, and nothing is lost on the way to it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.spec.quantities import QUANTITIES, Cpu, Cron, Duration, Memory, Percentage

MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
BYTES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15} | {
    f"{u}i": 1024**n for n, u in enumerate("KMGTP", 1)
}

whole = st.integers(0, 10**6)
amounts = st.integers(0, 1700)
"""Three of weeks are below 100 years, the longest duration."""
decimals = st.decimals(0, 10**4, places=3, allow_nan=False, allow_infinity=False).map(lambda number: f"{number:f}")
durations = st.lists(st.tuples(amounts, st.sampled_from([*MS])), min_size=1, max_size=3).map(
    lambda parts: "".join(f"{number}{unit}" for number, unit in parts)
)
spellings = {
    "duration": durations,
    "percentage": st.decimals(0, 100, places=6).map(lambda number: f"{number:f}%"),
    "cpu": st.integers(1, 10**6).map(lambda number: f"{number}m") | st.integers(1, 10**4).map(str),
    "memory": st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 10**6), st.sampled_from([*BYTES])),
    "cron": st.builds(lambda minute, hour: f"{minute}  {hour} * * 1", st.integers(0, 59), st.integers(0, 23)),
}


@given(st.data(), st.sampled_from(sorted(spellings)))
def test_the_canonical_spelling_is_its_own(data: st.DataObject, name: str) -> None:
    once = QUANTITIES[name](data.draw(spellings[name]))
    assert QUANTITIES[name](str(once)) == once


@given(durations, durations)
def test_equal_spans_are_spelled_alike_and_others_are_not(a: str, b: str) -> None:
    one, other = Duration(a), Duration(b)
    assert (one == other) == (one.milliseconds == other.milliseconds)


@given(st.integers(0, 5_000), st.sampled_from([*MS]))
def test_a_span_has_as_many_milliseconds_as_were_written(number: int, unit: str) -> None:
    assert Duration(f"{number}{unit}").milliseconds == number * MS[unit]


@given(spellings["memory"], spellings["memory"])
def test_equal_amounts_of_memory_are_spelled_alike_and_others_are_not(a: str, b: str) -> None:
    assert (Memory(a) == Memory(b)) == (Memory(a).bytes == Memory(b).bytes)


@given(st.integers(1, 10**6), st.sampled_from([*BYTES]))
def test_memory_has_as_many_bytes_as_were_written(number: int, unit: str) -> None:
    assert Memory(f"{number}{unit}").bytes == number * BYTES[unit]


@given(st.integers(1, 10**7))
def test_cpu_in_thousandths_and_in_cores_is_one(millicores: int) -> None:
    as_cores = f"{millicores // 1000}.{millicores % 1000:03}"
    assert Cpu(f"{millicores}m") == Cpu(as_cores)
    assert Cpu(as_cores).millicores == millicores


@given(st.decimals(0, 100, places=12), st.integers(0, 5))
def test_a_percentage_keeps_every_digit_and_no_zero_that_says_nothing(number: object, zeros: int) -> None:
    text = f"{number:f}"
    canonical = Percentage(f"{text}{'0' * zeros} %")
    assert Fraction(canonical[:-1]) == Fraction(text)
    assert canonical == Percentage(f"{text}%")


@pytest.mark.parametrize(
    ("name", "spelling", "canonical"),
    [
        ("duration", "90s", "90s"), ("duration", "120s", "2m"), ("duration", "1w", "7d"), ("duration", "1h30m", "90m"),
        ("duration", "0.5s", "500ms"),
        ("duration", "0s", "0d"), ("percentage", "99.50 %", "99.5%"), ("percentage", "100.0%", "100%"),
        ("percentage", "0.00001%", "0.00001%"),
        ("percentage", "99.99999999999999999%", "99.99999999999999999%"), ("cpu", "1000m", "1"),
        ("cpu", "0.25", "250m"), ("cpu", "2.0", "2"),
        ("memory", "1024Mi", "1Gi"), ("memory", "1.5Gi", "1536Mi"), ("memory", "1024k", "1000Ki"), ("memory", "1000k", "1M"),
        ("cron", " 0  3 * *  MON-FRI ", "0 3 * * MON-FRI"), ("cron", "*/15 0,12 1 jan *", "*/15 0,12 1 jan *"),
    ],
)  # fmt: skip
def test_the_canonical_spelling_is_the_one_people_know(name: str, spelling: str, canonical: str) -> None:
    assert QUANTITIES[name](spelling) == canonical


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("duration", "9999999d"), ("duration", "36525d1ms"),
        ("duration", "0.5ms"), ("percentage", "100.1%"), ("cpu", "0"), ("cpu", "0.0001"), ("memory", "0Gi"), ("memory", "0.3k1"),
        ("cron", "60 * * * *"), ("cron", "* 24 * * *"), ("cron", "* * 0 * *"), ("cron", "* * * 13 *"), ("cron", "* * * * 8"),
        ("cron", "* * * * MOO"), ("cron", "* MON * * *"), ("cron", "* * * MON *"), ("cron", "* * * * 1A"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(name: str, spelling: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        QUANTITIES[name](spelling)


def test_arithmetic_is_in_the_unit_that_the_property_names() -> None:
    assert (Duration("90s").seconds, Duration("250ms").seconds) == (90, 0.25)
    assert (Percentage("99.5%").percent, Percentage("99.5%").ratio) == (99.5, 0.995)
    assert Cron("0  3 * * 1").schedule.hours == {3}
