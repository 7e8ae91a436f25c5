"""Positions of boxes across the direction of flow: near their neighbours in the graph, without overlap in a layer."""

from collections.abc import Mapping, Sequence

_ITERATIONS = 12


def assign_coordinates(
    layers: Sequence[Sequence[int]],
    sizes: Mapping[int, float],
    gaps: Mapping[int, float],
    links: Sequence[tuple[int, int]],
) -> dict[int, float]:
    """The middle of each box and bend; `gaps` is the minimum distance between neighbours."""
    neighbors: dict[int, list[int]] = {}
    for start, end in links:
        neighbors.setdefault(start, []).append(end)
        neighbors.setdefault(end, []).append(start)
    centers = dict[int, float]()
    for layer in layers:
        offsets = _min_offsets(layer, sizes, gaps)
        middle = offsets[-1] / 2 if offsets else 0.0
        centers |= {box: offset - middle for box, offset in zip(layer, offsets, strict=True)}
    for iteration in range(_ITERATIONS):
        for layer in layers if iteration % 2 == 0 else reversed(layers):
            targets = [_mean([centers[neighbor] for neighbor in neighbors.get(box, ())], centers[box]) for box in layer]
            weights = [1.0 + len(neighbors.get(box, ())) for box in layer]
            centers |= dict(zip(layer, _fit_positions(targets, weights, _min_offsets(layer, sizes, gaps)), strict=True))
    return centers


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _min_offsets(layer: Sequence[int], sizes: Mapping[int, float], gaps: Mapping[int, float]) -> list[float]:
    """The minimum distance of each middle from the first one of the layer."""
    offsets: list[float] = []
    for index, box in enumerate(layer):
        if index == 0:
            offsets.append(0.0)
        else:
            previous = layer[index - 1]
            gap = min(gaps[previous], gaps[box])
            offsets.append(offsets[-1] + (sizes[previous] + sizes[box]) / 2 + gap)
    return offsets


def _fit_positions(targets: Sequence[float], weights: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """Positions in this order, at least the offsets apart, with the least squared distance from the preferred positions.

    Subtracting the offsets turns this into isotonic regression, solved by pool adjacent violators (Ayer et al. 1955).
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, number of members
    for target, weight, offset in zip(targets, weights, offsets, strict=True):
        pools.append((target - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, heavy, many), (last_mean, light, few) = pools[-2:]
            pools[-2:] = [((mean * heavy + last_mean * light) / (heavy + light), heavy + light, many + few)]
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
