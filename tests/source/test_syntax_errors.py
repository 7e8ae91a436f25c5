"""The most common mistakes, in words that say what to do, at the place that has to be mended."""

import pytest

from compiler.source.yaml_parse import parse

pytestmark = pytest.mark.usefixtures("parser")

MISTAKES = {
    "a:\n\tb: 2\n": (2, 1, "This line is indented with a tab; YAML allows only spaces."),
    "a:\n  b: 1\n \tc: 2\n": (3, 2, "This line is indented with a tab; YAML allows only spaces."),
    "a: b: c\n": (1, 5, "A value contains a colon, which would start another key."),
    "a: 1\n b: 2\n": (2, 2, "`b` is indented below `a`, which already has a value."),
    "a:\n  b: 1\n c: 2\n": (3, 2, "The indentation of this line matches no line above it."),
    "a:\n  - b\n  c: d\n": (3, 3, "This line belongs neither to the list above nor to the map around it."),
    "a: [1, 2\n": (1, 4, "A bracket is not closed, or a comma is missing."),
    "a: {x: 1\nb: 3\n": (1, 4, "A bracket is not closed, or a comma is missing."),
    "a: [b, c]]\n": (1, 10, "This `]` has no matching opening bracket."),
    "a: [}\n": (1, 5, "A value is missing here."),
    'a: "x\nb: y\n': (1, 4, "This string is not closed."),
    "a: 'it's'\n": (1, 7, "This apostrophe ends the string."),
    'a: "x" y\n': (1, 8, "The value ends before this text."),
    "a: @x\n": (1, 4, "A value cannot begin with `@`."),
    "a: `x`\n": (1, 4, "A value cannot begin with a backtick."),
    "a: - b\n": (1, 4, "A list cannot begin here."),
    'a: "\\d"\n': (1, 5, "This is not a valid escape sequence in double quotes."),
    'a: "\\ud800"\n': (1, 5, "This is not a valid escape sequence in double quotes."),
    'a: "\\U00110000"\n': (1, 5, "This is not a valid escape sequence in double quotes."),
    ": 1\n": (1, 1, "A key is missing before the colon."),
    "a: |x\n y\n": (1, 5, "There is text after `|` or `>` on the same line."),
    "a: &\n": (1, 5, "`&` and `*` must be followed by a name."),
    "%YAML 1.3\n---\na: 1\n": (1, 1, "This directive is not supported."),
    "%FOO\n---\na: 1\n": (1, 1, "This directive is not supported."),
    "a: ? b\n": (1, 4, "A value cannot begin with `?`."),
    "a\nb: 1\n": (1, 1, "`a` has no colon."),
    "a:b\nc: 1\n": (1, 2, "A space is missing after the colon."),
    "m:\n  a:b\n  c: 1\n": (2, 4, "A space is missing after the colon."),
    "a: * * 3 * *\n": (1, 4, "A value that begins with `*` needs quotes."),
    "a: {{ b }}c\n": (1, 4, "Specs are not templates: `{{` has no meaning here."),
    'a: "x\nb: y\nc: "z"\n': (1, 4, "This string is not closed."),
    "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> c\n": (
        2,
        1,
        "Lines 2 to 6 contain an unresolved merge conflict.",
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_syntax_error_has_our_message_at_its_location(text, ends):
    (finding,) = parse(text.replace("\n", ends), "f.yaml").findings
    assert finding.code.name == "yaml-syntax"
    assert (finding.location.line, finding.location.column, finding.message) == MISTAKES[text]
    assert finding.help


def test_what_was_not_closed_has_a_note_where_it_was_missed():
    (finding,) = parse("a: [1,\n  2\nb: 3\n", "f.yaml").findings
    assert (finding.location.line, finding.notes[0].location.line) == (1, 3)
