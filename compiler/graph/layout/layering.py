"""Assigns each box to a layer behind the layers of all its predecessors."""

from collections.abc import Iterable, Sequence


def assign_ranks(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each of `count` boxes: after those of its predecessors, and as late as possible for boxes without predecessors.

    Lines that close a cycle count as reversed.
    """
    successors = _successor_sets(count, edges)
    for start, end in _back_edges(count, successors):
        successors[start].discard(end)
        if start != end:
            successors[end].add(start)
    predecessors: list[list[int]] = [[] for _ in range(count)]
    for start, ends in enumerate(successors):
        for end in ends:
            predecessors[end].append(start)
    ranks_by_box = [0] * count
    for box in _topological_order(successors, predecessors):
        ranks_by_box[box] = max((ranks_by_box[predecessor] + 1 for predecessor in predecessors[box]), default=0)
    for box in range(count):
        if not predecessors[box] and successors[box]:
            ranks_by_box[box] = min(ranks_by_box[successor] for successor in successors[box]) - 1
    return ranks_by_box


def _successor_sets(count: int, edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    successors: list[set[int]] = [set() for _ in range(count)]
    for start, end in edges:
        successors[start].add(end)
    return successors


def _back_edges(count: int, successors: Sequence[set[int]]) -> list[tuple[int, int]]:
    """The lines that close a cycle, found in order."""
    state = [0] * count  # 0: not visited, 1: on the current path, 2: finished
    back_edges: list[tuple[int, int]] = []
    for first in range(count):
        stack = [(first, iter(sorted(successors[first])))] if not state[first] else []
        state[first] = state[first] or 1
        while stack:
            box, rest = stack[-1]
            successor = next(rest, None)
            if successor is None:
                state[box] = 2
                stack.pop()
            elif state[successor] == 1:
                back_edges.append((box, successor))
            elif state[successor] == 0:
                state[successor] = 1
                stack.append((successor, iter(sorted(successors[successor]))))
    return back_edges


def _topological_order(successors: Sequence[set[int]], predecessors: Sequence[list[int]]) -> list[int]:
    """The boxes in topological order."""
    remaining_counts = [len(box_predecessors) for box_predecessors in predecessors]
    order = [box for box, count in enumerate(remaining_counts) if count == 0]
    for box in order:
        for successor in sorted(successors[box]):
            remaining_counts[successor] -= 1
            if remaining_counts[successor] == 0:
                order.append(successor)
    return order
