"""The kinds of results that are kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.pipeline.finding_codecs import FindingsCodec, FlagCodec, FleetChecksCodec, SharedDocumentsCodec
from compiler.pipeline.result_keeper import ResultCodec, ResultKind
from compiler.pipeline.results import CheckedModel, RenderedModel, RenderedUnits

if TYPE_CHECKING:
    from compiler.inventory.row import Row


def _checked_model_codec() -> ResultCodec[CheckedModel]:
    from compiler.pipeline.checked_model_codec import CheckedModelCodec  # noqa: PLC0415 - its types take 20 ms, and a run may need summaries alone

    return CheckedModelCodec()


def _rendered_codecs() -> tuple[ResultCodec[RenderedModel], ResultCodec[RenderedUnits]]:
    from compiler.pipeline.rendered_codecs import RenderedModelCodec, RenderedUnitsCodec  # noqa: PLC0415 - as above

    return RenderedModelCodec(), RenderedUnitsCodec()


def _row_codecs() -> tuple[ResultCodec[Row | None], ResultCodec[str | None]]:
    from compiler.pipeline.inventory_codec import InventoryRowCodec, RowTextCodec  # noqa: PLC0415 - as above

    return InventoryRowCodec(), RowTextCodec()


CHECKED_MODEL = ResultKind("checked_model", _checked_model_codec)
RENDERED_MODEL = ResultKind("rendered_model", lambda: _rendered_codecs()[0])
RENDERED_DEPLOYMENT = ResultKind("rendered_deployment", lambda: _rendered_codecs()[0])
"""A model of which one environment alone is rendered."""
SHARED_UNITS = ResultKind("shared_units", lambda: _rendered_codecs()[1])
INVENTORY_ROW = ResultKind("inventory_row", lambda: _row_codecs()[0])
ROW_OBJECT = ResultKind("row_objects", lambda: _row_codecs()[1])
ROW_CELLS = ResultKind("row_cells", lambda: _row_codecs()[1])
"""The row of the inventory as text of a file of objects, and of a table."""
FINDINGS = ResultKind("findings", FindingsCodec)
SHARED_DOCUMENTS = ResultKind("shared_documents", SharedDocumentsCodec)
FLEET_CHECKS = ResultKind("fleet_checks", FleetChecksCodec)
READS_INVENTORY = ResultKind("reads_inventory", FlagCodec)
"""Whether a file of the project reads the inventory."""
NEEDS_FLEET = ResultKind("needs_fleet", FlagCodec)
"""Whether the findings about a model depend on other models."""
