"""Text that shows what it means."""

import pytest

from compiler.source.yaml_parse import parse

pytestmark = pytest.mark.usefixtures("parser")


def finding_positions(text):
    return [
        (finding.code.name, finding.location.line, finding.location.column)
        for finding in parse(text, "f.yaml").findings
    ]


def test_what_is_not_utf8_is_found_where_it_stands():
    assert finding_positions("é: x\nb: ".encode() + b"\xff") == [("not-utf8", 2, 4)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_other_encodings_are_findings(encoding):
    assert parse("a: é\n".encode(encoding), "f.yaml").findings


@pytest.mark.parametrize("character", "\0\x07\x1b\x7f\x85\x9f\u2028\u2029\u202e\u2066\ue000\ue001\ufeff\ufffe\r")
@pytest.mark.parametrize("encode", [str, str.encode])
def test_characters_that_hide_or_are_reserved_are_findings(character, encode):
    assert finding_positions(encode(f"a: 1\n😀: x{character}y\n")) == [("reserved-character", 2, 5)]


def test_half_a_character_is_a_finding():
    assert finding_positions("a: \ud800\n") == [("reserved-character", 1, 4)]


@pytest.mark.parametrize("escape", [r"\0", r"\e", r"\x85", r"\u2028", r"\ue000", r"\ue001", r"\ufeff"])
def test_an_escape_does_not_bring_them_in(escape):
    assert finding_positions(f'a: "x{escape}"\n') == [("reserved-character", 1, 4)]
    assert finding_positions(f'"x{escape}": a\n') == [("reserved-character", 1, 1)]


def test_ordinary_escapes_are_fine():
    (document,) = parse(r'a: "\t\n\r\"\\\u00e9\U0001F600"', "f.yaml").documents
    assert document.data == {"a": '\t\n\r"\\é😀'}


def test_reserved_characters_are_reported_up_to_a_limit():
    assert len(finding_positions("a: " + "\x01" * 3)) == 3
    assert len(finding_positions("a: " + "\x01" * 3000)) == 10


@pytest.mark.parametrize(
    "content", ["a: 1\nb: 2\n".encode("utf-16-le"), "a: 1\nb: 2\n".encode("utf-16-be"), b"a: 1\rb: 2\rc: 3\r"]
)
def test_one_setting_of_an_editor_is_one_finding(content):
    assert len(finding_positions(content)) == 1


@pytest.mark.parametrize("text", ["\ufeffa: x\n", b"\xef\xbb\xbfa: x\n"])
def test_a_byte_order_mark_at_the_start_is_tolerated_and_counts_no_column(text):
    (document,) = parse(text, "f.yaml").documents
    assert document.data == {"a": "x"}
    assert (document.location(("a",)).column, document.line) == (4, 1)


def test_line_ends_of_windows_make_no_difference():
    (document,) = parse("a: x\r\nb:\r\n  - y\r\nc: |\r\n  t\r\n", "f.yaml").documents
    assert document.data == {"a": "x", "b": ["y"], "c": "t\n"}
    place = document.location(("b", 0))
    assert (place.line, place.column, place.end_line, place.end_column) == (3, 5, 3, 6)
