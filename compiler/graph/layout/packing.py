"""Packs unconnected components next to each other in the shape of a page."""

from collections.abc import Sequence


def pack_rectangles(sizes: Sequence[tuple[float, float]], gap: float, ratio: float) -> list[tuple[float, float]]:
    """The corner of each rectangle: large ones first, each as near to the top as it fits."""
    if not sizes:
        return []
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index][0] * sizes[index][1], index))
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    room = max(max(width for width, _ in sizes) + gap, (area * ratio) ** 0.5)
    skyline: list[tuple[float, float, float]] = [(0.0, room, 0.0)]  # start, end, depth
    corners: list[tuple[float, float]] = [(0.0, 0.0)] * len(sizes)
    for index in order:
        width, height = sizes[index][0] + gap, sizes[index][1] + gap
        x, y = min(
            (candidate for candidate in _candidate_corners(skyline, width, room)),
            key=lambda candidate: (candidate[1], candidate[0]),
        )
        corners[index] = (x, y)
        skyline = _add_to_skyline(skyline, x, x + width, y + height)
    return corners


def _candidate_corners(
    skyline: Sequence[tuple[float, float, float]], width: float, room: float
) -> list[tuple[float, float]]:
    starts = [start for start, _, _ in skyline if start + width <= room + 1e-6]
    return [
        (start, max(depth for begin, end, depth in skyline if begin < start + width and end > start))
        for start in starts
    ]


def _add_to_skyline(
    skyline: Sequence[tuple[float, float, float]], start: float, end: float, depth: float
) -> list[tuple[float, float, float]]:
    parts = [(start, end, depth)]
    for begin, stop, old_depth in skyline:
        if begin < start:
            parts.append((begin, min(stop, start), old_depth))
        if stop > end:
            parts.append((max(begin, end), stop, old_depth))
    return sorted(parts)
