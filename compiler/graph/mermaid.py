"""A picture as a Mermaid flowchart, which forges draw where they find it."""

from collections.abc import Iterator, Mapping

from compiler.graph.clusters import clusters, released
from compiler.graph.colours import LINES, NODES
from compiler.graph.graph_model import VERBS, Edge, EdgeKind, Graph, Node

MOST_EDGES = 500
"""What Mermaid draws unless its page says otherwise (`maxEdges` of its configuration)."""

_ARROWS: Mapping[EdgeKind, str] = {
    "trained-on": "-->", "evaluated-on": "-.->", "uses": "-->", "asks": "==>", "callers-ask": "-.->", "serves": "-->",
}  # fmt: skip
_SHAPES = {"dataset": ("[(", ")]"), "model": ("[", "]"), "use-case": ("{{", "}}")}
_PLAIN = frozenset(" ,.:/_+()*=-·")


def mermaid(graph: Graph, direction: str) -> str:
    """The flowchart; models in a box for each set of Environments in which they run."""
    return "".join(f"{line}\n" for line in _lines(graph, direction))


def _lines(graph: Graph, direction: str) -> Iterator[str]:
    yield f"flowchart {direction}"
    yield f"  accTitle: {_text(graph.title)}"
    yield f"  accDescr: {_text(graph.described)}"
    for node in graph.nodes:
        if node.kind == "dataset":
            yield f"  {_node(node)}"
    for number, (title, nodes) in enumerate(clusters(graph)):
        yield f'  subgraph runs_{number}["{_text(title)}"]'
        for node in nodes:
            yield f"    {_node(node)}"
        yield "  end"
        yield f"  style runs_{number} fill:none,stroke:#7f7f7f,stroke-dasharray:4 3"
    for node in graph.nodes:
        if node.kind == "use-case":
            yield f"  {_node(node)}"
    for edge in graph.edges:
        yield f'  {_id(edge.source)} {_ARROWS[edge.kind]}|"{_text(_said(edge))}"| {_id(edge.target)}'
    yield from _styles(graph)


def _styles(graph: Graph) -> Iterator[str]:
    for kind, (fill, border, ink) in NODES.items():
        if any(node.kind == kind for node in graph.nodes):
            yield f"  classDef {kind} fill:{fill},stroke:{border},color:{ink}"
    outside = [_id(node.id) for node in graph.nodes if node.outside]
    if outside:
        yield "  classDef outside stroke-dasharray:4 3"
        yield f"  class {','.join(outside)} outside"
    for line, colour in LINES.items():
        numbers = [str(number) for number, edge in enumerate(graph.edges) if edge.kind == line]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} stroke:{colour}"


def _node(node: Node) -> str:
    before, after = _SHAPES[node.kind]
    parts = [node.name, node.about, released(node)]
    label = "<br/>".join(_text(part) for part in parts if part)
    return f'{_id(node.id)}{before}"{label}"{after}:::{node.kind}'


def _said(edge: Edge) -> str:
    return f"{VERBS[edge.kind]} ({edge.label})" if edge.label else VERBS[edge.kind]


def _id(node: str) -> str:
    """A word of Mermaid for a node: names have no underscore, so that no two become one."""
    return node.replace("-", "_").replace("/", "__")


def _text(value: str) -> str:
    """The text between quotes: whatever is not plainly a letter, a digit or harmless is a numbered character."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in line)
