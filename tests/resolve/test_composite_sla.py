"""What models come to that answer together: products, shares and budgets, each by hand and as a law."""

from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.resolve.composite_sla import CalledModel, CompositeSla, composite_sla

A, B, C = Fraction("0.99"), Fraction("0.995"), Fraction("0.9")


def part(name: str, availability: Fraction | None = None, **fields) -> CalledModel:
    return CalledModel(name, availability, **fields)


@pytest.mark.parametrize(
    ("router", "parts", "expected"),
    [
        ("", [part("a", A)], A),
        ("", [part("a", A), part("b", B)], A * B),
        ("", [part("a", A, fallback="b"), part("b", B)], 1 - (1 - A) * (1 - B)),
        ("", [part("a", A, fallback="b"), part("b", B), part("c", C)], (1 - (1 - A) * (1 - B)) * C),
        ("", [part("a", A, fallback="elsewhere"), part("b", B)], A * B),
        ("", [part("a", A, fallback="b"), part("b", B, fallback="a")], (1 - (1 - A) * (1 - B)) ** 2),
        ("", [part("a", A), part("b")], None),
        ("sequence", [part("a", A), part("b", B), part("c", C)], A * B * C),
        ("sequence", [part("a", A), part("b", B, is_required=False)], A),
        ("ensemble", [part("a", A), part("b", B)], A * B),
        ("ensemble", [part("a", A), part("b", is_required=False)], A),
        ("ensemble", [part("a", A, is_required=False)], None),
        (
            "splitter",
            [part("a", A, weight=Fraction(9, 10)), part("c", C, weight=Fraction(1, 10))],
            A * Fraction(9, 10) + C * Fraction(1, 10),
        ),
        ("splitter", [part("a", A), part("c", C)], C),
        ("switch", [part("a", A), part("c", C)], C),
        ("", [], None),
    ],
)
def test_how_often_they_answer(router, parts, expected):
    assert composite_sla(router, parts).availability == expected


TIMES = [part("a", times={"p95": 100, "p99": 300}), part("b", times={"p99": 200}), part("c")]


@pytest.mark.parametrize(
    ("router", "expected"),
    [
        # A promise of 99 in 100 is one of 95 in 100, too: b is given 200 in all.
        ("sequence", {"p50": 300, "p90": 300, "p95": 300, "p99": 500, "p99.9": 500}),
        ("ensemble", {"p50": 200, "p90": 200, "p95": 200, "p99": 300, "p99.9": 300}),
        ("switch", {"p50": 200, "p90": 200, "p95": 200, "p99": 300, "p99.9": 300}),
        ("splitter", {"p50": 200, "p90": 200, "p95": 200, "p99": 300, "p99.9": 300}),
        ("", {"p50": 200, "p90": 200, "p95": 200, "p99": 300, "p99.9": 300}),
    ],
)
def test_how_long_they_are_given(router, expected):
    assert composite_sla(router, TIMES).times == expected


def test_a_part_that_promises_a_lower_share_alone_keeps_a_higher_one_no_sooner():
    assert composite_sla("", [part("a", times={"p50": 300})]).times == dict.fromkeys(
        ("p50", "p90", "p95", "p99", "p99.9"), 300
    )
    assert composite_sla("", [part("a", times={"p50": 300, "p99": 400})]).times["p95"] == 400


def test_who_says_no_time_gives_none():
    assert composite_sla("sequence", [part("a", A)]) == CompositeSla(A, {})


SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1000)
ROUTERS = st.sampled_from(["", "sequence", "ensemble", "switch", "splitter"])


@given(ROUTERS, st.lists(SHARES, min_size=1, max_size=5))
def test_a_whole_without_stand_ins_is_never_there_oftener_than_its_best_part(router, shares):
    found = composite_sla(router, [part(str(index), share) for index, share in enumerate(shares)]).availability
    assert found is not None
    assert 0 <= found <= max(shares)
    if router in {"", "sequence", "ensemble"}:
        assert found == prod(shares, start=Fraction(1)) <= min(shares)


@given(st.lists(SHARES, min_size=2, max_size=2))
def test_a_stand_in_never_makes_it_worse(shares):
    alone = composite_sla("", [part("a", shares[0])]).availability
    backed = composite_sla("", [part("a", shares[0], fallback="b"), part("b", shares[1])]).availability
    assert alone is not None
    assert backed is not None
    assert backed >= max(alone, shares[1])


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=5))
def test_a_sequence_has_the_sum_and_an_ensemble_the_longest_time(times):
    parts = [part(str(index), times={"p99": time}) for index, time in enumerate(times)]
    assert composite_sla("sequence", parts).times["p99"] == sum(times)
    assert composite_sla("ensemble", parts).times["p99"] == max(times)
