"""Graphviz takes what is written, and reads back from it what was meant."""

import json
import re
import subprocess

import pytest

from compiler.graph.dot import render_dot


def run(program, text: str, format_: str) -> subprocess.CompletedProcess[str]:
    found = program("dot", "apt-get install graphviz")
    return subprocess.run([found, f"-T{format_}"], input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_graphviz_draws_it(direction, sample, program) -> None:
    done = run(program, render_dot(sample, direction), "svg")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count('class="node"') == len(sample.nodes)
    assert done.stdout.count('class="edge"') == len(sample.edges)


def test_graphviz_reads_back_what_was_meant(sample, program) -> None:
    read = json.loads(run(program, render_dot(sample, "LR"), "dot_json").stdout)
    names = {thing["name"]: thing for thing in read["objects"] if "nodes" not in thing}
    assert set(names) == {node.id for node in sample.nodes}
    number = {thing["_gvid"]: thing["name"] for thing in read["objects"]}
    lines = {(number[edge["tail"]], number[edge["head"]]) for edge in read["edges"]}
    assert lines == {(edge.source, edge.target) for edge in sample.edges}
    clusters = [thing["label"] for thing in read["objects"] if thing["name"].startswith("cluster")]
    assert clusters == ["staging, prod", "dev, staging, prod", "dev, staging", "dev", "runs nowhere"]


@pytest.mark.parametrize(
    ("old", "new"), [('label="', "label="), ("digraph models {", "digraph models"), (" -> ", " - "), ('"]', "]")], ids=str
)  # fmt: skip
def test_graphviz_refuses_what_is_broken(old, new, sample, program) -> None:
    text = render_dot(sample, "LR")
    assert old in text
    done = run(program, text.replace(old, new, 1), "svg")
    assert done.returncode != 0 or done.stderr


def test_no_text_says_anything_in_its_language(hostile_graph, program) -> None:
    text = render_dot(hostile_graph, "LR")
    strings = r'"(?:[^"\\\n]|\\.)*"'
    bare = re.sub(strings, '""', text)
    assert re.fullmatch(r'[A-Za-z0-9_=,\[\]{}"\->. \n]*', bare), "outside of strings stand only our own words"
    done = run(program, text, "dot_json")
    assert (done.returncode, done.stderr) == (0, "")
    read = json.loads(done.stdout)
    labels = {thing["name"]: thing["label"] for thing in read["objects"] if "nodes" not in thing}
    for node in hostile_graph.nodes:
        about = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in node.subtitle)
        meant = about.replace("&", "&amp;").replace("\\", "\\\\").replace("\n", "\\n")
        assert labels[node.id].split("\\n", 1)[1].startswith(meant)


def test_graphviz_shows_hostile_texts_as_texts(hostile_graph, program) -> None:
    drawn = run(program, render_dot(hostile_graph, "LR"), "svg").stdout
    assert "<script>" not in drawn
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in shown, "an entity stays the text that it was"
    assert "a\\N\\G" in shown, "an escape names no node"
