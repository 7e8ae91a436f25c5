"""Whatever stands in the free texts of specs, each record keeps the form that harmless words give it."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from compiler.pipeline.session import Session

from .conftest import PROJECT, documents, tree

HOSTILE = [
    "a\nb: c", "# a", "- a", "1. a", "> a", "a | b", "| a |", "'", '"', '"}', '", "x": "y', "'\ninjected: true\n'",
    "---\nkind: Secret\n---",
    "---", "...", "%YAML 1.1", "!!python/object:os.system", "&anchor", "*alias", "{{ 7777 * 7777 }}", "{% raw %}", "${{ secrets.TOKEN }}",
    "$(id)", "`id`", "```\ncode\n```", "~~~", "<script>alert(1)</script>", "</style><script>x</script>", "</td></tr></table>",
    "<!--", "-->", "--> <b>",
    "<img src=x onerror=y>", "[a](javascript:b)", "![a](https://evil.example/a.png)", "<https://evil.example>", "[ref]: https://evil.example",
    "@everyone", "#1", "**bold** _under_ ~~struck~~", "a\\", "\\| a", "&lt;b&gt; &amp;", "&#124;", "http://evil.example", "=1+1",
    "-- x", "yes", "null",
    "1e10", "2026-01-01", "12:30", "😀", "\u202ex", "\u2028", "x" * 1000, "Setext\n===", "a\n\n    code", "a  \nb", "[ ] todo",
    "\ta", "<details>",
]  # fmt: skip
REFUSED_TEXTS = {"\u202ex", "\u2028"}
"""What the language takes nowhere."""
CALM = "harmless words"
Leaf = tuple[int, tuple[str | int, ...]]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, (*path, index))
    elif isinstance(value, str):
        yield path


def with_text(specs: list[dict[str, Any]], places: list[Leaf], text: str) -> list[dict[str, Any]]:
    result = copy.deepcopy(specs)
    for index, path in places:
        target: Any = result[index]
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = text
    return result


def is_sound(found: list[dict[str, Any]]) -> bool:
    """Whether the language takes the documents, the last of which is the project."""
    run = Session(tree(found[:-1], found[-1]))
    return not any(finding.is_blocking for finding in run.portfolio.findings)


def means_something(path: tuple[str | int, ...]) -> bool:
    """Whether a text decides what is made, or has to differ from its neighbours."""
    is_second = any(part == 1 for part in path) and path[-1] in {"name", "metric", "title"}
    return (
        "capabilities" in path or path[-1] in {"apiVersion", "kind", "value", "role"} or path == ("name",) or is_second
    )


@pytest.fixture(scope="module")
def places() -> list[Leaf]:
    """Every place of the bank where the language takes any text."""
    found = [*documents(), PROJECT]
    everywhere = [(index, path) for index, one in enumerate(found) for path in leaves(one) if not means_something(path)]
    return [leaf for leaf in everywhere if all(is_sound(with_text(found, [leaf], text)) for text in (CALM, "="))]


def test_free_texts_are_many(places) -> None:
    fields = {path[-1] for _, path in places}
    assert len(places) > 50
    assert {
        "summary",
        "intendedUse",
        "rationale",
        "development",
        "biases",
        "ticket",
        "displayName",
        "title",
        "process",
    } <= fields


def form(name: str, text: str) -> Any:
    """What stays of a record when the words are taken away."""
    if name.endswith(".json"):
        return shape(json.loads(text))
    if name.endswith(".jsonl"):
        return [shape(json.loads(line)) for line in text.splitlines()]
    if name.endswith(".yaml"):
        return [shape(one) for one in yaml.load_all(text, Loader=yaml.CSafeLoader)]
    if name.endswith(".html"):
        return page(text)
    front, body = re.fullmatch(r"(?:---\n(.*?)\n---\n)?(.*)", text, re.DOTALL).groups()
    return shape(yaml.load(front, Loader=yaml.CSafeLoader)) if front else None, list(prose(body))


def shape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: shape(child) for key, child in value.items()}
    return [shape(child) for child in value] if isinstance(value, list) else type(value).__name__


def page(text: str) -> list[str]:
    """Tags with the names of their attributes, in order; paragraphs side by side are one."""
    parser = HTMLParser()
    elements: list[str] = []
    parser.handle_starttag = lambda tag, attrs: elements.append(f"<{tag} {' '.join(key for key, _ in attrs)}>")
    parser.handle_endtag = lambda tag: elements.append(f"</{tag}>")
    parser.handle_comment = lambda data: elements.append("<!>")
    parser.feed(text)
    parser.close()
    return list(without_repeats(elements, ["<p >", "</p>"]))


def is_mere_text(token: Token) -> bool:
    """Whether a token of Markdown is text, or the empty comment that keeps a forge from seeing a name in it."""
    return token.type in {"text", "text_special"} or (token.type == "html_inline" and token.content == "<!-- -->")


def prose(text: str) -> Iterator[str]:
    """Tokens of Markdown that are no mere text; paragraphs side by side are one."""
    found: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text):
        found.append(token.type)
        found += [child.type for child in token.children or [] if not is_mere_text(child)]
    yield from without_repeats(found, ["paragraph_open", "inline", "paragraph_close"])


def without_repeats(found: list[str], run: list[str]) -> Iterator[str]:
    """The list with repetitions of a run of elements taken out."""
    joined = "\x00".join(found)
    repeated = re.escape("\x00".join(run))
    yield from re.sub(f"({repeated})(?:\x00{repeated})+", r"\1", joined).split("\x00")


@pytest.fixture(scope="module")
def harmless(make_records, places) -> dict[str, Any]:
    found = with_text([*documents(), PROJECT], places, CALM)
    return {
        name: form(name, text) for name, text in records(make_records(found[:-1], found[-1], only_model=True)).items()
    }


def records(made) -> dict[str, str]:
    return {path: text for path, text in made.files.items() if path.startswith("records/") and "/helper/" not in path}


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:24]))
def test_a_hostile_text_changes_the_form_of_no_record(hostile, make_records, places, harmless) -> None:
    found = with_text([*documents(), PROJECT], places, hostile)
    if hostile in REFUSED_TEXTS:
        assert not is_sound(found)
        return
    rendered = records(make_records(found[:-1], found[-1], only_model=True))
    assert set(rendered) == set(harmless)
    for name, text in rendered.items():
        assert form(name, text) == harmless[name], name


def test_the_test_sees_what_breaks_out() -> None:
    for name, calm, hostile_text in (
        ("a.md", "two words\n", "two **words**\n"), ("a.md", "two words\n", "# two\n"), ("a.md", "two\n", "[a](b)\n"),
        ("a.html", "<p>a</p>", "<p><b>a</b></p>"), ("a.json", '{"a": "b"}', '{"a": "b", "c": "d"}'), ("a.yaml", "a: b\n",
        "a: b\n---\nc: d\n"),
    ):  # fmt: skip
        assert form(name, calm) != form(name, hostile_text)
    assert [key for key, _ in groupby(page("<p>a</p>\n<p>b</p>"))] == ["<p >", "</p>"]


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_words_that_say_nothing_are_a_gap(blank, make_records) -> None:
    found = documents()
    model = next(one for one in found if one["name"] == "scorer")
    model["governance"]["intendedUse"] = blank
    model["governance"]["limitations"] = [blank]
    card = make_records(found)["MODEL_CARD.md"]
    assert "`governance.intendedUse`" in card
    assert "`governance.limitations`" in card
