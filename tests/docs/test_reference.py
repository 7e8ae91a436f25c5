"""The pages of reference are generated from the code, and the committed ones are what the code generates now."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from compiler.foundation import resources

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = ROOT / "docs" / "reference" / "language.md"


@pytest.mark.generated
def test_the_reference_is_made_from_the_code(request: pytest.FixtureRequest) -> None:
    check = [] if request.config.getoption("--update-goldens") else ["--check"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", *check], env={**os.environ, "PYTHONPATH": path},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, f"{run.stderr}run `make docs` and read the diff"


@dataclass
class Part:
    """A section of the reference of the language: its heading, its sentences, its examples, and the cells of its table."""

    title: str
    level: int
    sentences: int
    examples: int
    fields: list[str]


def parts_of_language() -> list[Part]:
    parts: list[Part] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(LANGUAGE.read_text(encoding="utf-8"))
    for index, token in enumerate(tokens):
        following = tokens[min(index + 1, len(tokens) - 1)]
        if token.type == "heading_open":
            parts.append(Part(following.content, int(token.tag[1]), 0, 0, []))
        elif token.type == "paragraph_open":
            parts[-1].sentences += 1
        elif token.type == "fence":
            parts[-1].examples += 1
        elif token.type == "tr_open" and tokens[index + 1].type == "td_open":
            parts[-1].fields.append(re.sub(r" \*required\*$", "", tokens[index + 2].content).strip("`"))
    return [part for part in parts if part.title not in {"The language", "Contents", "Quantities"}]


def test_each_part_of_the_language_has_an_introduction_an_example_and_a_table() -> None:
    parts = parts_of_language()
    assert len(parts) > 50
    assert [part.title for part in parts if not (part.sentences and part.examples and part.fields)] == []
    assert [(part.title, len(part.fields)) for part in parts if len(part.fields) > 40] == []


def test_each_field_of_a_kind_is_in_a_table_of_its_section() -> None:
    tables = {part.title: set(part.fields) for part in parts_of_language() if part.level == 2}
    kinds = {kind: set(schema["properties"]) for kind, schema in resources.kind_schemas().items()}
    assert tables.keys() == kinds.keys()
    kinds["Defaults"] = {"apiVersion", "kind", "types", "environments"}  # its other fields are Model's
    assert {kind: fields - tables[kind] for kind, fields in kinds.items() if fields - tables[kind]} == {}


def test_each_large_map_of_a_model_is_a_part() -> None:
    titles = [part.title for part in parts_of_language()]
    large = ["deploy", "deploy.scaling", "slo.indicators", "governance.risk", "releases", "environments"]
    types = [f"Type `{name}`" for name in sorted(resources.type_schemas())]
    assert {f"`{path}`" for path in large} - set(titles) == set()
    assert [title for title in titles if title.startswith("Type ")] == types


def test_links_within_the_reference_lead_to_anchors() -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) - set(anchors) == set()
