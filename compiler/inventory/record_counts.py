"""Counts the record fields of a model by regime."""

from collections.abc import Iterator

from compiler.foundation.json_data import Pointer
from compiler.inventory.placements import ModelPlacements
from compiler.inventory.row_parts import RecordCounts
from compiler.plan.records.missing_fields import ModelRecordStatus, RecordStatusReader


def count_record_fields(reader: RecordStatusReader, model_placements: ModelPlacements) -> Iterator[RecordCounts]:
    """For each regime the number of required fields and of missing ones; fields with one source count once."""
    fields_by_regime: dict[str, dict[tuple[str, str, Pointer], bool]] = {}
    for status in reader.model_status(model_placements.models):
        for record in status.records if isinstance(status, ModelRecordStatus) else ():
            fields = fields_by_regime.setdefault(record.regime or record.id, {})
            fields |= {field.key: field.is_missing for field in record.fields}
    for regime, fields in sorted(fields_by_regime.items()):
        yield RecordCounts(regime, len(fields), sum(fields.values()))
