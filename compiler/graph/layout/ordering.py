"""Orders the boxes within layers so that few lines cross."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class LayeredGraph:
    """Boxes, and the bends of lines that pass a layer. The numbers of bends follow those of the boxes.

    `layers` has the numbers of each layer, `links` join neighbouring layers, `bends` has the number of a bend by bundle and layer.
    """

    layers: tuple[tuple[int, ...], ...]
    links: tuple[tuple[int, int], ...]
    bends: Mapping[tuple[object, int], int]


def insert_bends(ranks: Sequence[int], edges: Sequence[tuple[int, int, object]]) -> LayeredGraph:
    """Replace lines that span several layers by links between neighbouring layers; lines of one bundle share their bends."""
    layers: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for box, rank in enumerate(ranks):
        layers[rank].append(box)
    bends: dict[tuple[object, int], int] = {}
    links: dict[tuple[int, int], None] = {}
    for start, end, bundle in edges:
        first, last = (start, end) if ranks[start] <= ranks[end] else (end, start)
        previous = first
        for rank in range(ranks[first] + 1, ranks[last]):
            key = (bundle, rank)
            if key not in bends:
                bends[key] = len(ranks) + len(bends)
                layers[rank].append(bends[key])
            links[previous, bends[key]] = None
            previous = bends[key]
        if first != last:
            links[previous, last] = None
    return LayeredGraph(tuple(map(tuple, layers)), tuple(links), bends)


def order_layers(layered_graph: LayeredGraph) -> list[list[int]]:
    """The best order of each layer that repeated sorting by neighbours finds."""
    layers = [list(layer) for layer in layered_graph.layers]
    predecessors, successors = adjacency(layered_graph.links)
    best, fewest = [list(layer) for layer in layers], count_crossings(layers, successors)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        layer_order = range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1)
        for index in layer_order:
            fixed_layer = layers[index - 1] if forward else layers[index + 1]
            _sort_by_barycenter(layers[index], fixed_layer, predecessors if forward else successors)
        count = count_crossings(layers, successors)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return best


def adjacency(links: Sequence[tuple[int, int]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """The neighbours of each box in the layer before and in the layer after."""
    predecessors: dict[int, list[int]] = {}
    successors: dict[int, list[int]] = {}
    for start, end in links:
        predecessors.setdefault(end, []).append(start)
        successors.setdefault(start, []).append(end)
    return predecessors, successors


def _sort_by_barycenter(layer: list[int], fixed_layer: Sequence[int], neighbors: Mapping[int, list[int]]) -> None:
    """Sort boxes by the mean position of their neighbours; a box without neighbours keeps its position."""
    fixed_positions = {box: position for position, box in enumerate(fixed_layer)}
    means = {}
    for position, box in enumerate(layer):
        box_neighbors = neighbors.get(box)
        scale = len(fixed_layer) / len(layer)
        means[box] = (
            sum(fixed_positions[neighbor] for neighbor in box_neighbors) / len(box_neighbors)
            if box_neighbors
            else position * scale
        )
    layer.sort(key=means.__getitem__)


def count_crossings(layers: Sequence[Sequence[int]], successors: Mapping[int, list[int]]) -> int:
    """The number of crossings."""
    count = 0
    for layer, next_layer in pairwise(layers):
        next_positions = {box: position for position, box in enumerate(next_layer)}
        sorted_ends: list[int] = []
        for box in layer:
            ends = sorted(next_positions[neighbor] for neighbor in successors.get(box, ()))
            count += sum(len(sorted_ends) - bisect_right(sorted_ends, end) for end in ends)
            for end in ends:
                insort(sorted_ends, end)
    return count
