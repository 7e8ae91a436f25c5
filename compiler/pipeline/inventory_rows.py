"""The inventory of a session: a row per model, which is kept between runs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from compiler.pipeline.result_kinds import INVENTORY_ROW

if TYPE_CHECKING:
    from compiler.foundation.provenance import ContextValue
    from compiler.inventory.row import Inventory, Row
    from compiler.pipeline.inventory_source import InventorySource
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
        names = list(session.portfolio.by_kind("Model"))
        results = tuple(session.keeper.obtain(INVENTORY_ROW, names, "", lambda name: self._source.build_row(name)))  # noqa: PLW0108 - it is imported for the first name
        session.keeper.forget_others(INVENTORY_ROW, names)
        return results

    @cached_property
    def _source(self) -> InventorySource:
        """Builds rows; imported here, since a run that reuses all rows builds none."""
        from compiler.pipeline.inventory_source import InventorySource  # noqa: PLC0415 - as the docstring says

        return InventorySource(self._session)

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory."""
        return self._source.assemble({result.name: result.value for result in self.results})

    @property
    def template_value(self) -> ContextValue:
        """The inventory as templates read it, in memory."""
        return self._source.template_value(self.inventory)

    @property
    def rows_value(self) -> ContextValue:
        """The inventory as templates can insert it, without reading rows whose text is known."""
        return self._source.rows_value(self.results)
