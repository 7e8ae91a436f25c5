"""Limits that hold while a file streams: no text of a stranger stops the tool."""

import time

import pytest

from compiler.source.yaml_loader import MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES
from compiler.source.yaml_parse import MAX_FILE_BYTES, parse

pytestmark = pytest.mark.usefixtures("parser")

NINE = "[x, x, x, x, x, x, x, x, x]"


def nested_text(levels):
    return "{a: " * levels + "1" + "}" * levels


def code(text):
    return [finding.code.name for finding in parse(text, "f.yaml").findings]


def test_the_deepest_map_is_read_and_a_deeper_one_is_not():
    assert code(nested_text(MAX_DEPTH)) == []
    assert code(nested_text(MAX_DEPTH + 1)) == ["too-large"]


def test_the_largest_file_is_read_and_a_larger_one_is_not():
    text = "a: '" + "x" * (MAX_FILE_BYTES - 5) + "'"
    assert code(text) == []
    assert code(text + " ") == ["too-large"]
    assert code(text.encode() + b" ") == ["too-large"]


def test_the_last_document_is_read_and_one_more_is_not():
    assert len(parse("---\na: 1\n" * MAX_DOCUMENTS, "f.yaml").documents) == MAX_DOCUMENTS
    assert code("---\na: 1\n" * (MAX_DOCUMENTS + 1)) == ["too-large"]


def test_aliases_count_with_what_they_stand_for():
    lines = ["a0: &a0 " + NINE] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert code("\n".join(lines[:4])) == []
    assert code("\n".join(lines)) == ["alias-budget"]


def test_merge_keys_count_with_what_they_take_in():
    wide = ", ".join(f"k{i}: 1" for i in range(1000))
    text = f"a: &a {{{wide}}}\n" + "".join(f"m{i}:\n  <<: *a\n" for i in range(200))
    assert code(text) == ["alias-budget"]


def test_aliases_of_aliases_are_not_deeper_than_a_file_can_be():
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000))
    assert code(text) == ["alias-budget"]


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "b: &b {<<: *b}"])
def test_an_alias_of_itself_is_a_finding(text):
    assert code(text) == ["alias-budget"]


def test_an_anchor_may_be_set_again():
    (document,) = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f.yaml").documents
    assert document.data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_too_many_values_are_too_many_however_they_are_nested():
    assert code("a: [" + "[w,x]," * (MAX_VALUES // 3 - 1) + "]") == []
    assert code("a: [" + "[w,x]," * (MAX_VALUES // 3 + 1) + "]") == ["too-large"]


TRAPS = {
    "brackets": "[" * 100_000,
    "dashes": "- " * 100_000,
    "maps": "{a: {a: " * 25_000,
    "questions": "? " * 100_000,
    "indents": "".join(" " * i + "a:\n" for i in range(1400)),
    "colons": ":" * 200_000,
    "spaces": " " * 200_000,
    "tags": "".join(f"%TAG !a{i}! x\n" for i in range(30_000)),
    "one duplicate over and over": "".join(f"k{i}: v\n" for i in range(2_000)) + "k1999: 1\n" * 2_000,
    "digits": "a: " + "9" * 200_000,
    "escapes": 'a: "' + "\\x41" * 50_000 + '"',
    "words": "a: " + "b " * 100_000,
    "open quote": 'a: "' + "x\n " * 50_000,
    "aliases in merges": "a: &a {x: 1}\nb:\n  <<: [" + "*a," * 50_000 + "]",
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS.keys())
def test_no_trap_costs_more_than_its_length(text, parser):
    start = time.process_time()
    parse(text, "f.yaml")
    assert time.process_time() - start < (1 if parser == "libyaml" else 10)
