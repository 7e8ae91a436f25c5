"""Names and labels are valid in Kubernetes whatever they are made of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.conventions import label_value

LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
VERSION = r"[0-9]\.[0-9]\.[0-9](?:-[0-9A-Za-z.-]{1,90})?(?:\+[0-9A-Za-z.-]{1,90})?"


@given(st.from_regex(VERSION, fullmatch=True))
def test_the_label_of_a_version_is_valid(version: str) -> None:
    assert LABEL_VALUE.fullmatch(label_value(version))


@pytest.mark.parametrize(("version", "value"), [("1.2.3", "1.2.3"), ("1.2.3-rc.1+b5", "1.2.3-rc.1_b5")])
def test_a_version_that_is_a_valid_label_is_kept(version: str, value: str) -> None:
    assert label_value(version) == value


def test_a_version_that_ends_in_a_dot_gets_digits() -> None:
    assert re.fullmatch(r"1\.2\.3-rc-[0-9a-f]{10}", label_value("1.2.3-rc."))


def test_long_versions_with_a_common_beginning_have_different_labels() -> None:
    first, second = (label_value(f"1.0.0-{'a' * 80}{end}") for end in "bc")
    assert first != second
