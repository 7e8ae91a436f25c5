"""Which layer each box stands in: behind everything that leads to it."""

from collections.abc import Iterable, Sequence


def ranks(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """A layer for each of `count` boxes: further than those of all boxes that lead to it; as far as can be where none does.

    Where lines lead in a circle, those that close it count as running back.
    """
    following = _following(count, edges)
    for start, end in _closing(count, following):
        following[start].discard(end)
        if start != end:
            following[end].add(start)
    leading: list[list[int]] = [[] for _ in range(count)]
    for start, ends in enumerate(following):
        for end in ends:
            leading[end].append(start)
    found = [0] * count
    for box in _sorted(following, leading):
        found[box] = max((found[before] + 1 for before in leading[box]), default=0)
    for box in range(count):
        if not leading[box] and following[box]:
            found[box] = min(found[after] for after in following[box]) - 1
    return found


def _following(count: int, edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in range(count)]
    for start, end in edges:
        found[start].add(end)
    return found


def _closing(count: int, following: Sequence[set[int]]) -> list[tuple[int, int]]:
    """Lines that lead back to a box that led to them, looked for in order."""
    state = [0] * count  # 0: not seen, 1: on the way, 2: done
    found: list[tuple[int, int]] = []
    for first in range(count):
        stack = [(first, iter(sorted(following[first])))] if not state[first] else []
        state[first] = state[first] or 1
        while stack:
            box, rest = stack[-1]
            after = next(rest, None)
            if after is None:
                state[box] = 2
                stack.pop()
            elif state[after] == 1:
                found.append((box, after))
            elif state[after] == 0:
                state[after] = 1
                stack.append((after, iter(sorted(following[after]))))
    return found


def _sorted(following: Sequence[set[int]], leading: Sequence[list[int]]) -> list[int]:
    """The boxes, each after those that lead to it."""
    left = [len(before) for before in leading]
    found = [box for box, count in enumerate(left) if count == 0]
    for box in found:
        for after in sorted(following[box]):
            left[after] -= 1
            if left[after] == 0:
                found.append(after)
    return found
