"""Items that expire soon, as text, JSON, Markdown or CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from compiler.inventory.due_items import DueItem
from compiler.inventory.row import Inventory
from compiler.inventory.serialize import to_plain
from compiler.render.output_formats import dump
from compiler.report import markdown_escape
from compiler.report.json_output import dump_json
from compiler.report.text_report import display_width, make_painter, to_printable

_MAX_CELL = 300
_STYLES = {"overdue": "error", "due": "bold", "undated": "dim"}
_COLUMNS = ("due", "state", "kind", "title", "models", "owners", "environments", "path", "line", "key")


@dataclass(frozen=True, slots=True)
class DueReport:
    """The query and the items found."""

    inventory: Inventory
    items: tuple[DueItem, ...]
    as_of: date
    last_day: date
    colour: bool = False


def render_text(report: DueReport) -> str:
    """Two lines per item, by date: subject and owner, then the line of the spec."""
    paint = make_painter(colour=report.colour)
    relative_dates = {item.key: _relative_date(item) for item in report.items}
    widths = [
        max((display_width(text) for text in texts), default=0)
        for texts in (relative_dates.values(), [item.subject for item in report.items])
    ]
    lines = []
    for item in report.items:
        prefix = f"{item.due or ''!s:10}  {relative_dates[item.key]:{widths[0]}}"
        lines.append(
            f"{paint(_STYLES[item.state], prefix)}  {to_printable(item.subject):{widths[1]}}  {', '.join(item.owners)}".rstrip()
        )
        lines.append(f"{'':{len(prefix)}}  {paint('blue', '-->')} {to_printable(item.path)}:{item.line}:{item.column}")
    return "".join(f"{line}\n" for line in lines)


def _relative_date(item: DueItem) -> str:
    if item.days is None:
        return "no date"
    count = abs(item.days)
    distance = "today" if count == 0 else f"{count} day{'' if count == 1 else 's'}"
    return f"{distance} ago" if item.days < 0 else distance if count == 0 else f"in {distance}"


def render_json(report: DueReport) -> str:
    """The items as published JSON."""
    inventory = report.inventory
    days = {"asOf": report.as_of.isoformat(), "until": report.last_day.isoformat()}
    body = {"items": to_plain(report.items), "excluded": to_plain(inventory.excluded_documents)}
    return dump_json({"version": 1, "project": inventory.project, **days, **body})


def render_markdown(report: DueReport) -> str:
    """A Markdown table, for an issue or a summary."""
    if not report.items:
        return "Nothing is due.\n"
    cell = markdown_escape.escape_inline
    rows = [
        markdown_escape.table_row(
            cell(str(item.due or "no date"), _MAX_CELL),
            item.state,
            cell(item.subject, _MAX_CELL),
            cell(", ".join(item.owners), _MAX_CELL),
            markdown_escape.code_span(f"{item.path}:{item.line}", _MAX_CELL),
        )
        for item in report.items
    ]
    header = markdown_escape.table_row("due", "", "what", "owner", "where")
    return "".join([header, markdown_escape.table_row(*("---" for _ in range(5))), *rows])


def render_csv(report: DueReport) -> str:
    """Rows in RFC 4180 CSV."""
    rows = [[_cell(item, name) for name in _COLUMNS] for item in report.items]
    return dump([[list(_COLUMNS), *rows]], "csv")


def _cell(item: DueItem, name: str) -> str:
    value = getattr(item, name)
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


FORMATS: Mapping[str, Callable[[DueReport], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "markdown": render_markdown, "csv": render_csv}
)
"""Format name to renderer."""
