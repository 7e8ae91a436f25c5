"""Renders a graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from collections.abc import Iterator, Mapping

from compiler.graph.clusters import environment_clusters, release_label
from compiler.graph.colours import EDGE_COLOURS, NODE_COLOURS
from compiler.graph.graph_model import EDGE_VERBS, Edge, EdgeKind, Graph, Node

MAX_EDGES = 500
"""The number of edges that Mermaid draws by default (`maxEdges` in its configuration)."""

_ARROWS: Mapping[EdgeKind, str] = {
    "trained-on": "-->", "evaluated-on": "-.->", "uses": "-->", "calls": "==>", "callers-call": "-.->", "serves": "-->",
}  # fmt: skip
_SHAPES = {"dataset": ("[(", ")]"), "model": ("[", "]"), "use-case": ("{{", "}}")}
_SAFE_CHARACTERS = frozenset(" ,.:/_+()*=-·")


def render_mermaid(graph: Graph, direction: str) -> str:
    """The flowchart, with one subgraph of models per set of environments."""
    return "".join(f"{line}\n" for line in _flowchart_lines(graph, direction))


def _flowchart_lines(graph: Graph, direction: str) -> Iterator[str]:
    yield f"flowchart {direction}"
    yield f"  accTitle: {_escape(graph.title)}"
    yield f"  accDescr: {_escape(graph.description)}"
    for node in graph.nodes:
        if node.kind == "dataset":
            yield f"  {_node_statement(node)}"
    for number, (title, nodes) in enumerate(environment_clusters(graph)):
        yield f'  subgraph runs_{number}["{_escape(title)}"]'
        for node in nodes:
            yield f"    {_node_statement(node)}"
        yield "  end"
        yield f"  style runs_{number} fill:none,stroke:#7f7f7f,stroke-dasharray:4 3"
    for node in graph.nodes:
        if node.kind == "use-case":
            yield f"  {_node_statement(node)}"
    for edge in graph.edges:
        yield f'  {_node_id(edge.source)} {_ARROWS[edge.kind]}|"{_escape(_edge_label(edge))}"| {_node_id(edge.target)}'
    yield from _style_lines(graph)


def _style_lines(graph: Graph) -> Iterator[str]:
    for kind, (fill, border, ink) in NODE_COLOURS.items():
        if any(node.kind == kind for node in graph.nodes):
            yield f"  classDef {kind} fill:{fill},stroke:{border},color:{ink}"
    context_ids = [_node_id(node.id) for node in graph.nodes if node.is_context]
    if context_ids:
        yield "  classDef outside stroke-dasharray:4 3"
        yield f"  class {','.join(context_ids)} outside"
    for line, colour in EDGE_COLOURS.items():
        numbers = [str(number) for number, edge in enumerate(graph.edges) if edge.kind == line]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} stroke:{colour}"


def _node_statement(node: Node) -> str:
    shape_start, shape_end = _SHAPES[node.kind]
    parts = [node.name, node.subtitle, release_label(node)]
    label = "<br/>".join(_escape(part) for part in parts if part)
    return f'{_node_id(node.id)}{shape_start}"{label}"{shape_end}:::{node.kind}'


def _edge_label(edge: Edge) -> str:
    return f"{EDGE_VERBS[edge.kind]} ({edge.label})" if edge.label else EDGE_VERBS[edge.kind]


def _node_id(node: str) -> str:
    """The Mermaid id of a node: names contain no underscore, so two nodes never share an id."""
    return node.replace("-", "_").replace("/", "__")


def _escape(value: str) -> str:
    """Escape the text: characters other than letters, digits and harmless punctuation become numeric entities."""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "".join(c if c.isalnum() or c in _SAFE_CHARACTERS else f"#{ord(c)};" for c in line)
