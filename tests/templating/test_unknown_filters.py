"""An unknown filter gets advice that a template can follow."""

import pytest

from compiler.templating import unknown_filters
from compiler.templating.jinja_filters import FILTERS
from compiler.templating.unknown_filters import unknown_filter_advice


def test_no_advice_is_about_a_filter_that_exists() -> None:
    assert unknown_filters.ADVICE
    assert not unknown_filters.ADVICE.keys() & FILTERS.keys()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("toyaml", "place the map or the list whole"),
        ("toYaml", "place the map or the list whole"),
        ("quote", "remove the filter"),
        ("round", "values are placed, not computed"),
        ("shel", "did you mean `shell`?"),
        ("frobnicate", "the filters are bytes, "),
    ],
)
def test_the_advice_fits_what_the_filter_does_elsewhere(name, advice) -> None:
    assert unknown_filter_advice(name, FILTERS).startswith(advice)
