"""Pictures to look at: of the sample portfolio, of hostile texts, and of any number of boxes."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.graph.graph_builder import build_graph
from compiler.graph.graph_model import DeploymentCell, Edge, Graph, Node
from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    'a"b', "a'b", "a\\N\\G", "<b>&amp;</b>", "]]>", "-->", "#quot;#35;", "%%{init}%%", "a\nb\rc", "\x00\x1b[2J", "\u202eabc", "\ud800",
    "`x`", "|x|", "{x}", "[x]", "(x)", "end", "classDef x", "click a b", "  ", "日本語", "é", "🙂",
    "</title><script>alert(1)</script>", "&lt;", ";", "x --> y",
)  # fmt: skip


@pytest.fixture(scope="session")
def bank() -> Session:
    """The sample portfolio with a canary in prod, which a picture marks."""
    tree = WorkTree(ROOT)
    files = {path: tree.read(path) for path in ("modelyard.yaml", *tree.paths("models"))}
    path, release = "models/payments/card-fraud.yaml", b"    release: 3.1.0\n"
    assert files[path].count(release) == 1
    files[path] = files[path].replace(release, release + b"    canary: {release: 3.2.0, weight: 10%}\n")
    return Session(MemoryTree(files))


@pytest.fixture(scope="session")
def sample(bank: Session) -> Graph:
    """The picture of the sample portfolio."""
    return build_graph(bank.inventory, bank.inventory.models, (), include_unused=True)


def hostile() -> Graph:
    """A picture in which every text that a spec can choose freely is hostile."""
    nodes, edges = [], []
    for index, text in enumerate(HOSTILE):
        data, model, use = (f"{kind}/n{index}" for kind in ("dataset", "model", "use-case"))
        spots = (DeploymentCell("dev", text, text, is_suspended=True),)
        nodes += [
            Node(data, "dataset", f"n{index}", text, text),
            Node(model, "model", f"n{index}", text, f"{text}\n{text}", spots, tier="high", lifecycle="production"),
            Node(use, "use-case", f"n{index}", text, text),
        ]
        edges += [Edge(data, model, "trained-on", text), Edge(model, use, "serves")]
    return Graph("shop", tuple(nodes), tuple(edges), {"dev": "dev"})


@pytest.fixture(scope="session")
def mermaid_parser(skip_without) -> Callable[[list[str]], list[str]]:
    """What Mermaid itself says of texts: `flowchart-v2`, or why it refuses one."""
    packages_folder = os.environ.get("MODELYARD_TEST_MERMAID", "")
    if not (Path(packages_folder) / "node_modules" / "mermaid").is_dir() or not packages_folder:
        skip_without("mermaid", "npm install mermaid@11 jsdom@24 into a folder, and name it in MODELYARD_TEST_MERMAID")
    script = Path(packages_folder) / "modelyard-parse.mjs"
    script.write_text(PARSER, encoding="utf-8")

    def parse(texts: list[str]) -> list[str]:
        done = subprocess.run(
            ["node", script], input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=packages_folder
        )
        return json.loads(done.stdout)

    return parse


PARSER = """\
import { JSDOM } from "jsdom";
import { readFileSync } from "fs";
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
const results = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try { results.push((await mermaid.parse(text)).diagramType); } catch (error) { results.push(String(error.message)); }
}
console.log(JSON.stringify(results));
"""


@pytest.fixture(scope="session")
def hostile_graph() -> Graph:
    return hostile()
