"""Characters that reviewers cannot see, and those that a script or an emoji needs."""

import pytest

from compiler.source.hidden_characters import find_hidden_runs, hidden_text

TAGGED = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules")


def hidden_columns(text):
    return [start for start, _ in find_hidden_runs(text)]


@pytest.mark.parametrize(
    "character",
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200e\u200f\u202a\u202e\u2060\u2064\u2066\u2069\u206a\u3164\ufeff\uffa0"
    "\ufff9\U0001bca0\U0001d173\U000e0001\U000e0041\U000e0100\ufe00",
)
def test_a_character_that_nobody_sees_is_found(character):
    assert hidden_columns(f"ab{character}c") == [2]


@pytest.mark.parametrize("joiner", "\u200c\u200d")
@pytest.mark.parametrize("text", ["pay{}pal", "{}pay", "pay{}", "1{}2", "а{}б", "\u4f60{}\u597d"])
def test_a_joiner_where_nothing_can_join_is_found(joiner, text):
    assert hidden_columns(text.format(joiner))


@pytest.mark.parametrize(
    "text",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: I want
        "\u0928\u094d\u200d\u092f \u0915\u094d\u200c\u0937",  # Devanagari: a half form, and a visible virama
        "\u0d9a\u0dca\u200d\u0dbb",  # Sinhala: kra
        "\u09b0\u200d\u09cd\u09af",  # Bengali: ra with ya-phalaa
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",  # a person with a skin tone at a computer
        "\U0001f3f3\ufe0f\u200d\U0001f308 \u2764\ufe0f \u00a9\ufe0f 1\ufe0f\u20e3 \u203c\ufe0f",
        "\U0001f642\u200d\u2194\ufe0f \U0001fae8\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland
        "\u845b\U000e0100",  # a variant of a Han character
        "\u1820\u180b",  # a variant of a Mongolian letter
    ],
)
def test_what_a_script_or_an_emoji_needs_is_not_found(text):
    assert hidden_columns(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f3f4\U000e0078\U000e0078\U000e007f",  # tags that are no flag
        "\U0001f600\ufe0f\ufe0f",  # more selectors than an emoji needs
        "\U0001f600\U000e0100\U000e0101",  # selectors that carry bytes
        "\u0645\u200c\u200c\u062e",  # more joiners than a script needs
        "\U0001f600\u200da",
    ],
)
def test_more_than_is_needed_is_found(text):
    assert len(hidden_columns(text)) == 1


def test_a_run_is_one_finding_and_its_text_is_shown():
    ((start, end),) = find_hidden_runs(f"Be kind.{TAGGED}")
    assert (start, end) == (8, 8 + len(TAGGED))
    assert hidden_text(TAGGED) == "ignore all rules"
