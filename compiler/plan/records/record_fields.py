"""The fields that records require, and their values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding, Location
from compiler.foundation.json_data import Json, Object, Pointer, value_at
from compiler.foundation.provenance import ComputedValue, ObjectValue, Origin
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.context.model_context import ContextValues
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.records.field_sources import FieldSource, field_sources
from compiler.plan.records.record_subject import RecordSubject
from compiler.resolve.fleet import Fleet
from compiler.spec.data_types import RequiredFieldData


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field that a record of a model requires: its value, or who can supply it and where."""

    id: str
    title: str
    citation: str
    field_source: FieldSource
    pointer: Pointer
    value: Json
    origin: Origin

    @property
    def is_missing(self) -> bool:
        """Whether the field has no value."""
        return self.value is None

    @property
    def field(self) -> str:
        """The field of the document."""
        return ".".join(map(str, self.field_source.document_pointer(self.pointer)))

    @property
    def key(self) -> tuple[str, str, Pointer]:
        """The document and the field, which one edit fills in for all records."""
        spec = self.field_source.spec
        return spec.kind, spec.name, self.field_source.document_pointer(self.pointer)

    @property
    def location(self) -> Location:
        """The line of the value, or where to add it."""
        return self.field_source.location(self.pointer)


def record_fields_context(
    fleet: Fleet, conditions: ConditionEvaluator, emitter: Emitter, subject: RecordSubject
) -> tuple[ContextValues, tuple[Finding, ...]]:
    """The template variables for an emitter's record fields, and findings about fields that cannot be evaluated.

    `fields` by id: the value, or who must set it and where; `missingFields`: those without a value; `fieldCount`: how many there are.
    """
    fields_by_id: dict[str, list[RecordField]] = {}
    findings: list[Finding] = []
    for record_field in required_fields(fleet, conditions, emitter, subject):
        if isinstance(record_field, Finding):
            findings.append(record_field)
        else:
            fields_by_id.setdefault(record_field.id, []).append(record_field)
    missing_fields = [part for parts in fields_by_id.values() for part in parts if part.is_missing]
    return {
        "fields": ObjectValue({id_: _field_value(id_, parts) for id_, parts in fields_by_id.items()}),
        "missingFields": ComputedValue(
            [
                {"id": part.id, "title": part.title, "citation": part.citation, **_responsibility(part)}
                for part in missing_fields
            ],
            (),
        ),
        "fieldCount": ComputedValue(sum(map(len, fields_by_id.values())), ()),
    }, tuple(findings)


def required_fields(
    fleet: Fleet, conditions: ConditionEvaluator, emitter: Emitter, subject: RecordSubject
) -> Iterator[RecordField | Finding]:
    """Every field that an emitter requires of a model, one per document or release that can supply it."""
    data = condition_variables(fleet, subject.model, emitter)
    sources_by_root: dict[str, tuple[FieldSource, ...]] = {}
    for index, entry in enumerate(emitter.data.get("fields", ())):
        field_paths = [entry["field"], *entry.get("fallbackFields", ())]
        root = field_paths[0].partition(".")[0]
        if root not in sources_by_root:
            sources_by_root[root] = tuple(field_sources(fleet, subject, root))
        for source in sources_by_root[root]:
            is_required = _is_required(conditions, emitter, index, entry, data, source)
            if isinstance(is_required, Finding):
                yield is_required
                break
            if is_required:
                yield _record_field(fleet, subject, entry, field_paths, source)


def _is_required(
    conditions: ConditionEvaluator,
    emitter: Emitter,
    index: int,
    entry: RequiredFieldData,
    data: Mapping[str, Json],
    source: FieldSource,
) -> bool | Finding:
    condition = entry.get("when")
    if not condition:
        return True
    variables = {**data, source.variable: source.data} if source.variable else data
    return conditions.evaluate_condition(emitter, condition, ("fields", index, "when"), variables)


def _record_field(
    fleet: Fleet, subject: RecordSubject, entry: RequiredFieldData, field_paths: Sequence[str], source: FieldSource
) -> RecordField:
    root, *pointer = field_paths[0].split(".")
    value, origin = _read_value(source, tuple(pointer))
    for field_path in field_paths[1:]:
        if value is not None:
            break
        other_root, *rest = field_path.split(".")
        other_sources = [source] if other_root == root else field_sources(fleet, subject, other_root)
        value, origin = next(
            (result for candidate in other_sources if (result := _read_value(candidate, tuple(rest)))[0] is not None),
            (value, origin),
        )
    return RecordField(
        entry["id"], entry["title"], entry.get("citation", ""), source, tuple(pointer), value, origin,
    )  # fmt: skip


def _read_value(source: FieldSource, pointer: Pointer) -> tuple[Json, Origin]:
    try:
        value = value_at(source.data, pointer)
    except (KeyError, IndexError, TypeError):
        value = None
    return (None if _is_blank(value) else value), source.origin(pointer)


def _is_blank(value: Json) -> bool:
    """Whether the value is present but empty."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, (Mapping, list)):
        return all(map(_is_blank, value.values() if isinstance(value, Mapping) else value))
    return value is None


def _field_value(id_: str, parts: Sequence[RecordField]) -> ComputedValue:
    first = parts[0]
    values = [part.value for part in parts if not part.is_missing]
    data: Object = {
        "id": id_, "title": first.title, "citation": first.citation,
        "missing": any(part.is_missing for part in parts),
        **({"value": first.value if len(parts) == 1 else values} if values else {}),
        **_responsibility(next((part for part in parts if part.is_missing), first)),
        "values": [_part_value(part) for part in parts],
    }  # fmt: skip
    return ComputedValue(data, tuple(part.origin for part in parts if not part.is_missing))


def _responsibility(record_field: RecordField) -> Object:
    """Who supplies a field, and where."""
    spec = record_field.field_source.spec
    return {
        "owner": record_field.field_source.owner, "path": record_field.field_source.path, "field": record_field.field,
        "document": f"{spec.kind} {spec.name}",
    }  # fmt: skip


def _part_value(record_field: RecordField) -> Object:
    value_entry: Object = {} if record_field.is_missing else {"value": record_field.value}
    return {
        "name": record_field.field_source.name,
        **value_entry,
        "missing": record_field.is_missing,
        **_responsibility(record_field),
    }
