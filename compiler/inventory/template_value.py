"""What templates see of the inventory."""

from compiler.foundation.json_data import Json
from compiler.foundation.provenance import Derived, Item, Members, Origin, derived_list
from compiler.inventory.columns import COLUMNS, table
from compiler.inventory.row import Inventory
from compiler.inventory.serialize import plain


def seen_by_files(inventory: Inventory) -> Item:
    """`models`: the rows as they are published; `table`: the same as rows of texts. Each knows the spec that it was made of."""
    origins = [(Origin(f"Model/{row.name}"),) for row in inventory.models]
    head, *lines = table(inventory.models, tuple(COLUMNS))
    rows = [Derived(plain(row), origin) for row, origin in zip(inventory.models, origins, strict=True)]
    cells: list[Json] = [list(line) for line in lines]
    texts = [Derived(list(head), ()), *map(Derived, cells, origins)]
    return Members({"models": derived_list(rows, ()), "table": derived_list(texts, ())})
