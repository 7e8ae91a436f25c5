"""An inventory as a table for a terminal, and as JSON, version 1."""

from collections.abc import Sequence
from datetime import date

from compiler.inventory.columns import column_titles, row_cells
from compiler.inventory.row import Inventory, Row
from compiler.inventory.serialize import to_plain
from compiler.report.json_output import dump_json
from compiler.report.text_report import make_painter
from compiler.report.text_table import render_table

_STYLES = {
    ("tier", "critical"): "error", ("tier", "high"): "warning", ("lifecycle", "retired"): "dim", ("lifecycle", "deprecated"): "dim",
}  # fmt: skip


def render_text(rows: Sequence[Row], names: Sequence[str], as_of: date, width: int | None, *, colour: bool) -> str:
    """The columns side by side; an overdue review is highlighted."""
    paint = make_painter(colour=colour)

    def paint_cell(number: int, column: int, cell: str) -> str:
        style = "bold" if number < 0 else _cell_style(rows[number], names[column], as_of)
        return paint(style, cell) if style else cell

    return render_table(column_titles(names), [row_cells(row, names) for row in rows], width, paint_cell)


def _cell_style(row: Row, name: str, as_of: date) -> str:
    if name == "review" and row.review and row.review.next and row.review.next < as_of:
        return "error"
    value = {"tier": row.tier, "lifecycle": row.lifecycle}.get(name)
    return _STYLES.get((name, value or ""), "")


def render_json(inventory: Inventory, rows: Sequence[Row]) -> str:
    """The rows as published JSON, with the documents that were excluded."""
    excluded_documents = to_plain(inventory.excluded_documents)
    return dump_json(
        {"version": 1, "project": inventory.project, "models": to_plain(tuple(rows)), "excluded": excluded_documents}
    )
