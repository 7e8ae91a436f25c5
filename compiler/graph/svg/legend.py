"""The legend: only the shapes, colours and dashes that the graph contains."""

from collections.abc import Iterator

from compiler.graph.graph_model import EDGE_VERBS, Graph
from compiler.graph.svg.node_drawing import NODE_STATES, node_states
from compiler.graph.svg.style import SMALL_SIZE, TIER_COLOURS
from compiler.graph.svg.text_metrics import measure_text
from compiler.graph.svg.xml_text import element, escape_text

_ROW_HEIGHT = 20.0
_ITEM_GAP = 18.0
_SAMPLE_WIDTH = 26.0
_NODE_LABELS = {"dataset": "dataset", "model": "model", "use-case": "use case"}


def draw_legend(graph: Graph, start_x: float, top: float, max_width: float) -> tuple[str, float]:
    """The samples in rows, and their total height."""
    x, y = start_x, top
    items = []
    for sample, label in _legend_samples(graph):
        item_width = _SAMPLE_WIDTH + 6 + measure_text(label, SMALL_SIZE) + _ITEM_GAP
        if x > start_x and x + item_width > start_x + max_width:
            x, y = start_x, y + _ROW_HEIGHT
        items.append(
            element(
                "g",
                sample,
                element("text", escape_text(label), class_="small", x=_SAMPLE_WIDTH + 6, y=4),
                transform=f"translate({x:.1f} {y:.1f})",
            )
        )
        x += item_width
    return element("g", *items, class_="legend"), y - top + _ROW_HEIGHT


def _legend_samples(graph: Graph) -> Iterator[tuple[str, str]]:
    """The samples with their labels."""
    nodes = graph.nodes
    kinds, lines = {node.kind for node in nodes}, {edge.kind for edge in graph.edges}
    yield from (
        (element("g", _node_sample(kind), class_=kind), label) for kind, label in _NODE_LABELS.items() if kind in kinds
    )
    yield from ((_line_sample(kind), verb) for kind, verb in EDGE_VERBS.items() if kind in lines)
    tiers = {node.tier for node in nodes}
    yield from ((_tier_sample(tier), f"{tier} risk") for tier in TIER_COLOURS if tier in tiers)
    if any(deployment.canary for node in nodes for deployment in node.deployments):
        yield element("circle", class_="canary", cx=_SAMPLE_WIDTH - 6, cy=0, r=3.5), "with a canary"
    if any(len(node.deployments) < len(graph.environments) for node in nodes if node.kind == "model"):
        yield element("rect", class_="empty", x=2, y=-7, width=_SAMPLE_WIDTH - 4, height=14, rx=3), "does not run there"
    shown_states = {
        state: label for node in nodes for state, label in NODE_STATES.items() if state in node_states(node)
    }
    yield from (
        (element("g", _box_sample(), class_=f"model {state}"), label)
        for state, label in NODE_STATES.items()
        if state in shown_states
    )


def _line_sample(kind: str) -> str:
    arrow = element("path", class_="line", d=f"M0 0H{_SAMPLE_WIDTH - 6}")
    head = element(
        "path", class_=f"head-{kind}", d=f"M{_SAMPLE_WIDTH} 0L{_SAMPLE_WIDTH - 7} -3.5L{_SAMPLE_WIDTH - 7} 3.5z"
    )
    return element("g", arrow, head, class_=kind)


def _tier_sample(tier: str) -> str:
    return element("rect", class_=f"tier-{tier}", x=_SAMPLE_WIDTH - 8, y=-8, width=6, height=16, rx=2)


def _box_sample() -> str:
    return element("rect", class_="box", x=2, y=-8, width=_SAMPLE_WIDTH - 4, height=16, rx=3)


def _node_sample(kind: str) -> str:
    if kind == "use-case":
        return element(
            "polygon",
            class_="box",
            points=f"0,0 5,-8 {_SAMPLE_WIDTH - 5},-8 {_SAMPLE_WIDTH},0 {_SAMPLE_WIDTH - 5},8 5,8",
        )
    if kind == "dataset":
        return element("path", class_="box", d=f"M4 -8H{_SAMPLE_WIDTH - 4}a4 8 0 0 1 0 16H4a4 8 0 0 1 0 -16z")
    return element("rect", class_="box", x=0, y=-8, width=_SAMPLE_WIDTH, height=16, rx=3)
