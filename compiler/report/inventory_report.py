"""An inventory for a terminal, and as JSON, version 1."""

from collections.abc import Sequence
from datetime import date

from compiler.inventory.columns import cells, titles
from compiler.inventory.row import Inventory, Row
from compiler.inventory.serialize import plain
from compiler.report.json_output import json_text
from compiler.report.text_report import painter
from compiler.report.text_table import table

_STYLES = {
    ("tier", "critical"): "error", ("tier", "high"): "warning", ("lifecycle", "retired"): "dim", ("lifecycle", "deprecated"): "dim",
}  # fmt: skip


def text(rows: Sequence[Row], names: Sequence[str], as_of: date, width: int | None, *, colour: bool) -> str:
    """The columns side by side; a review whose day is over stands out."""
    paint = painter(colour=colour)

    def painted(number: int, column: int, cell: str) -> str:
        style = "bold" if number < 0 else _style(rows[number], names[column], as_of)
        return paint(style, cell) if style else cell

    return table(titles(names), [cells(row, names) for row in rows], width, painted)


def _style(row: Row, name: str, as_of: date) -> str:
    if name == "review" and row.review and row.review.next and row.review.next < as_of:
        return "error"
    said = {"tier": row.tier, "lifecycle": row.lifecycle}.get(name)
    return _STYLES.get((name, said or ""), "")


def as_json(inventory: Inventory, rows: Sequence[Row]) -> str:
    """The rows as they are published, and what is missing among them."""
    left_out = plain(inventory.left_out)
    return json_text({"version": 1, "project": inventory.project, "models": plain(tuple(rows)), "leftOut": left_out})
