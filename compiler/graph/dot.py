"""Renders a graph in Graphviz's DOT language."""

from collections.abc import Iterator, Mapping

from compiler.graph.clusters import environment_clusters, release_label
from compiler.graph.colours import EDGE_COLOURS, NODE_COLOURS
from compiler.graph.graph_model import EDGE_VERBS, Edge, EdgeKind, Graph, Node, edge_sentence

_SHAPES = {"dataset": "cylinder", "model": "box", "use-case": "hexagon"}
_STYLES: Mapping[EdgeKind, str] = {
    "trained-on": "solid", "evaluated-on": "dashed", "uses": "dotted", "calls": "bold", "callers-call": "dashed", "serves": "solid",
}  # fmt: skip
_LEGEND_WORDS: Mapping[EdgeKind, str] = {
    "trained-on": "green", "evaluated-on": "purple, dashed", "uses": "blue, dotted", "calls": "orange, thick",
    "callers-call": "brown, dashed", "serves": "grey",
}  # fmt: skip


def render_dot(graph: Graph, direction: str) -> str:
    """The digraph, with one cluster of models per set of environments."""
    return "".join(f"{line}\n" for line in _dot_lines(graph, direction))


def _dot_lines(graph: Graph, direction: str) -> Iterator[str]:
    yield "digraph models {"
    label = _quote(f"{graph.description}\n{_legend(graph)}")
    yield f"  graph [label={label}, rankdir={direction}, fontname=Helvetica, labelloc=t, nodesep=0.2, ranksep=0.8]"
    yield '  node [fontname=Helvetica, fontsize=11, style="filled,rounded", margin="0.12,0.06"]'
    yield "  edge [fontname=Helvetica, fontsize=9, arrowsize=0.7]"
    for node in graph.nodes:
        if node.kind != "model":
            yield f"  {_node_statement(node)}"
    for number, (title, nodes) in enumerate(environment_clusters(graph)):
        yield f"  subgraph cluster_{number} {{"
        yield f'    graph [label={_quote(title)}, style="rounded,dashed", color="#7f7f7f"]'
        for node in nodes:
            yield f"    {_node_statement(node)}"
        yield "  }"
    for edge in graph.edges:
        yield f"  {_quote(edge.source)} -> {_quote(edge.target)} [{_edge_attributes(edge)}]"
    yield "}"


def _legend(graph: Graph) -> str:
    """The legend of the edge kinds that occur."""
    kinds = {edge.kind for edge in graph.edges}
    return "; ".join(
        f"{description}: {EDGE_VERBS[kind]}" for kind, description in _LEGEND_WORDS.items() if kind in kinds
    )


def _node_statement(node: Node) -> str:
    fill, line, ink = NODE_COLOURS[node.kind]
    label = "\n".join(filter(None, [node.name, node.subtitle, release_label(node)]))
    style = ', style="filled,dashed"' if node.is_context else ', style="filled"' if node.kind == "dataset" else ""
    return (
        f"{_quote(node.id)} [label={_quote(label)}, tooltip={_quote(node.tooltip)}, shape={_SHAPES[node.kind]}, "
        f'fillcolor="{fill}", color="{line}", fontcolor="{ink}"{style}]'
    )


def _edge_attributes(edge: Edge) -> str:
    label = f", label={_quote(edge.label)}" if edge.label else ""
    colour = EDGE_COLOURS[edge.kind]
    sentence = _quote(edge_sentence(edge))
    tooltips = f"tooltip={sentence}, edgetooltip={sentence}"
    return f'{tooltips}, comment="{EDGE_VERBS[edge.kind]}", style={_STYLES[edge.kind]}, color="{colour}"{label}'


def _quote(value: str) -> str:
    """Quote the text: nothing in it can end the string, start an escape sequence or form an entity."""
    printable = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in value)
    escaped = printable.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
