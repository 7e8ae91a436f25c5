"""What looks like a secret is what the library's detectors say, though most values are never shown to them."""

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.settings import default_settings
from hypothesis import given
from hypothesis import strategies as st

from compiler.policy.secret_detection import SecretDetectors

pytestmark = pytest.mark.wheel

GUESSING = {"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"}


def plainly(name: str, value: str) -> str | None:
    """The first of the library's detectors that finds something, with each run on the whole text."""
    with default_settings():
        all_ = [one() for one in get_mapping_from_secret_type_to_class().values() if one.__name__ not in GUESSING]
    shapes = [one for one in all_ if type(one).__name__ != "KeywordDetector"]
    found = next((one.secret_type for one in shapes if list(one.analyze_string(value))), None)
    named = [one for one in all_ if type(one).__name__ == "KeywordDetector"]
    if found is None and name and any(list(one.analyze_string(f"{name} = '{value}'")) for one in named):
        return "a value of that name"
    return found


def looked_at(name: str, value: str) -> str | None:
    found = SecretDetectors().find_candidates({"deploy": {"env": [{"name": name, "value": value}]}}, {})
    return found[0].kind if found else None


SECRET_VALUES = [
    "".join(parts)
    for parts in (
        ("AKIA", "IOSFODNN7EXAMPLE"),
        ("gh", "p_", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"),
        ("-----BEGIN RSA ", "PRIVATE KEY-----"),
        ("https://someone:", "hunter2hunter2@example.com/path"),
        ("xox", "b-34532454-e039d02840a0b9379c"),
        (
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
            "eyJzdWIiOiIxMjM0NTY3ODkwIn0.",
            "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        ),
        ("https://example.com/path",),
        ("only some words",),
    )
]
"""Six that detectors of shapes know, in parts so that no scanner reports this file; and two that they do not."""


@pytest.mark.parametrize("value", SECRET_VALUES)
@pytest.mark.parametrize("name", ["LOG_LEVEL", "DB_PASSWORD", "apikey", "Client_Key", ""])
def test_a_value_is_suspected_as_the_detectors_say(name, value):
    assert looked_at(name, value) == plainly(name, value)


def test_shapes_and_names_both_tell():
    assert [looked_at("LOG_LEVEL", value) is not None for value in SECRET_VALUES] == [True] * 6 + [False] * 2
    assert looked_at("DB_PASSWORD", "only some words") == "a value of that name"


KEYWORDS = ["password", "PassWd", "secret", "api_key", "apikey", "db_pass", "level"]
WORDS = st.sampled_from([*KEYWORDS, "=", "==", ":", "'", '"', ";", "->", " ", *SECRET_VALUES[:5]])
VALUES = st.lists(WORDS, min_size=2, max_size=6).map("".join).filter(lambda value: len(value) >= 8)


@given(st.lists(WORDS, max_size=3).map("".join), VALUES)
def test_no_value_is_left_out_that_a_detector_would_find(name, value):
    assert looked_at(name, value) == plainly(name, value)
