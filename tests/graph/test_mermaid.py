"""Mermaid takes what is written, draws each thing once, and no text of a spec says anything in its language."""

import re

import pytest

from compiler.graph.mermaid import render_mermaid

NODE = re.compile(r'^ *([a-z_0-9]+)(?:\[\("|\["|\{\{")(.*)(?:"\)\]|"\]|"\}\}):::([a-z-]+)$', re.MULTILINE)
LINE = re.compile(r'^  ([a-z_0-9]+) (?:-->|-\.->|==>)\|"([^"]*)"\| ([a-z_0-9]+)$', re.MULTILINE)


@pytest.fixture(scope="module")
def trap(hostile_graph) -> str:
    return render_mermaid(hostile_graph, "LR")


def test_each_node_and_each_line_stands_once(sample) -> None:
    text = render_mermaid(sample, "LR")
    assert len(NODE.findall(text)) == len(sample.nodes) == len({node for node, *_ in NODE.findall(text)})
    assert len(LINE.findall(text)) == len(sample.edges)
    styled = [int(number) for line in re.findall(r"linkStyle ([0-9,]+)", text) for number in line.split(",")]
    assert sorted(styled) == list(range(len(sample.edges)))


def test_models_stand_in_a_box_for_where_they_run(sample) -> None:
    text = render_mermaid(sample, "TB")
    assert text.startswith("flowchart TB\n")
    titles = re.findall(r'subgraph runs_\d+\["(.*)"\]', text)
    assert titles == ["staging, prod", "dev, staging, prod", "dev, staging", "dev", "runs nowhere"]
    assert text.count("subgraph") == text.count("  end\n")


def test_mermaid_itself_takes_it(sample, trap, mermaid_parser) -> None:
    assert mermaid_parser([render_mermaid(sample, "LR"), render_mermaid(sample, "TB"), trap]) == ["flowchart-v2"] * 3


def test_mermaid_refuses_what_is_broken(sample, mermaid_parser) -> None:
    text = render_mermaid(sample, "LR")
    invalid_diagram = [
        text.replace('"]:::model', "]:::model", 1), text.replace("flowchart LR", "flowchrt LR"), text.replace("  end\n", "", 1),
        text.replace('-->|"', '-->|"a"b', 1),
        text.replace("linkStyle ", "linkStyle x", 1),
    ]  # fmt: skip
    assert "flowchart-v2" not in mermaid_parser(invalid_diagram)


def test_no_text_says_anything_in_its_language(hostile_graph, trap) -> None:
    assert len(NODE.findall(trap)) == len(hostile_graph.nodes)
    assert len(LINE.findall(trap)) == len(hostile_graph.edges)
    known = re.compile(
        r"^(?:flowchart LR|  acc(?:Title|Descr): .*|  subgraph runs_0\[\"dev\"\]|  end|  style runs_0 .*|  classDef .*|  linkStyle .*)$"
    )
    others = [line for line in trap.splitlines() if not (NODE.match(line) or LINE.match(line) or known.match(line))]
    assert others == []
    labels = [label for _, label, _ in NODE.findall(trap)] + [label for _, label, _ in LINE.findall(trap)]
    assert all(re.fullmatch(r"(?:[^\"#;<>&`|\[\]{}\\%\x00-\x1f]|#[0-9]+;|<br/>)*", label) for label in labels)


def test_what_was_written_can_be_read_again(hostile_graph, trap) -> None:
    labels = {node: label for node, label, _ in NODE.findall(trap)}
    for node in hostile_graph.nodes:
        shown = labels[node.id.replace("-", "_").replace("/", "__")].split("<br/>")
        subtitle = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), shown[1]) if node.subtitle.strip() else ""
        assert subtitle == " ".join("".join(c if c.isprintable() else " " for c in node.subtitle).split())
