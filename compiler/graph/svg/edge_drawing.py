"""Draws edges: each has its own position on the side of a card, and passes layers between cards."""

from collections.abc import Mapping, Sequence

from compiler.graph.graph_model import Edge, edge_sentence
from compiler.graph.layout.component_layout import Box, Layout, Line, Point
from compiler.graph.svg.xml_text import element, escape_text

_ARROWHEAD_SIZE = 7.0
_MAX_PORT_GAP = 9.0
_PORT_SHARE = 0.8  # the share of a side that line ends use


def route_lines(boxes: Sequence[Box], lines: Sequence[Line], layout: Layout) -> list[tuple[Point, ...]]:
    """The points of each line: where it leaves a box, enters and leaves the layers that it passes, and ends."""
    box_centers = [y + box.cross_size / 2 for (_, y), box in zip(layout.boxes, boxes, strict=True)]
    outgoing: dict[int, list[tuple[float, int]]] = {}
    incoming: dict[int, list[tuple[float, int]]] = {}
    for index, link in enumerate(lines):
        bends = layout.bends[index]
        outgoing.setdefault(link.start, []).append((bends[0][0][1] if bends else box_centers[link.end], index))
        incoming.setdefault(link.end, []).append((bends[-1][1][1] if bends else box_centers[link.start], index))
    begins, ends = _port_positions(boxes, box_centers, outgoing), _port_positions(boxes, box_centers, incoming)
    routes: list[tuple[Point, ...]] = []
    for index, link in enumerate(lines):
        start = (layout.boxes[link.start][0] + boxes[link.start].main_size, begins[index])
        end = (layout.boxes[link.end][0], ends[index])
        routes.append((start, *(point for pair in layout.bends[index] for point in pair), end))
    return routes


def _port_positions(
    boxes: Sequence[Box], box_centers: Sequence[float], line_ends: Mapping[int, list[tuple[float, int]]]
) -> dict[int, float]:
    """The position of each line's end on the side of its box, in the order of the other ends."""
    positions: dict[int, float] = {}
    for box, box_ends in line_ends.items():
        step = min(_MAX_PORT_GAP, boxes[box].cross_size * _PORT_SHARE / len(box_ends))
        for position, (_, index) in enumerate(sorted(box_ends)):
            positions[index] = box_centers[box] + (position - (len(box_ends) - 1) / 2) * step
    return positions


def draw_edge(edge: Edge, route: Sequence[Point], *, is_vertical: bool) -> str:
    """The path through pairs of points: curved between layers, straight through a layer."""
    points = [*route[:-1], (route[-1][0] - _ARROWHEAD_SIZE, route[-1][1])]
    path = [f"M{_format_point(points[0], is_vertical=is_vertical)}"]
    for index in range(0, len(points) - 1, 2):
        (x, y), (next_x, next_y) = points[index], points[index + 1]
        half = (x + next_x) / 2
        bends = ((half, y), (half, next_y), (next_x, next_y))
        path.append("C" + " ".join(_format_point(bend, is_vertical=is_vertical) for bend in bends))
        if index + 2 < len(points):
            path.append(f"L{_format_point(points[index + 2], is_vertical=is_vertical)}")
    title = element("title", escape_text(edge_sentence(edge)))
    path_element = element("path", class_="line", d="".join(path))
    return element(
        "g", title, path_element, _draw_arrowhead(edge, route[-1], is_vertical=is_vertical), class_=f"edge {edge.kind}"
    )


def _draw_arrowhead(edge: Edge, end: Point, *, is_vertical: bool) -> str:
    x, y = end
    corners = ((x, y), (x - _ARROWHEAD_SIZE, y - _ARROWHEAD_SIZE / 2), (x - _ARROWHEAD_SIZE, y + _ARROWHEAD_SIZE / 2))
    return element(
        "path",
        class_=f"head-{edge.kind}",
        d="M" + "L".join(_format_point(corner, is_vertical=is_vertical) for corner in corners) + "z",
    )


def _format_point(point: Point, *, is_vertical: bool) -> str:
    x, y = reversed(point) if is_vertical else point
    return f"{x:.1f} {y:.1f}"
