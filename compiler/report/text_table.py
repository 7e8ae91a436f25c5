"""Tables for a terminal: columns side by side, shortened until they fit."""

from collections.abc import Callable, Sequence

from compiler.report.text_report import display_width, to_printable

_COLUMN_GAP = "  "
_MIN_WIDTH = 11  # a date and its title
_MIN_FIRST_WIDTH = 24


def render_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None, paint: Callable[[int, int, str], str]
) -> str:
    """The rows below their titles, each line at most `width` cells wide; `paint` receives row, column and text, with row -1 for titles."""
    lines = [[to_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    if width is not None:
        widths = _shrink_widths(widths, width - len(_COLUMN_GAP) * (len(widths) - 1))
    output_lines = []
    for row_index, line in enumerate(lines, -1):
        padded_cells = [_pad(cell, column_width) for cell, column_width in zip(line, widths, strict=True)]
        padded_cells[-1] = padded_cells[-1].rstrip()
        painted_cells = [paint(row_index, column, cell) for column, cell in enumerate(padded_cells)]
        output_lines.append(_COLUMN_GAP.join(painted_cells).rstrip() + "\n")
    return "".join(output_lines)


def _shrink_widths(widths: Sequence[int], total_width: int) -> list[int]:
    """The widths after shrinking the widest columns until the line fits; the first column, which identifies the row, shrinks last."""
    first, *other_widths = widths
    while other_widths and first + sum(other_widths) > total_width and max(other_widths) > _MIN_WIDTH:
        other_widths[other_widths.index(max(other_widths))] -= 1
    return [max(min(first, _MIN_FIRST_WIDTH), min(first, total_width - sum(other_widths))), *other_widths]


def _pad(cell: str, width: int) -> str:
    if display_width(cell) > width:
        while display_width(cell) > width - 1:
            cell = cell[:-1]
        cell += "…"
    return cell + " " * (width - display_width(cell))
