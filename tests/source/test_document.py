"""Where the author wrote what."""

import pytest

from compiler.foundation.resources import shipped_folder
from compiler.source.yaml_parse import parse

pytestmark = pytest.mark.usefixtures("parser")

TEXT = """\
# a comment
name: card-fraud   # another
deploy:
  scaling: {min: 2, max: "10"}
  ports:
  - 8080
  - &admin 9090
  empty:
  text: |
    one
    two

# between
version: 3.10
base: &base
  x: 1
  y: &admin2 {z: 0}
taken:
  <<: *base
  x: !!str 2
again: *base
"""


@pytest.fixture
def document(parser):
    return parse(TEXT, "models/f.yaml").documents[0]


def text_at(place):
    lines = TEXT.splitlines(keepends=True)
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    end = sum(map(len, lines[: place.end_line - 1])) + place.end_column - 1
    return TEXT[start:end]


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        (("name",), "card-fraud"),
        (("deploy", "scaling"), '{min: 2, max: "10"}'),
        (("deploy", "scaling", "max"), '"10"'),
        (("deploy", "ports", 1), "9090"),
        (("deploy", "ports"), "- 8080\n  - &admin 9090"),
        (("deploy", "text"), "|\n    one\n    two"),
        (("deploy", "empty"), ""),
        (("version",), "3.10"),
        (("base",), "x: 1\n  y: &admin2 {z: 0}"),
        (("base", "y"), "{z: 0}"),
        (("taken", "x"), "2"),
        (("taken", "y"), "{z: 0}"),
        (("again",), "*base"),
        (("again", "x"), "1"),
        ((), TEXT[len("# a comment\n") : -1]),
    ],
)
def test_the_place_of_a_value_is_what_was_written(document, pointer, text):
    assert text_at(document.location(pointer)) == text


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        (("name",), "name"),
        (("deploy", "scaling", "max"), "max"),
        (("deploy", "ports", 0), "8080"),
        (("taken", "y"), "y"),
        (("taken", "x"), "x"),
        ((), "name"),
    ],
)
def test_the_place_of_a_key_is_the_key_and_of_an_element_the_element(document, pointer, text):
    assert text_at(document.key_location(pointer)) == text


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        (("deploy", "scaling", "target"), "scaling"),
        (("deploy", "scaling", "target", "deeper", 3), "scaling"),
        (("deploy", "ports", 7), "ports"),
        (("name", "x"), "name"),
        (("owner",), "name"),
    ],
)
def test_what_is_not_there_stands_at_the_key_of_its_nearest_ancestor(document, pointer, text):
    assert text_at(document.location(pointer)) == text
    assert text_at(document.key_location(pointer)) == text


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        (("version",), "3.10"),
        (("deploy", "scaling", "max"), '"10"'),
        (("deploy", "empty"), ""),
        (("deploy", "text"), "|\n    one\n    two"),
        (("taken", "x"), "2"),
        (("deploy",), None),
        (("deploy", "ports"), None),
        (("nowhere",), None),
    ],
)
def test_the_spelling_is_the_authors(document, pointer, text):
    assert document.scalar_text(pointer) == text


def test_an_alias_of_a_scalar_is_spelled_as_its_anchor_and_stands_where_it_is():
    (document,) = parse("a: &x 3.10\nb: *x\n", "f.yaml").documents
    assert document.scalar_text(("b",)) == "3.10"
    assert (document.location(("b",)).line, document.location(("b",)).column) == (2, 4)


def test_columns_are_counted_in_characters_after_emoji():
    (document,) = parse("😀é: {a: '😀', b: ✓}\n", "f.yaml").documents
    place = document.location(("😀é", "b"))
    assert (place.line, place.column, place.end_column) == (1, 17, 18)


def test_each_document_of_a_file_has_its_own_places():
    first, second = parse("a: 1\n---\n# c\na: 2\n", "f.yaml").documents
    assert (first.location(("a",)).line, second.location(("a",)).line) == (1, 4)
    assert (first.line, second.line) == (1, 4)


def test_of_a_duplicate_key_the_first_has_the_place():
    document = parse("a: 1\na: 2\n", "f.yaml").documents[0]
    assert document.location(("a",)).line == 1


def test_a_place_names_the_file(document):
    assert document.location(("name",)).path == "models/f.yaml"


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("a: 1\n", 0, "a: 1\n"),
        ("# above\na: 1\n---\n# below\nb: 2\n", 0, "# above\na: 1\n"),
        ("# above\na: 1\n---\n# below\nb: 2\n", 1, "# below\nb: 2\n"),
        ("---\na: 1\n...\n---\nb: 2\n...\n", 1, "b: 2\n"),
        ("--- {a: 1}\n---   # note\nb: 2\n", 0, "{a: 1}\n"),
        ("a: |\n  text\n   ---\n  more\n---\nb: 2\n", 0, "a: |\n  text\n   ---\n  more\n"),
    ],
)
def test_the_own_text_of_a_document_is_between_its_markers(text, index, expected) -> None:
    assert parse(text, "a.yaml").documents[index].own_text == expected


def test_the_own_text_of_each_shipped_policy_is_that_policy() -> None:
    paths = sorted((shipped_folder("schemas") / "policies").rglob("*.yaml"))
    documents = [
        document for path in paths for document in parse(path.read_text(encoding="utf-8"), path.name).documents
    ]
    assert len(documents) > len(paths), "else no file holds several documents"
    for document in documents:
        [alone] = parse(document.own_text, document.path).documents
        assert alone.data == document.data
