"""Rows for a terminal: columns side by side, shortened until they fit."""

from collections.abc import Callable, Sequence

from compiler.report.text_report import cells, printable

_BETWEEN = "  "
_LEAST = 11  # a day, and its title
_NAME = 24


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None, paint: Callable[[int, int, str], str]
) -> str:
    """The rows below their titles, each line at most `width` cells wide; `paint` is given row, column and text, row -1 for titles."""
    lines = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    if width is not None:
        widths = _fitted(widths, width - len(_BETWEEN) * (len(widths) - 1))
    out = []
    for number, line in enumerate(lines, -1):
        shown = [_padded(cell, room) for cell, room in zip(line, widths, strict=True)]
        shown[-1] = shown[-1].rstrip()
        painted = [paint(number, column, cell) for column, cell in enumerate(shown)]
        out.append(_BETWEEN.join(painted).rstrip() + "\n")
    return "".join(out)


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """The widths with the widest made narrower until all have room, the first one last: it tells which row it is."""
    first, *others = widths
    while others and first + sum(others) > room and max(others) > _LEAST:
        others[others.index(max(others))] -= 1
    return [max(min(first, _NAME), min(first, room - sum(others))), *others]


def _padded(cell: str, room: int) -> str:
    if cells(cell) > room:
        while cells(cell) > room - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (room - cells(cell))
