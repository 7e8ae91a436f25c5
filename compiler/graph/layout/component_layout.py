"""Lays out each connected component in layers, then packs the components next to each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compiler.graph.layout.coordinates import assign_coordinates
from compiler.graph.layout.layering import assign_ranks
from compiler.graph.layout.ordering import insert_bends, order_layers
from compiler.graph.layout.packing import pack_rectangles

BOX_GAP = 16.0
"""The gap between two boxes of a layer."""
_BEND_GAP = 7.0
_BEND_SIZE = 2.0
_LAYER_GAP = (64.0, 240.0)  # the minimum and the maximum gap between two layers
_GAP_PER_LINE = 3.0
_COMPONENT_GAP = 44.0
ASPECT_RATIO = 1.5
"""The preferred ratio of width to height."""


@dataclass(frozen=True, slots=True)
class Box:
    """The size of a node along and across the direction of flow."""

    main_size: float
    cross_size: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes, by index. Lines of one bundle share their bends where they pass a layer."""

    start: int
    end: int
    bundle: object


Point = tuple[float, float]
"""A position: along the direction of flow, across it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of boxes and the bends of each line: pairs of points where the line enters and leaves a layer that it passes."""

    main_size: float
    cross_size: float
    boxes: tuple[Point, ...]
    bends: tuple[tuple[tuple[Point, Point], ...], ...]


def layout_components(boxes: Sequence[Box], lines: Sequence[Line], *, is_vertical: bool) -> Layout:
    """Position every box; with `is_vertical`, the direction of flow is from top to bottom."""
    components = list(_components(len(boxes), lines))
    layouts = [
        _layout_component([boxes[box] for box in component], _component_lines(component, lines))
        for component in components
    ]
    ratio = 1 / ASPECT_RATIO if is_vertical else ASPECT_RATIO
    corners = pack_rectangles([(layout.main_size, layout.cross_size) for layout in layouts], _COMPONENT_GAP, ratio)
    box_positions: dict[int, Point] = {}
    bends: dict[int, tuple[tuple[Point, Point], ...]] = {}
    for component, layout, (main_offset, cross_offset) in zip(components, layouts, corners, strict=True):
        component_boxes = set(component)
        box_positions |= {
            box: (main_offset + x, cross_offset + y) for box, (x, y) in zip(component, layout.boxes, strict=True)
        }
        line_numbers = [number for number, line in enumerate(lines) if line.start in component_boxes]
        for number, pairs in zip(line_numbers, layout.bends, strict=True):
            bends[number] = tuple(
                ((main_offset + a, cross_offset + b), (main_offset + c, cross_offset + d)) for (a, b), (c, d) in pairs
            )
    return Layout(
        main_size=max((x + boxes[box].main_size for box, (x, _) in box_positions.items()), default=0.0),
        cross_size=max((y + boxes[box].cross_size for box, (_, y) in box_positions.items()), default=0.0),
        boxes=tuple(box_positions[box] for box in range(len(boxes))),
        bends=tuple(bends[number] for number in range(len(lines))),
    )


def _components(count: int, lines: Iterable[Line]) -> Iterable[list[int]]:
    """The connected components, each in order; the component of the first box comes first."""
    root = list(range(count))

    def find_root(box: int) -> int:
        while root[box] != box:
            root[box] = root[root[box]]
            box = root[box]
        return box

    for line in lines:
        first, second = sorted((find_root(line.start), find_root(line.end)))
        root[second] = first
    components: dict[int, list[int]] = {}
    for box in range(count):
        components.setdefault(find_root(box), []).append(box)
    return components.values()


def _component_lines(component: Sequence[int], lines: Iterable[Line]) -> list[Line]:
    number = {box: index for index, box in enumerate(component)}
    return [Line(number[line.start], number[line.end], line.bundle) for line in lines if line.start in number]


def _layout_component(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    rank = assign_ranks(len(boxes), [(line.start, line.end) for line in lines])
    layered_graph = insert_bends(rank, [(line.start, line.end, line.bundle) for line in lines])
    layers = order_layers(layered_graph)
    sizes = {box: boxes[box].cross_size if box < len(boxes) else _BEND_SIZE for layer in layers for box in layer}
    gaps = {box: BOX_GAP if box < len(boxes) else _BEND_GAP for box in sizes}
    cross_positions = assign_coordinates(layers, sizes, gaps, layered_graph.links)
    top = min((cross_positions[box] - sizes[box] / 2 for box in sizes), default=0.0)
    starts, widths = _layer_extents(layers, boxes, layered_graph.links)
    box_positions = tuple(
        (
            starts[rank[box]] + (widths[rank[box]] - boxes[box].main_size) / 2,
            cross_positions[box] - boxes[box].cross_size / 2 - top,
        )
        for box in range(len(boxes))
    )
    bends = []
    for line in lines:
        low, high = sorted((rank[line.start], rank[line.end]))
        passed_layers = [
            (layer, cross_positions[layered_graph.bends[line.bundle, layer]] - top) for layer in range(low + 1, high)
        ]
        pairs = tuple(((starts[layer], y), (starts[layer] + widths[layer], y)) for layer, y in passed_layers)
        bends.append(pairs if rank[line.start] <= rank[line.end] else tuple((b, a) for a, b in reversed(pairs)))
    main_size = max((x + box.main_size for (x, _), box in zip(box_positions, boxes, strict=True)), default=0.0)
    cross_size = max((cross_positions[box] + sizes[box] / 2 - top for box in sizes), default=0.0)
    return Layout(main_size, cross_size, box_positions, tuple(bends))


def _layer_extents(
    layers: Sequence[Sequence[int]], boxes: Sequence[Box], links: Sequence[tuple[int, int]]
) -> tuple[list[float], list[float]]:
    """Where each layer begins and ends. The gap between two layers grows with the number of lines in it."""
    layer_of = {box: index for index, layer in enumerate(layers) for box in layer}
    link_counts = [0] * len(layers)
    for start, _ in links:
        link_counts[layer_of[start]] += 1
    widths = [max((boxes[box].main_size for box in layer if box < len(boxes)), default=0.0) for layer in layers]
    starts: list[float] = []
    for index in range(len(layers)):
        min_gap, max_gap = _LAYER_GAP
        gap = min(max_gap, min_gap + _GAP_PER_LINE * link_counts[index - 1]) if index else 0.0
        starts.append(starts[-1] + widths[index - 1] + gap if index else 0.0)
    return starts, widths
