"""Pictures that have nothing to do with each other side by side, in a shape that a page has."""

from collections.abc import Sequence


def packed(sizes: Sequence[tuple[float, float]], gap: float, ratio: float) -> list[tuple[float, float]]:
    """Where the corner of each rectangle goes: the large ones first, each as near to the top as it fits."""
    if not sizes:
        return []
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index][0] * sizes[index][1], index))
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    room = max(max(width for width, _ in sizes) + gap, (area * ratio) ** 0.5)
    skyline: list[tuple[float, float, float]] = [(0.0, room, 0.0)]  # from, to, how deep
    found: list[tuple[float, float]] = [(0.0, 0.0)] * len(sizes)
    for index in order:
        width, height = sizes[index][0] + gap, sizes[index][1] + gap
        x, y = min((spot for spot in _spots(skyline, width, room)), key=lambda spot: (spot[1], spot[0]))
        found[index] = (x, y)
        skyline = _lowered(skyline, x, x + width, y + height)
    return found


def _spots(skyline: Sequence[tuple[float, float, float]], width: float, room: float) -> list[tuple[float, float]]:
    starts = [start for start, _, _ in skyline if start + width <= room + 1e-6]
    return [
        (start, max(deep for begin, end, deep in skyline if begin < start + width and end > start)) for start in starts
    ]


def _lowered(
    skyline: Sequence[tuple[float, float, float]], start: float, end: float, deep: float
) -> list[tuple[float, float, float]]:
    parts = [(start, end, deep)]
    for begin, stop, old in skyline:
        if begin < start:
            parts.append((begin, min(stop, start), old))
        if stop > end:
            parts.append((max(begin, end), stop, old))
    return sorted(parts)
