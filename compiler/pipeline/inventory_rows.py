"""The inventory of a session: a row per model, which is kept between runs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from compiler.inventory.inventory_builder import assemble_inventory, build_row
from compiler.inventory.record_counts import count_record_fields
from compiler.inventory.row import Inventory, Row
from compiler.inventory.template_value import to_template_value
from compiler.pipeline.result_kinds import INVENTORY_ROW

if TYPE_CHECKING:
    from compiler.foundation.provenance import ContextValue
    from compiler.pipeline.result_keeper import Result
    from compiler.pipeline.session import Session


class InventoryRows:
    """The rows of all models, each computed or read once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def results(self) -> tuple[Result[Row | None], ...]:
        """The row of each model; `None` for an invalid one."""
        session = self._session

        def build_one_row(name: str) -> Row | None:
            reader = session.plan_stage.record_statuses
            return build_row(session.fleet, name, lambda placements: count_record_fields(reader, placements))

        names = list(session.portfolio.by_kind("Model"))
        results = tuple(session.keeper.obtain(INVENTORY_ROW, names, "", build_one_row))
        session.keeper.forget_others(INVENTORY_ROW, names)
        return results

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory."""
        return assemble_inventory(self._session.fleet, {result.name: result.value for result in self.results})

    @cached_property
    def template_value(self) -> ContextValue:
        """The inventory as templates read it."""
        return to_template_value(self.inventory)
