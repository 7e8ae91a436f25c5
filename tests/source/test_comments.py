"""A comment is what YAML takes for one."""

import re

import pytest

from compiler.source.comments import find_comments

MARK = re.compile("note")


def comment_positions(text):
    return [(place.line, place.column, comment) for place, comment in find_comments(text, "a.yaml", MARK)]


def test_it_reaches_from_its_sign_to_the_end_of_the_line() -> None:
    assert comment_positions("a: 1  # a note\r\n# note: more # note\nb: 2\n") == [
        (1, 7, "# a note"),
        (2, 1, "# note: more # note"),
    ]


def test_its_place_ends_with_it() -> None:
    [(place, _)] = find_comments("a: 1  # a note\n", "a.yaml", MARK)
    assert (place.end_line, place.end_column) == (1, 15)


@pytest.mark.parametrize(
    "text",
    [
        "a: 'b # note'\n",
        'a: "b\n  # note"\n',
        "a: |\n  # note\n",
        "a: >\n  b\n  # note\n",
        "a: b#note\n",
        "a: 1 # another\n",
    ],
)
def test_what_stands_in_a_value_is_none(text) -> None:
    assert comment_positions(text) == []


def test_the_head_of_a_block_may_have_one() -> None:
    assert comment_positions("a: | # note\n  # note\nb: 1\n") == [(1, 6, "# note")]


def test_a_text_that_is_no_yaml_has_none() -> None:
    assert comment_positions("a: [1\n# note\nb: }") == []
