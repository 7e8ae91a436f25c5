"""The data of a file, and the findings about it."""

import pytest

from compiler.source.yaml_parse import parse

pytestmark = pytest.mark.usefixtures("parser")


def data(text):
    parsed = parse(text, "f.yaml")
    assert parsed.findings == ()
    return parsed.documents[0].data


def finding_positions(text):
    return [
        (finding.code.name, finding.location.line, finding.location.column)
        for finding in parse(text, "f.yaml").findings
    ]


def test_a_file_is_plain_data():
    text = "a: 1\nb: [x, 'y', \"z\", 2.5, true, ~]\nc: {d: }\ne: |\n  two\n  lines\n"
    assert data(text) == {"a": 1, "b": ["x", "y", "z", 2.5, True, None], "c": {"d": None}, "e": "two\nlines\n"}


@pytest.mark.parametrize("key", ["1.10", "on", "no", "017", "null", "~", "2026-01-01", "3", "="])
def test_a_key_is_always_the_text_that_was_written(key):
    assert data(f"{key}: x\n") == {key: "x"}


def test_keys_that_are_alike_only_to_other_readers_do_not_collide():
    assert data("1: a\ntrue: b\n1.0: c\n") == {"1": "a", "true": "b", "1.0": "c"}


def test_an_ambiguous_value_is_the_text_with_a_warning_and_a_safe_fix():
    parsed = parse("a: no\n", "f.yaml")
    (finding,) = parsed.findings
    assert parsed.documents[0].data == {"a": "no"}
    assert finding.code.name == "ambiguous-scalar"
    assert not finding.is_blocking
    assert (finding.fix.text, finding.fix.safe) == ('"no"', True)
    assert (finding.fix.location.column, finding.fix.location.end_column) == (4, 6)


def test_a_quoted_scalar_is_never_ambiguous():
    assert data("a: 'no'\nb: \"12:30:45\"\n") == {"a": "no", "b": "12:30:45"}


def test_a_duplicate_key_is_found_at_the_second_with_a_note_at_the_first():
    parsed = parse("x:\n  a: 1\n  b: {a: 0}\n  a: 2\n", "f.yaml")
    (finding,) = parsed.findings
    assert (finding.code.name, finding.location.line, finding.location.column) == ("duplicate-key", 4, 3)
    assert (finding.notes[0].location.line, finding.notes[0].location.column) == (2, 3)
    assert parsed.documents[0].data == {"x": {"a": 1, "b": {"a": 0}}}


def test_a_key_in_quotes_is_the_same_key():
    assert finding_positions("a: 1\n'a': 2\n") == [("duplicate-key", 2, 1)]


def test_an_alias_means_what_its_anchor_means():
    assert data("a: &x {b: [1]}\nc: *x\nd: &y 3\ne: *y\n") == {"a": {"b": [1]}, "c": {"b": [1]}, "d": 3, "e": 3}


def test_an_anchor_ends_with_its_document():
    assert finding_positions("a: &x 1\n---\nb: *x\n") == [("yaml-syntax", 3, 4)]


def test_a_merge_key_takes_in_keys_that_are_not_written_out():
    assert data("b: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3\n")["c"] == {"x": 1, "y": 3}
    assert data("b: &b {x: 1, y: 2}\nc:\n  y: 3\n  <<: *b\n")["c"] == {"x": 1, "y": 3}


def test_of_several_merged_maps_the_first_wins():
    assert data("c:\n  <<: [{x: 1}, {x: 2, y: 2}]\n")["c"] == {"x": 1, "y": 2}


def test_two_merge_keys_are_a_duplicate():
    assert finding_positions("c:\n  <<: {x: 1}\n  <<: {y: 1}\n") == [("duplicate-key", 3, 3)]


def test_a_merge_key_takes_only_maps():
    assert finding_positions("c:\n  <<: 3\n") == [("merge-key", 2, 7)]
    assert finding_positions("c:\n  <<: [{a: 1}, 3]\n") == [("merge-key", 2, 7)]


def test_a_merge_key_in_quotes_is_an_ordinary_key():
    assert data("'<<': {a: 1}\n") == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("!!str 3", "3"), ("!!int '3'", 3), ("!!float 3", 3.0), ("!!bool 'true'", True), ("!!null ''", None),
     ("! 12", "12"),      ("!!map {}", {}), ("!!seq []", [])],
)  # fmt: skip
def test_the_core_tags_are_honoured(text, value):
    assert data(f"a: {text}\n") == {"a": value}


@pytest.mark.parametrize(
    "text", ["!Ref x", "!!set {x}", "!!binary aGk=", "!!timestamp x", "!<x> 1", "!!int x", "!!map []", "!e!x 1"]
)
def test_any_other_tag_and_one_that_does_not_fit_is_a_finding(text):
    assert finding_positions(f"a: {text}\n") == [("custom-tag", 1, 4)]


@pytest.mark.parametrize("text", ["? [a]\n: 1\n", "? {a: 1}\n: 1\n", "x: &a 1\n*a : 1\n", "&a : 1\n"])
def test_a_key_that_is_no_text_is_a_finding(text):
    assert [name for name, *_ in finding_positions(text)] == ["not-a-document"]


def test_a_number_that_json_cannot_hold_is_a_finding():
    assert finding_positions("a: .nan\nb: 99999999999999999999\n") == [
        ("number-out-of-range", 1, 4),
        ("number-out-of-range", 2, 4),
    ]


def test_documents_are_numbered_as_they_stand_and_empty_ones_are_skipped():
    parsed = parse("# nothing\n---\na: 1\n---\n# nothing\n---\n\nb: 2\n", "f.yaml")
    assert parsed.findings == ()
    assert [(document.index, document.line, document.data) for document in parsed.documents] == [
        (0, 3, {"a": 1}),
        (2, 8, {"b": 2}),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "---\n---\n"])
def test_an_empty_file_has_no_documents_and_no_findings(text):
    assert parse(text, "f.yaml").documents == ()
    assert finding_positions(text) == []


@pytest.mark.parametrize("text", ["- a\n", "text\n", "3\n", "~\n"])
def test_a_document_that_is_no_map_is_a_finding(text):
    assert finding_positions(text) == [("not-a-document", 1, 1)]
    assert parse(text, "f.yaml").documents == ()


def test_after_a_syntax_error_no_document_of_the_file_is_returned():
    parsed = parse("a: no\n---\nb: [\n", "f.yaml")
    assert parsed.documents == ()
    assert [finding.code.name for finding in parsed.findings] == ["ambiguous-scalar", "yaml-syntax"]


def test_all_findings_are_reported_in_one_run_in_the_order_of_lines():
    assert finding_positions("a: !x 1\nb: no\nc: {d: 1, d: 2}\n") == [
        ("custom-tag", 1, 4),
        ("ambiguous-scalar", 2, 4),
        ("duplicate-key", 3, 11),
    ]


def test_a_finding_of_one_kind_is_reported_a_hundred_times_at_most():
    assert len(finding_positions("a: [" + "no," * 5000 + "]")) == 100


def test_many_of_one_kind_do_not_hide_another():
    assert finding_positions("a: [" + "no," * 5000 + "]\na: 1\n")[-1] == ("duplicate-key", 2, 1)
