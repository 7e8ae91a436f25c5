"""What is about to lapse, as text, JSON, Markdown or CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from compiler.inventory.due_items import Item
from compiler.inventory.row import Inventory
from compiler.inventory.serialize import plain
from compiler.render.output_formats import dump
from compiler.report import markdown_escape as markup
from compiler.report.json_output import json_text
from compiler.report.text_report import cells, painter, printable

_CELL = 300
_STYLES = {"lapsed": "error", "due": "bold", "undated": "dim"}
_COLUMNS = ("due", "state", "kind", "title", "models", "owners", "environments", "path", "line", "key")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and what was found."""

    inventory: Inventory
    items: tuple[Item, ...]
    as_of: date
    until: date
    colour: bool = False


def text(asked: Asked) -> str:
    """Two lines each, by day: what, and whose it is; the line of the spec."""
    paint = painter(colour=asked.colour)
    far = {one.key: _far(one) for one in asked.items}
    widths = [
        max((cells(text) for text in texts), default=0) for texts in (far.values(), [one.what for one in asked.items])
    ]
    lines = []
    for one in asked.items:
        when = f"{one.due or ''!s:10}  {far[one.key]:{widths[0]}}"
        lines.append(
            f"{paint(_STYLES[one.state], when)}  {printable(one.what):{widths[1]}}  {', '.join(one.owners)}".rstrip()
        )
        lines.append(f"{'':{len(when)}}  {paint('blue', '-->')} {printable(one.path)}:{one.line}:{one.column}")
    return "".join(f"{line}\n" for line in lines)


def _far(item: Item) -> str:
    if item.days is None:
        return "no day is said"
    count = abs(item.days)
    said = "today" if count == 0 else f"{count} day{'' if count == 1 else 's'}"
    return f"{said} ago" if item.days < 0 else said if count == 0 else f"in {said}"


def as_json(asked: Asked) -> str:
    """The items as they are published."""
    inventory = asked.inventory
    days = {"asOf": asked.as_of.isoformat(), "until": asked.until.isoformat()}
    said = {"items": plain(asked.items), "leftOut": plain(inventory.left_out)}
    return json_text({"version": 1, "project": inventory.project, **days, **said})


def markdown(asked: Asked) -> str:
    """A table, for an issue or a summary."""
    if not asked.items:
        return "Nothing lapses.\n"
    cell = markup.inline
    rows = [
        markup.row(
            cell(str(one.due or "no day is said"), _CELL),
            one.state,
            cell(one.what, _CELL),
            cell(", ".join(one.owners), _CELL),
            markup.code(f"{one.path}:{one.line}", _CELL),
        )
        for one in asked.items
    ]
    head = markup.row("due", "", "what", "owner", "where")
    return "".join([head, markup.row(*("---" for _ in range(5))), *rows])


def csv(asked: Asked) -> str:
    """Rows as RFC 4180 writes them."""
    rows = [[_cell(one, name) for name in _COLUMNS] for one in asked.items]
    return dump([[list(_COLUMNS), *rows]], "csv")


def _cell(item: Item, name: str) -> str:
    value = getattr(item, name)
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


FORMATS: Mapping[str, Callable[[Asked], str]] = MappingProxyType(
    {"text": text, "json": as_json, "markdown": markdown, "csv": csv}
)
"""Format to what writes it."""
