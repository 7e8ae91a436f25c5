"""`graph` draws dependencies in the requested format."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

MORE = """apiVersion: modelyard/v1
kind: Dataset
name: orders
---
apiVersion: modelyard/v1
kind: Dataset
name: unused
---
apiVersion: modelyard/v1
kind: Model
name: refunds
type: ml
owner: risk
summary: Says who gets money back.
lifecycle: proposed
data: {training: [orders]}
"""


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "models" / "more.yaml").write_text(MORE, encoding="utf-8")
    return project


def test_the_default_format_is_mermaid(shop, run_command) -> None:
    result = run_command("graph")
    assert result.code == 0
    assert result.out.startswith("flowchart LR\n")
    assert 'dataset__orders -->|"trains"| model__refunds' in result.out
    assert "2 datasets, 2 models, 0 use cases, in dev" in result.err


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.svg", "<svg "), ("a.dot", "digraph"), ("a.gv", "digraph"), ("a.mmd", "flowchart"), ("a.txt", "flowchart")],
)
def test_the_ending_of_the_file_says_the_format(name, begins, shop, run_command) -> None:
    assert run_command("graph", "-o", name).out == ""
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    run_command("graph", "-o", name, "--format", "dot")
    assert Path(name).read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize("name", ["a.png", "a.PDF"])
def test_a_picture_that_is_not_drawn_is_refused_and_nothing_is_written(name, shop, run_command) -> None:
    result = run_command("graph", "-o", name)
    assert result.code == 2
    assert "write an .svg file" in result.err
    assert not (shop / name).exists()


@pytest.mark.parametrize(
    ("words", "begins"),
    [(["--format", "mermaid"], "flowchart TB"), (["--format", "dot"], "digraph"), (["--format", "svg"], "<svg")],
)
def test_it_can_run_down_the_page(words, begins, shop, run_command) -> None:
    result = run_command("graph", "--direction", "TB", *words).out
    assert result.startswith(begins)
    assert result != run_command("graph", *words).out


@pytest.mark.parametrize(
    ("words", "expected_text"),
    [
        (["refunds"], ["orders", "refunds"]),
        (["dataset/orders"], ["orders", "refunds"]),
        (["refunds", "--depth", "0"], ["refunds"]),
        (["--lifecycle", "proposed"], ["orders", "refunds"]),
        (["--env", "dev"], ["scorer"]),
        (["dataset/unused"], ["unused"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_arguments_select_a_part_of_the_graph(words, expected_text, shop, run_command) -> None:
    root = ET.fromstring(run_command("graph", "--format", "svg", *words).out)
    names = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text") if one.get("class") == "name"]
    assert sorted(names) == expected_text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["refund"], "there is no model `refund`\n  help: did you mean `refunds`?"),
        (["dataset/order"], "there is no `dataset/order`\n  help: did you mean `dataset/orders`?"),
        (["refunds", "--env", "dev"], "the filters exclude `refunds`"),
        (["--depth", "1"], "--depth requires a NAME"),
        (["--owner", "riks"], "did you mean `risk`?"),
        (["--format", "png"], "'png' is not one of"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_misspelt_word_is_no_empty_picture(words, message, shop, run_command) -> None:
    result = run_command("graph", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_more_lines_than_mermaid_draws_are_reported(shop, run_command) -> None:
    names = [f"d{number}" for number in range(501)]
    documents = "".join(f"---\napiVersion: modelyard/v1\nkind: Dataset\nname: {name}\n" for name in names)
    text = MORE.replace("[orders]", f"[{', '.join(names)}]")
    (shop / "models" / "more.yaml").write_text(text + documents, encoding="utf-8")
    assert "501 edges, and Mermaid draws 500" in run_command("graph").err
    assert "Mermaid draws" not in run_command("graph", "--format", "dot").err
