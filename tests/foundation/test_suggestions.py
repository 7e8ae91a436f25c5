import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.foundation.suggestions import closest_match, quote_list

NAMES = ["name", "scaling", "useCase", "owner", "type", "resources"]


@pytest.mark.parametrize(
    ("typo", "intended"),
    [("scalin", "scaling"), ("nmae", "name"), ("use_case", "useCase"), ("Owner", "owner"), ("resource", "resources")],
)
def test_a_slip_leads_to_the_name_that_was_meant(typo, intended):
    assert closest_match(typo, NAMES) == intended


@pytest.mark.parametrize("typo", ["replicas", "x", "", "lifecycle"])
def test_another_word_leads_nowhere(typo):
    assert closest_match(typo, NAMES) is None


def test_a_name_is_no_slip_of_itself():
    assert closest_match("name", ["name"]) is None


@given(st.text(), st.lists(st.text()))
def test_whatever_is_suggested_was_offered_whatever_the_order(word, candidates):
    found = closest_match(word, candidates)
    assert found is None or found in candidates
    assert found == closest_match(word, reversed(candidates))


def test_a_list_of_words_reads_as_a_sentence():
    assert [quote_list(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "`a`", "`a` or `b`", "`a`, `b` or `c`",
    ]  # fmt: skip
