"""What was expected and what came are compared as people mean it."""

import pytest

from compiler.execution.source_tests.comparison import differences, first_mismatch


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, 1.0), (0.3, 0.1 + 0.2), ({"a": 1}, {"a": 1, "more": 2}), ([1, [2]], (1, [2.0])), (None, None), (True, True), ("x", "x"),
    ],
)  # fmt: skip
def test_the_same_is_no_difference(expected, actual) -> None:
    assert list(differences(expected, actual, 1e-6)) == []


@pytest.mark.parametrize(
    ("expected", "actual", "pointer"),
    [
        (1, True, ()), (1, "1", ()), ({"a": 1}, {}, ("a",)), ({"a": [1, 2]}, {"a": [1, 3]}, ("a", 1)), ([1], [1, 2], ()),
        (1, float("nan"), ()), (1, float("inf"), ()), (0, None, ()), ({}, [], ()),
    ],
)  # fmt: skip
def test_a_difference_is_reported_at_the_smallest_place(expected, actual, pointer) -> None:
    assert [found for found, _ in differences(expected, actual, 1e-6)] == [pointer]


def test_a_case_says_how_far_a_number_may_be_off() -> None:
    case = {"name": "close", "input": {}, "output": {"score": 0.5}, "tolerance": 0.1}
    assert first_mismatch(case, {"score": 0.58}) is None
    assert first_mismatch(case, {"score": 0.7}) == (
        ("score",), "the case `close` fails: score: expected 0.5, found 0.7",
    )  # fmt: skip
