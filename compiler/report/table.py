"""Rows for a terminal: columns side by side, those after the first shortened until all fit."""

from collections.abc import Callable, Sequence

from compiler.report.text import cells, printable

_BETWEEN = "  "
_LEAST = 8


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None, paint: Callable[[int, int, str], str]
) -> str:
    """The rows below their titles, each line at most `width` cells wide; `paint` is given row, column and text, row -1 for titles."""
    lines = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    if width is not None:
        first, *others = widths
        widths = [first, *_fitted(others, width - first - len(_BETWEEN) * len(others))]
    out = []
    for number, line in enumerate(lines, -1):
        shown = [_padded(cell, room) for cell, room in zip(line, widths, strict=True)]
        shown[-1] = shown[-1].rstrip()
        painted = [paint(number, column, cell) for column, cell in enumerate(shown)]
        out.append(_BETWEEN.join(painted).rstrip() + "\n")
    return "".join(out)


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """The widths with the widest made narrower until all have room; none becomes narrower than can be read."""
    found = list(widths)
    while found and sum(found) > room and max(found) > _LEAST:
        found[found.index(max(found))] -= 1
    return found


def _padded(cell: str, room: int) -> str:
    if cells(cell) > room:
        while cells(cell) > room - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (room - cells(cell))
