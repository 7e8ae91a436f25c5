"""How far across each box stands: near what it is linked to, and never on another of its layer."""

from collections.abc import Mapping, Sequence

_ROUNDS = 12


def positions(
    layers: Sequence[Sequence[int]],
    sizes: Mapping[int, float],
    gaps: Mapping[int, float],
    links: Sequence[tuple[int, int]],
) -> dict[int, float]:
    """The middle of each box and bend; `gaps`: the room that each keeps to its neighbours."""
    linked: dict[int, list[int]] = {}
    for start, end in links:
        linked.setdefault(start, []).append(end)
        linked.setdefault(end, []).append(start)
    found = dict[int, float]()
    for layer in layers:
        apart = _apart(layer, sizes, gaps)
        middle = apart[-1] / 2 if apart else 0.0
        found |= {box: offset - middle for box, offset in zip(layer, apart, strict=True)}
    for turn in range(_ROUNDS):
        for layer in layers if turn % 2 == 0 else reversed(layers):
            wanted = [_mean([found[other] for other in linked.get(box, ())], found[box]) for box in layer]
            weights = [1.0 + len(linked.get(box, ())) for box in layer]
            found |= dict(zip(layer, _nearest(wanted, weights, _apart(layer, sizes, gaps)), strict=True))
    return found


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _apart(layer: Sequence[int], sizes: Mapping[int, float], gaps: Mapping[int, float]) -> list[float]:
    """How far the middle of each must be from that of the first, at the least."""
    found: list[float] = []
    for index, box in enumerate(layer):
        if index == 0:
            found.append(0.0)
        else:
            before = layer[index - 1]
            gap = min(gaps[before], gaps[box])
            found.append(found[-1] + (sizes[before] + sizes[box]) / 2 + gap)
    return found


def _nearest(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Positions in this order and at least so far apart whose squared distance from what is wanted is least.

    With the distances taken off, that is a regression which may only rise: neighbours that fall are pooled until none does
    (pool adjacent violators, Ayer and others 1955).
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, offset in zip(wanted, weights, apart, strict=True):
        pools.append((want - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, heavy, many), (other, light, few) = pools[-2:]
            pools[-2:] = [((mean * heavy + other * light) / (heavy + light), heavy + light, many + few)]
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, apart, strict=True)]
