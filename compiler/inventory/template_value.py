"""The inventory as a template variable."""

from compiler.foundation.json_data import Json
from compiler.foundation.provenance import ComputedValue, ContextValue, ObjectValue, Origin, computed_list
from compiler.inventory.columns import COLUMNS, table_rows
from compiler.inventory.row import Inventory
from compiler.inventory.serialize import to_plain


def to_template_value(inventory: Inventory) -> ContextValue:
    """`models`: the rows as published; `table`: the same as rows of texts. Each row has its spec as origin."""
    origins = [(Origin(f"Model/{row.name}"),) for row in inventory.models]
    header, *lines = table_rows(inventory.models, tuple(COLUMNS))
    rows = [ComputedValue(to_plain(row), origin) for row, origin in zip(inventory.models, origins, strict=True)]
    cells: list[Json] = [list(line) for line in lines]
    table_lines = [ComputedValue(list(header), ()), *map(ComputedValue, cells, origins)]
    return ObjectValue({"models": computed_list(rows, ()), "table": computed_list(table_lines, ())})
