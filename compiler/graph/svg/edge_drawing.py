"""Lines between cards: each begins and ends at a place of its own, and passes a layer where nothing stands."""

from collections.abc import Mapping, Sequence

from compiler.graph.graph_model import Edge, told
from compiler.graph.layout.component_layout import Arranged, Box, Line, Point
from compiler.graph.svg.xml_text import element, text

_HEAD = 7.0
_SPREAD = 9.0
_SIDE = 0.8  # the part of a side that lines end on


def ways(boxes: Sequence[Box], lines: Sequence[Line], made: Arranged) -> list[tuple[Point, ...]]:
    """The points of each line: where it leaves a box, enters and leaves the layers that it passes, and where it ends."""
    middles = [y + box.across / 2 for (_, y), box in zip(made.boxes, boxes, strict=True)]
    leaving: dict[int, list[tuple[float, int]]] = {}
    entering: dict[int, list[tuple[float, int]]] = {}
    for index, one in enumerate(lines):
        bends = made.bends[index]
        leaving.setdefault(one.start, []).append((bends[0][0][1] if bends else middles[one.end], index))
        entering.setdefault(one.end, []).append((bends[-1][1][1] if bends else middles[one.start], index))
    begins, ends = _ports(boxes, middles, leaving), _ports(boxes, middles, entering)
    found: list[tuple[Point, ...]] = []
    for index, one in enumerate(lines):
        start = (made.boxes[one.start][0] + boxes[one.start].along, begins[index])
        end = (made.boxes[one.end][0], ends[index])
        found.append((start, *(point for pair in made.bends[index] for point in pair), end))
    return found


def _ports(
    boxes: Sequence[Box], middles: Sequence[float], sides: Mapping[int, list[tuple[float, int]]]
) -> dict[int, float]:
    """Where on a side of its box each line has its end, in the order of where it leads."""
    found: dict[int, float] = {}
    for box, led in sides.items():
        step = min(_SPREAD, boxes[box].across * _SIDE / len(led))
        for position, (_, index) in enumerate(sorted(led)):
            found[index] = middles[box] + (position - (len(led) - 1) / 2) * step
    return found


def line(edge: Edge, way: Sequence[Point], *, upright: bool) -> str:
    """The line through pairs of points: curved from one layer to the next, straight where it passes one."""
    points = [*way[:-1], (way[-1][0] - _HEAD, way[-1][1])]
    path = [f"M{_at(points[0], upright=upright)}"]
    for index in range(0, len(points) - 1, 2):
        (x, y), (next_x, next_y) = points[index], points[index + 1]
        half = (x + next_x) / 2
        bends = ((half, y), (half, next_y), (next_x, next_y))
        path.append("C" + " ".join(_at(bend, upright=upright) for bend in bends))
        if index + 2 < len(points):
            path.append(f"L{_at(points[index + 2], upright=upright)}")
    title = element("title", text(told(edge)))
    drawn = element("path", class_="line", d="".join(path))
    return element("g", title, drawn, _head(edge, way[-1], upright=upright), class_=f"edge {edge.kind}")


def _head(edge: Edge, end: Point, *, upright: bool) -> str:
    x, y = end
    corners = ((x, y), (x - _HEAD, y - _HEAD / 2), (x - _HEAD, y + _HEAD / 2))
    return element(
        "path", class_=f"head-{edge.kind}", d="M" + "L".join(_at(corner, upright=upright) for corner in corners) + "z"
    )


def _at(point: Point, *, upright: bool) -> str:
    x, y = reversed(point) if upright else point
    return f"{x:.1f} {y:.1f}"
