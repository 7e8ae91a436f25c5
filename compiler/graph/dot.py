"""A picture in Graphviz's language, for `dot` and all that read it."""

from collections.abc import Iterator, Mapping

from compiler.graph.clusters import clusters, released
from compiler.graph.colours import LINES, NODES
from compiler.graph.graph_model import VERBS, Edge, EdgeKind, Graph, Node, told

_SHAPES = {"dataset": "cylinder", "model": "box", "use-case": "hexagon"}
_STYLES: Mapping[EdgeKind, str] = {
    "trained-on": "solid", "evaluated-on": "dashed", "uses": "dotted", "asks": "bold", "callers-ask": "dashed", "serves": "solid",
}  # fmt: skip
_WORDS: Mapping[EdgeKind, str] = {
    "trained-on": "green", "evaluated-on": "purple, dashed", "uses": "blue, dotted", "asks": "orange, thick",
    "callers-ask": "brown, dashed", "serves": "grey",
}  # fmt: skip


def dot(graph: Graph, direction: str) -> str:
    """The digraph; models in a cluster for each set of Environments in which they run."""
    return "".join(f"{line}\n" for line in _lines(graph, direction))


def _lines(graph: Graph, direction: str) -> Iterator[str]:
    yield "digraph models {"
    label = _text(f"{graph.described}\n{_legend(graph)}")
    yield f"  graph [label={label}, rankdir={direction}, fontname=Helvetica, labelloc=t, nodesep=0.2, ranksep=0.8]"
    yield '  node [fontname=Helvetica, fontsize=11, style="filled,rounded", margin="0.12,0.06"]'
    yield "  edge [fontname=Helvetica, fontsize=9, arrowsize=0.7]"
    for node in graph.nodes:
        if node.kind != "model":
            yield f"  {_node(node)}"
    for number, (title, nodes) in enumerate(clusters(graph)):
        yield f"  subgraph cluster_{number} {{"
        yield f'    graph [label={_text(title)}, style="rounded,dashed", color="#7f7f7f"]'
        for node in nodes:
            yield f"    {_node(node)}"
        yield "  }"
    for edge in graph.edges:
        yield f"  {_text(edge.source)} -> {_text(edge.target)} [{_line(edge)}]"
    yield "}"


def _legend(graph: Graph) -> str:
    """What lines stand for, of those that there are."""
    kinds = {edge.kind for edge in graph.edges}
    return "; ".join(f"{said}: {VERBS[kind]}" for kind, said in _WORDS.items() if kind in kinds)


def _node(node: Node) -> str:
    fill, line, ink = NODES[node.kind]
    label = "\n".join(filter(None, [node.name, node.about, released(node)]))
    style = ', style="filled,dashed"' if node.outside else ', style="filled"' if node.kind == "dataset" else ""
    return (
        f"{_text(node.id)} [label={_text(label)}, tooltip={_text(node.told)}, shape={_SHAPES[node.kind]}, "
        f'fillcolor="{fill}", color="{line}", fontcolor="{ink}"{style}]'
    )


def _line(edge: Edge) -> str:
    label = f", label={_text(edge.label)}" if edge.label else ""
    colour = LINES[edge.kind]
    sentence = _text(told(edge))
    return f'tooltip={sentence}, edgetooltip={sentence}, comment="{VERBS[edge.kind]}", style={_STYLES[edge.kind]}, color="{colour}"{label}'


def _text(value: str) -> str:
    """The text between quotes: nothing in it ends it, and neither escapes, which name nodes, nor entities mean anything."""
    quiet = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in value)
    escaped = quiet.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
