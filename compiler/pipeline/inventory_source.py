"""Builds the inventory of a session from its fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from compiler.foundation.provenance import ContextValue
from compiler.inventory.inventory_builder import assemble_inventory, build_row
from compiler.inventory.record_counts import count_record_fields
from compiler.inventory.row import Inventory, Row
from compiler.inventory.template_value import to_template_value
from compiler.pipeline.row_texts import rows_value

if TYPE_CHECKING:
    from compiler.pipeline.result_keeper import Result
    from compiler.pipeline.session import Session


class InventorySource:
    """Builds rows, and the inventory of all rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def build_row(self, name: str) -> Row | None:
        """The row of a model; `None` for an invalid one."""
        reader = self._session.plan_stage.record_statuses
        return build_row(self._session.fleet, name, lambda placements: count_record_fields(reader, placements))

    def assemble(self, rows: Mapping[str, Row | None]) -> Inventory:
        """The inventory of all models."""
        return assemble_inventory(self._session.fleet, rows)

    def rows_value(self, results: Sequence[Result[Row | None]]) -> ContextValue:
        """The inventory as templates can insert it, from the row of each model."""
        return rows_value(results, self._session.keeper)

    def template_value(self, inventory: Inventory) -> ContextValue:
        """The inventory as templates read it."""
        return to_template_value(inventory)
