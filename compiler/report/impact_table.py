"""Tables of what policies mean for several fleets, as text, Markdown or JSON."""

import json
from collections.abc import Sequence

Cell = str | int | tuple[str, ...]


def render_impact_table(columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], format_: str) -> str:
    """The table; a list of names is `none` where it is empty."""
    if format_ == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        return json.dumps({"version": 1, "rows": records}, indent=1, ensure_ascii=False) + "\n"
    lines = [columns, *(tuple(map(_cell_text, row)) for row in rows)]
    return _render_markdown(lines) if format_ == "markdown" else _render_text(lines)


def _cell_text(cell: Cell) -> str:
    return (", ".join(cell) or "none") if isinstance(cell, tuple) else str(cell)


def _render_markdown(lines: Sequence[tuple[str, ...]]) -> str:
    rows = [f"| {' | '.join(line)} |\n" for line in lines]
    return "".join((rows[0], f"|{' --- |' * len(lines[0])}\n", *rows[1:]))


def _render_text(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines
    )
