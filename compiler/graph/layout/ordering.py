"""In which order boxes stand within their layers, so that few lines cross."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Layers:
    """Boxes and bends by layer; numbers from `count` on are bends of lines that pass a layer. `links` join neighbouring layers."""

    layers: tuple[tuple[int, ...], ...]
    links: tuple[tuple[int, int], ...]
    bends: Mapping[tuple[object, int], int]


def bent(ranks: Sequence[int], edges: Sequence[tuple[int, int, object]]) -> Layers:
    """Lines over several layers as links from one to the next; those of one bundle bend at the same places."""
    layers: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for box, rank in enumerate(ranks):
        layers[rank].append(box)
    bends: dict[tuple[object, int], int] = {}
    links: dict[tuple[int, int], None] = {}
    for start, end, bundle in edges:
        first, last = (start, end) if ranks[start] <= ranks[end] else (end, start)
        before = first
        for rank in range(ranks[first] + 1, ranks[last]):
            key = (bundle, rank)
            if key not in bends:
                bends[key] = len(ranks) + len(bends)
                layers[rank].append(bends[key])
            links[before, bends[key]] = None
            before = bends[key]
        if first != last:
            links[before, last] = None
    return Layers(tuple(map(tuple, layers)), tuple(links), bends)


def ordered(found: Layers) -> list[list[int]]:
    """The layers, each in the best order that was found by putting what is linked side by side."""
    layers = [list(layer) for layer in found.layers]
    left, right = neighbours(found.links)
    best, fewest = [list(layer) for layer in layers], crossings(layers, right)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        order = range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1)
        for index in order:
            beside = layers[index - 1] if forward else layers[index + 1]
            _arrange(layers[index], beside, left if forward else right)
        count = crossings(layers, right)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return best


def neighbours(links: Sequence[tuple[int, int]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What each is linked to, in the layer before and in the layer after."""
    left: dict[int, list[int]] = {}
    right: dict[int, list[int]] = {}
    for start, end in links:
        left.setdefault(end, []).append(start)
        right.setdefault(start, []).append(end)
    return left, right


def _arrange(layer: list[int], beside: Sequence[int], linked: Mapping[int, list[int]]) -> None:
    """Each where its links are on the average; what has none keeps its place."""
    place = {box: position for position, box in enumerate(beside)}
    means = {}
    for position, box in enumerate(layer):
        there = linked.get(box)
        scale = len(beside) / len(layer)
        means[box] = sum(place[other] for other in there) / len(there) if there else position * scale
    layer.sort(key=means.__getitem__)


def crossings(layers: Sequence[Sequence[int]], right: Mapping[int, list[int]]) -> int:
    """How many links cross."""
    count = 0
    for here, there in pairwise(layers):
        place = {box: position for position, box in enumerate(there)}
        seen: list[int] = []
        for box in here:
            ends = sorted(place[other] for other in right.get(box, ()))
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count
