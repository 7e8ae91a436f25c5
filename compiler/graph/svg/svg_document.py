"""A whole picture: heading, legend, lines, and cards above them."""

from compiler.graph.graph_model import Edge, Graph
from compiler.graph.layout.component_layout import Box, Line, Point, arranged
from compiler.graph.svg.edge_drawing import line, ways
from compiler.graph.svg.legend import legend
from compiler.graph.svg.node_drawing import card, columns, size
from compiler.graph.svg.style import css
from compiler.graph.svg.text_metrics import width
from compiler.graph.svg.xml_text import element, text

_MARGIN = 20.0
_HEADING = 15.0
_NARROWEST = 560.0
_TOLD = (
    "Boxes are datasets, models and use cases; a line runs from what is relied on to what relies on it. "
    "Each box and each line has a title that says more."
)


def svg(graph: Graph, direction: str) -> str:
    """The picture; things flow from left to right (`LR`) or down the page (`TB`)."""
    upright = direction == "TB"
    slots = columns(graph.environments, graph.nodes)
    boxes = [Box(*turned(size(node, slots), upright=upright)) for node in graph.nodes]
    number = {node.id: index for index, node in enumerate(graph.nodes)}
    lines = [Line(number[edge.source], number[edge.target], _bundle(edge)) for edge in graph.edges]
    made = arranged(boxes, lines, upright=upright)
    across, high = turned((made.along, made.across), upright=upright)
    room = max(across, _NARROWEST, width(graph.described, _HEADING, bold=True))
    key, deep = legend(graph, _MARGIN, _MARGIN + 40, room)
    corner = (_MARGIN, _MARGIN + 48 + deep)
    drawn = [line(edge, way, upright=upright) for edge, way in zip(graph.edges, ways(boxes, lines, made), strict=True)]
    places = [turned(place, upright=upright) for place in made.boxes]
    cards = [card(node, *place, slots) for node, place in zip(graph.nodes, places, strict=True)]
    heading = element("text", text(graph.described), class_="heading", x=_MARGIN, y=_MARGIN + 14)
    return _page(
        graph, (room + 2 * _MARGIN, corner[1] + high + _MARGIN), [heading, key, _at(corner, drawn), _at(corner, cards)]
    )


def turned(pair: Point, *, upright: bool) -> Point:
    """Along and across as right and down, or the other way round."""
    return (pair[1], pair[0]) if upright else pair


def _bundle(edge: Edge) -> object:
    """What runs together where it passes a layer: what serves one use case, and what one dataset or model gives."""
    return (edge.kind, edge.target if edge.kind == "serves" else edge.source)


def _page(graph: Graph, total: Point, parts: list[str]) -> str:
    wide, high = (f"{side:.0f}" for side in total)
    head = [
        element("title", text(graph.described), id="modelyard-title"),
        element("desc", text(_TOLD), id="modelyard-desc"),
        element("style", css()),
        element("rect", class_="ground", width=wide, height=high),
    ]
    root = element(
        "svg",
        *(f"\n{part}" for part in (*head, *parts)),
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {wide} {high}",
        width=wide,
        height=high,
        role="graphics-document",
        aria_labelledby="modelyard-title modelyard-desc",
    )
    return f"{root}\n"


def _at(corner: Point, drawn: list[str]) -> str:
    return element("g", *(f"\n{one}" for one in drawn), "\n", transform=f"translate({corner[0]:.1f} {corner[1]:.1f})")
