"""What is dumped reads back the same, whoever reads it."""

import json
import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.render.output_formats import dump, format_of, with_header
from compiler.render.skeleton import parse
from compiler.render.yaml_scalars import parse_scalar

WORDS = [
    "no",
    "No",
    "NO",
    "yes",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "N",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "",
    " ",
    "=",
    "<<",
    "12:30",
    "12:30:45",
    "1:1:1.5",
    "1e10",
    "1e+10",
    "1.5e3",
    "0o7",
    "017",
    "0x1F",
    "0b11",
    "1_000",
    "+1",
    "-1",
    ".5",
    "5.",
    "3.1.0",
    "1.20",
    ".inf",
    "-.inf",
    ".nan",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "2001-1-1 1:1:1",
    "0",
    "08",
    "-",
    "--",
    "---",
    "...",
    "--- a",
    "- a",
    "-a",
    "? a",
    "?",
    ":",
    ": a",
    "a: b",
    "a:",
    "a :b",
    "a #b",
    "a# b",
    "#a",
    ",a",
    "[a]",
    "]",
    "{a}",
    "{{ a }}",
    "}",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    "|-",
    ">",
    ">-",
    "'",
    "''",
    "'a'",
    '"',
    '"a"',
    "%a",
    "@a",
    "`a`",
    "a ",
    " a",
    "\ta",
    "a\t",
    "a\tb",
    "a\\b",
    "a\\nb",
    'say "hi"',
    "it's",
    "a\nb",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a \nb",
    "a\n b\n",
    "a\n\n\nb",
    "\n",
    "\n\n",
    "a\r\nb",
    "a\rb",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\xa0",
    "\xad",
    "\u2028",
    "a\u2028b",
    "\u2029",
    "\ufeff",
    "\ufeffa",
    "\ufffe",
    "\ue000",
    "\ue0000\ue001",
    "\u202e",
    "\u200b",
    "é",
    "Müller & Söhne",
    "日本",
    "😀",
    "a😀: b",
    "$(VAR)",
    "${VAR}",
    "${{ secrets.X }}",
    "{% raw %}",
    "a" * 5000,
    "a: " * 400,
    "x" * 2000 + "\n",
    "a\n---\nb",
    "a\n...\n",
    "# a\nb",
    "a\n\tb\n",
    "500m",
    "1Gi",
    "30d",
    "250ms",
    "sha256:ab12",
    "a@b",
    "/v2/health",
    "s3://b/k",
]
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(alphabet="ab01 \n\t:#-'\"\\.e+_~=<&*!|>%@`{}[],?"),
    st.integers(-(2**64) + 1, 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
KEYS = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


class Reader12(yaml.SafeLoader):
    """PyYAML with the core schema of YAML 1.2 in place of its own."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012


def _core(loader, node):
    return parse_scalar(node.value)


Reader12.add_implicit_resolver("tag:core", re.compile(""), None)
Reader12.add_constructor("tag:core", _core)
READERS = [yaml.SafeLoader, yaml.CSafeLoader, Reader12]


def read(text, reader):
    return list(yaml.load_all(text, Loader=reader))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("word", WORDS)
def test_a_word_reads_back_as_itself_at_every_place(word, reader):
    data = {"value": word, word: [word, {"in": word, word: {}}, [word, [word]]], "last": word}
    assert read(dump([data], "yaml"), reader) == [data]
    assert read(dump([word], "yaml"), reader) == [word]


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=300, deadline=None)
@given(tree=TREES)
@example(tree={"": {"": []}})
@example(tree=[[[{}], []], {"a": [{"b": [1]}]}])
@example(tree={"k" * 1500: {"a": [1]}, "l" * 1500: "x\ny"})
def test_any_data_reads_back_as_itself(reader, tree):
    found = read(dump([tree], "yaml"), reader)
    assert found == [tree]
    assert repr(found) == repr([tree])  # true is not 1, and 1.0 is not 1


@settings(max_examples=200, deadline=None)
@given(tree=TREES)
def test_json_reads_back_as_yaml_and_as_json(tree):
    text = dump([tree], "json")
    assert json.loads(text) == tree
    assert all(line.isprintable() for line in text.splitlines() if line.isascii())


@settings(max_examples=200, deadline=None)
@given(tree=TREES)
def test_the_skeleton_parser_reads_its_own_dump(tree):
    if "\ue000" in repr(tree) or any(mark in repr(tree) for mark in ("\\ue000", "\\ue001")):
        return
    found = parse(dump([tree], "yaml"))
    assert not found.problems
    assert [document.data for document in found.documents] == [tree]


@given(trees=st.lists(TREES.filter(bool), min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_documents_stay_apart(trees):
    assert read(dump(trees, "yaml"), yaml.CSafeLoader) == trees


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"replicas": 2, "name": "card-fraud"}, "replicas: 2\nname: card-fraud\n"),
        ({"on": "yes", "version": "3.1.0"}, '"on": "yes"\nversion: "3.1.0"\n'),
        (
            {"cpu": "500m", "memory": "1Gi", "path": "/v2/health/ready"},
            "cpu: 500m\nmemory: 1Gi\npath: /v2/health/ready\n",
        ),
        ({"a": {}, "b": [], "c": None, "d": False}, "a: {}\nb: []\nc: null\nd: false\n"),
        ({"a": [{"b": 1, "c": [2]}]}, "a:\n  - b: 1\n    c:\n      - 2\n"),
        ({"a": "x\ny\n", "b": "x\ny", "c": "x\n\ny\n\n"}, "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\n  y\n\n"),
        ({"a": '"hi"', "b": "it's", "c": "a: b"}, 'a: \'"hi"\'\nb: it\'s\nc: "a: b"\n'),
        ({"a": 1e16, "b": 1e-7, "c": 0.5}, "a: 1.0e+16\nb: 1.0e-07\nc: 0.5\n"),
        ({"a": "word " * 60 + "end"}, "a: " + "word " * 60 + "end\n"),
    ],
)
def test_the_form_is_the_one_people_write(data, text):
    assert dump([data], "yaml") == text


def test_marks_of_direction_and_other_unseen_characters_are_escaped():
    assert dump([{"a": "x\u202ey\u200b\ufeff\xad"}], "yaml") == 'a: "x\\u202ey\\u200b\\ufeff\\xad"\n'
    assert dump(["x\u202ey\U000e0001"], "json") == '"x\\u202ey\\udb40\\udc01"\n'


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("yaml", "# Made by modelyard\n# from a?b\n"),
        ("shell", "# Made by modelyard\n# from a?b\n"),
        ("json", ""),
        ("markdown", "<!-- Made by modelyard -->\n<!-- from a?b -->\n"),
    ],
)
def test_a_header_is_a_comment_and_nothing_in_it_ends_one(name, header):
    assert with_header("text\n", format_of(name), "Made by modelyard\nfrom a\x07b") == header + "text\n"
    assert "-->" not in with_header("", format_of("html"), "--> <b> --->").removesuffix("-->\n")
    assert with_header("#!/bin/sh\nx\n", format_of("shell"), "h") == "#!/bin/sh\n# h\nx\n"
