"""From boxes and lines to places: each part that hangs together laid out in layers, then all of them side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compiler.graph.layout.coordinates import positions
from compiler.graph.layout.layering import ranks
from compiler.graph.layout.ordering import bent, ordered
from compiler.graph.layout.packing import packed

GAP = 16.0
"""The room between two boxes of a layer."""
_BEND_GAP = 7.0
_BEND = 2.0
_BETWEEN = (64.0, 240.0)  # the room between two layers: at the least, and at the most
_EACH_LINE = 3.0
_PARTS = 44.0
RATIO = 1.5
"""How much wider than high a picture is to be."""


@dataclass(frozen=True, slots=True)
class Box:
    """How much room a thing takes, along the way that things flow and across it."""

    along: float
    across: float


@dataclass(frozen=True, slots=True)
class Line:
    """From one box to another, by their numbers; those of one bundle run together where they pass a layer."""

    start: int
    end: int
    bundle: object


Point = tuple[float, float]
"""A place: along, across."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Where boxes begin, and the bends of each line: pairs of points, where it enters the layer that it passes and where it leaves."""

    along: float
    across: float
    boxes: tuple[Point, ...]
    bends: tuple[tuple[tuple[Point, Point], ...], ...]


def arranged(boxes: Sequence[Box], lines: Sequence[Line], *, upright: bool) -> Arranged:
    """A place for each box; `upright`: things flow down the page."""
    parts = list(_parts(len(boxes), lines))
    made = [_layered([boxes[box] for box in part], _within(part, lines)) for part in parts]
    ratio = 1 / RATIO if upright else RATIO
    corners = packed([(one.along, one.across) for one in made], _PARTS, ratio)
    places: dict[int, Point] = {}
    bends: dict[int, tuple[tuple[Point, Point], ...]] = {}
    for part, one, (along, across) in zip(parts, made, corners, strict=True):
        inside = set(part)
        places |= {box: (along + x, across + y) for box, (x, y) in zip(part, one.boxes, strict=True)}
        own = [number for number, line in enumerate(lines) if line.start in inside]
        for number, pairs in zip(own, one.bends, strict=True):
            bends[number] = tuple(((along + a, across + b), (along + c, across + d)) for (a, b), (c, d) in pairs)
    return Arranged(
        along=max((x + boxes[box].along for box, (x, _) in places.items()), default=0.0),
        across=max((y + boxes[box].across for box, (_, y) in places.items()), default=0.0),
        boxes=tuple(places[box] for box in range(len(boxes))),
        bends=tuple(bends[number] for number in range(len(lines))),
    )


def _parts(count: int, lines: Iterable[Line]) -> Iterable[list[int]]:
    """The boxes that lines join, each part in order; the part of the first box first."""
    root = list(range(count))

    def found(box: int) -> int:
        while root[box] != box:
            root[box] = root[root[box]]
            box = root[box]
        return box

    for line in lines:
        first, second = sorted((found(line.start), found(line.end)))
        root[second] = first
    parts: dict[int, list[int]] = {}
    for box in range(count):
        parts.setdefault(found(box), []).append(box)
    return parts.values()


def _within(part: Sequence[int], lines: Iterable[Line]) -> list[Line]:
    number = {box: index for index, box in enumerate(part)}
    return [Line(number[line.start], number[line.end], line.bundle) for line in lines if line.start in number]


def _layered(boxes: Sequence[Box], lines: Sequence[Line]) -> Arranged:
    rank = ranks(len(boxes), [(line.start, line.end) for line in lines])
    found = bent(rank, [(line.start, line.end, line.bundle) for line in lines])
    layers = ordered(found)
    sizes = {box: boxes[box].across if box < len(boxes) else _BEND for layer in layers for box in layer}
    gaps = {box: GAP if box < len(boxes) else _BEND_GAP for box in sizes}
    across = positions(layers, sizes, gaps, found.links)
    top = min((across[box] - sizes[box] / 2 for box in sizes), default=0.0)
    starts, widths = _columns(layers, boxes, found.links)
    places = tuple(
        (starts[rank[box]] + (widths[rank[box]] - boxes[box].along) / 2, across[box] - boxes[box].across / 2 - top)
        for box in range(len(boxes))
    )
    bends = []
    for line in lines:
        low, high = sorted((rank[line.start], rank[line.end]))
        passed = [(layer, across[found.bends[line.bundle, layer]] - top) for layer in range(low + 1, high)]
        pairs = tuple(((starts[layer], y), (starts[layer] + widths[layer], y)) for layer, y in passed)
        bends.append(pairs if rank[line.start] <= rank[line.end] else tuple((b, a) for a, b in reversed(pairs)))
    end = max((x + box.along for (x, _), box in zip(places, boxes, strict=True)), default=0.0)
    deep = max((across[box] + sizes[box] / 2 - top for box in sizes), default=0.0)
    return Arranged(end, deep, places, tuple(bends))


def _columns(
    layers: Sequence[Sequence[int]], boxes: Sequence[Box], links: Sequence[tuple[int, int]]
) -> tuple[list[float], list[float]]:
    """Where each layer begins and how far it goes: the more lines there are between two, the more room they have."""
    layer_of = {box: index for index, layer in enumerate(layers) for box in layer}
    between = [0] * len(layers)
    for start, _ in links:
        between[layer_of[start]] += 1
    widths = [max((boxes[box].along for box in layer if box < len(boxes)), default=0.0) for layer in layers]
    starts: list[float] = []
    for index in range(len(layers)):
        least, most = _BETWEEN
        room = min(most, least + _EACH_LINE * between[index - 1]) if index else 0.0
        starts.append(starts[-1] + widths[index - 1] + room if index else 0.0)
    return starts, widths
