"""What shapes, colours and dashes stand for: of those that a picture has."""

from collections.abc import Iterator

from compiler.graph.graph_model import VERBS, Graph
from compiler.graph.svg.node_drawing import LOOKS, looks_of
from compiler.graph.svg.style import SMALL, TIERS
from compiler.graph.svg.text_metrics import width
from compiler.graph.svg.xml_text import element, text

_ROW = 20.0
_BETWEEN = 18.0
_SAMPLE = 26.0
_NODES = {"dataset": "dataset", "model": "model", "use-case": "use case"}


def legend(graph: Graph, left: float, top: float, room: float) -> tuple[str, float]:
    """The samples in rows, and how high they are together."""
    x, y = left, top
    drawn = []
    for sample, said in _samples(graph):
        across = _SAMPLE + 6 + width(said, SMALL) + _BETWEEN
        if x > left and x + across > left + room:
            x, y = left, y + _ROW
        drawn.append(
            element(
                "g",
                sample,
                element("text", text(said), class_="small", x=_SAMPLE + 6, y=4),
                transform=f"translate({x:.1f} {y:.1f})",
            )
        )
        x += across
    return element("g", *drawn, class_="legend"), y - top + _ROW


def _samples(graph: Graph) -> Iterator[tuple[str, str]]:
    """What is drawn as a sample, and what is said of it."""
    nodes = graph.nodes
    kinds, lines = {node.kind for node in nodes}, {edge.kind for edge in graph.edges}
    yield from ((element("g", _shape(kind), class_=kind), said) for kind, said in _NODES.items() if kind in kinds)
    yield from ((_line(kind), verb) for kind, verb in VERBS.items() if kind in lines)
    tiers = {node.tier for node in nodes}
    yield from ((_stripe(tier), f"{tier} risk") for tier in TIERS if tier in tiers)
    if any(spot.canary for node in nodes for spot in node.runs):
        yield element("circle", class_="canary", cx=_SAMPLE - 6, cy=0, r=3.5), "a canary beside it"
    if any(len(node.runs) < len(graph.environments) for node in nodes if node.kind == "model"):
        yield element("rect", class_="empty", x=2, y=-7, width=_SAMPLE - 4, height=14, rx=3), "does not run there"
    looks = {look: said for node in nodes for look, said in LOOKS.items() if look in looks_of(node)}
    yield from ((element("g", _box(), class_=f"model {look}"), said) for look, said in LOOKS.items() if look in looks)


def _line(kind: str) -> str:
    arrow = element("path", class_="line", d=f"M0 0H{_SAMPLE - 6}")
    head = element("path", class_=f"head-{kind}", d=f"M{_SAMPLE} 0L{_SAMPLE - 7} -3.5L{_SAMPLE - 7} 3.5z")
    return element("g", arrow, head, class_=kind)


def _stripe(tier: str) -> str:
    return element("rect", class_=f"tier-{tier}", x=_SAMPLE - 8, y=-8, width=6, height=16, rx=2)


def _box() -> str:
    return element("rect", class_="box", x=2, y=-8, width=_SAMPLE - 4, height=16, rx=3)


def _shape(kind: str) -> str:
    if kind == "use-case":
        return element("polygon", class_="box", points=f"0,0 5,-8 {_SAMPLE - 5},-8 {_SAMPLE},0 {_SAMPLE - 5},8 5,8")
    if kind == "dataset":
        return element("path", class_="box", d=f"M4 -8H{_SAMPLE - 4}a4 8 0 0 1 0 16H4a4 8 0 0 1 0 -16z")
    return element("rect", class_="box", x=0, y=-8, width=_SAMPLE, height=16, rx=3)
