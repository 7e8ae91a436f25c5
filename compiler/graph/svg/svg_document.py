"""Assembles the document: heading, legend, lines, and cards on top."""

from compiler.graph.graph_model import Edge, Graph
from compiler.graph.layout.component_layout import Box, Line, Point, layout_components
from compiler.graph.svg.edge_drawing import draw_edge, route_lines
from compiler.graph.svg.legend import draw_legend
from compiler.graph.svg.node_drawing import card_size, draw_card, environment_columns
from compiler.graph.svg.style import render_css
from compiler.graph.svg.text_metrics import measure_text
from compiler.graph.svg.xml_text import element, escape_text

_MARGIN = 20.0
_HEADING_SIZE = 15.0
_MIN_WIDTH = 560.0
_DESCRIPTION = (
    "Boxes are datasets, models and use cases; a line runs from what is relied on to what relies on it. "
    "Each box and each line has a title with details."
)


def render_svg(graph: Graph, direction: str) -> str:
    """The document; edges run from left to right (`LR`) or from top to bottom (`TB`)."""
    is_vertical = direction == "TB"
    columns = environment_columns(graph.environments, graph.nodes)
    boxes = [Box(*swap_axes(card_size(node, columns), is_vertical=is_vertical)) for node in graph.nodes]
    node_indexes = {node.id: index for index, node in enumerate(graph.nodes)}
    lines = [Line(node_indexes[edge.source], node_indexes[edge.target], _bundle_key(edge)) for edge in graph.edges]
    layout = layout_components(boxes, lines, is_vertical=is_vertical)
    content_width, content_height = swap_axes((layout.main_size, layout.cross_size), is_vertical=is_vertical)
    page_width = max(content_width, _MIN_WIDTH, measure_text(graph.description, _HEADING_SIZE, bold=True))
    legend_group, legend_height = draw_legend(graph, _MARGIN, _MARGIN + 40, page_width)
    corner = (_MARGIN, _MARGIN + 48 + legend_height)
    edge_groups = [
        draw_edge(edge, route, is_vertical=is_vertical)
        for edge, route in zip(graph.edges, route_lines(boxes, lines, layout), strict=True)
    ]
    card_positions = [swap_axes(position, is_vertical=is_vertical) for position in layout.boxes]
    cards = [draw_card(node, *position, columns) for node, position in zip(graph.nodes, card_positions, strict=True)]
    heading = element("text", escape_text(graph.description), class_="heading", x=_MARGIN, y=_MARGIN + 14)
    return _draw_page(
        graph,
        (page_width + 2 * _MARGIN, corner[1] + content_height + _MARGIN),
        [heading, legend_group, _translated_group(corner, edge_groups), _translated_group(corner, cards)],
    )


def swap_axes(pair: Point, *, is_vertical: bool) -> Point:
    """Swap the axes of a point."""
    return (pair[1], pair[0]) if is_vertical else pair


def _bundle_key(edge: Edge) -> object:
    """The bundle of an edge: edges to one use case, and edges from one dataset or model, run together where they pass a layer."""
    return (edge.kind, edge.target if edge.kind == "serves" else edge.source)


def _draw_page(graph: Graph, page_size: Point, parts: list[str]) -> str:
    page_width, page_height = (f"{side:.0f}" for side in page_size)
    head = [
        element("title", escape_text(graph.description), id="modelyard-title"),
        element("desc", escape_text(_DESCRIPTION), id="modelyard-desc"),
        element("style", render_css()),
        element("rect", class_="ground", width=page_width, height=page_height),
    ]
    root = element(
        "svg",
        *(f"\n{part}" for part in (*head, *parts)),
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {page_width} {page_height}",
        width=page_width,
        height=page_height,
        role="graphics-document",
        aria_labelledby="modelyard-title modelyard-desc",
    )
    return f"{root}\n"


def _translated_group(corner: Point, children: list[str]) -> str:
    return element(
        "g", *(f"\n{child}" for child in children), "\n", transform=f"translate({corner[0]:.1f} {corner[1]:.1f})"
    )
