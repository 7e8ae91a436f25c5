"""Missing record fields, as text, JSON, Markdown or CSV."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from compiler.plan.records.missing_fields import MissingField, ModelRecordStatus
from compiler.render.output_formats import dump
from compiler.report.markdown_escape import code_span, escape_inline, table_row
from compiler.report.text_report import to_printable

_MAX_CELL = 300
_COLUMNS = (
    "model", "owner", "lifecycle", "tier", "records", "regimes", "title", "responsible", "document", "field", "path", "line", "column",
    "citations",
)  # fmt: skip


def render_text(statuses: Sequence[ModelRecordStatus]) -> str:
    """For each model the missing fields with line, description and owner; then the totals per owner."""
    lines: list[str] = []
    for status in statuses:
        lines += [*_model_lines(status), ""] if status.missing_fields else []
    return "\n".join([*lines, *_summary_lines(statuses)]) + "\n"


def render_markdown(statuses: Sequence[ModelRecordStatus]) -> str:
    """One table per model, for an issue or a pull request."""
    head, *rest = _summary_lines(statuses)
    parts = [f"### {head}\n", *(f"\n{escape_inline(line, _MAX_CELL)}\n" for line in rest)]
    for status in statuses:
        if status.missing_fields:
            titles = ("title", "responsible", "field", "location", "required by")
            parts += [
                f"\n#### {escape_inline(status.model.name, _MAX_CELL)}\n\n",
                table_row(*titles),
                table_row(*("---" for _ in titles)),
            ]
            parts += [_table_row(gap) for gap in status.missing_fields]
    return "".join(parts)


def render_json(statuses: Sequence[ModelRecordStatus]) -> str:
    """The same as JSON."""
    body = {"version": 1, "summary": _summary_data(statuses), "models": [_status_data(status) for status in statuses]}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def render_csv(statuses: Sequence[ModelRecordStatus]) -> str:
    """One row per missing field, with a header."""
    lines = [[str(cell) for cell in _csv_cells(status, gap)] for status in statuses for gap in status.missing_fields]
    return dump([[list(_COLUMNS), *lines]], "csv")


FORMATS: Mapping[str, Callable[[Sequence[ModelRecordStatus]], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "markdown": render_markdown, "csv": render_csv}
)
"""Format name to renderer."""


def _model_lines(status: ModelRecordStatus) -> Iterator[str]:
    counts = ", ".join(f"{record.id} {len(record.missing_fields)} of {len(record.fields)}" for record in status.records)
    yield f"{status.model.name} ({status.owner}): {counts}"
    cells = [
        (_format_location(gap), _field_label(gap), gap.field.title, _owner(gap), ", ".join(gap.citations))
        for gap in status.missing_fields
    ]
    widths = [max(len(to_printable(line[column])) for line in cells) for column in range(4)]
    for line in cells:
        padded_cells = [f"{to_printable(cell):{width}}" for cell, width in zip(line, widths, strict=False)]
        yield f"  {'  '.join([*padded_cells, to_printable(line[-1])])}".rstrip()


def _summary_lines(statuses: Sequence[ModelRecordStatus]) -> Iterator[str]:
    gaps = [gap for status in statuses for gap in status.missing_fields]
    if not gaps:
        yield f"no missing fields in {_model_count(len(statuses))}"
        return
    fields = {gap.key: gap for gap in gaps}
    yield f"{_field_count(len(fields))} in {sum(bool(status.missing_fields) for status in statuses)} of {_model_count(len(statuses))}"
    owners = Counter(map(_owner, fields.values()))
    yield f"responsible: {', '.join(f'{owner} {count}' for owner, count in sorted(owners.items()))}"
    yield (
        "required by: "
        f"{', '.join(f'{name} {missing_count} of {total}' for name, (missing_count, total) in _record_totals(statuses).items())}"
    )


def _field_count(count: int) -> str:
    return f"{count} missing field{'' if count == 1 else 's'}"


def _model_count(count: int) -> str:
    return f"{count} model{'' if count == 1 else 's'}"


def _record_totals(statuses: Sequence[ModelRecordStatus]) -> dict[str, tuple[int, int]]:
    """The missing and total fields of each record, over all models."""
    counts: dict[str, tuple[int, int]] = {}
    for record in (record for status in statuses for record in status.records):
        name = f"{record.id} ({record.regime})" if record.regime else record.id
        missing_count, total = counts.get(name, (0, 0))
        counts[name] = (missing_count + len(record.missing_fields), total + len(record.fields))
    return dict(sorted(counts.items()))


def _summary_data(statuses: Sequence[ModelRecordStatus]) -> dict[str, object]:
    """Each field once, however many models need it."""
    fields = {gap.key: gap for status in statuses for gap in status.missing_fields}
    return {
        "models": len(statuses),
        "modelsWithMissingFields": sum(bool(status.missing_fields) for status in statuses),
        "missing": len(fields),
        "byOwner": dict(sorted(Counter(gap.owner for gap in fields.values()).items())),
    }


def _status_data(status: ModelRecordStatus) -> dict[str, object]:
    records = [
        {
            "id": record.id,
            "title": record.title,
            "regime": record.regime or None,
            "total": len(record.fields),
            "missing": len(record.missing_fields),
        }
        for record in status.records
    ]
    model_data = {"name": status.model.name, "owner": status.owner, "lifecycle": status.model.data["lifecycle"]}
    return {
        **model_data,
        "tier": status.tier or None,
        "records": records,
        "missingFields": [_field_data(gap) for gap in status.missing_fields],
    }


def _field_data(gap: MissingField) -> dict[str, object]:
    spec, location = gap.field.field_source.spec, gap.field.location
    return {
        "title": gap.field.title,
        "owner": gap.owner or None,
        "kind": spec.kind,
        "name": spec.name,
        "field": gap.field.field,
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "records": [record.id for record in gap.records],
        "regimes": sorted({record.regime for record in gap.records if record.regime}),
        "citations": list(gap.citations),
    }


def _table_row(gap: MissingField) -> str:
    requesters = ", ".join(record.id for record in gap.records) + (
        f" ({', '.join(gap.citations)})" if gap.citations else ""
    )
    return table_row(
        escape_inline(gap.field.title, _MAX_CELL),
        escape_inline(_owner(gap), _MAX_CELL),
        code_span(_field_label(gap), _MAX_CELL),
        code_span(_format_location(gap), _MAX_CELL),
        escape_inline(requesters, _MAX_CELL),
    )


def _csv_cells(status: ModelRecordStatus, gap: MissingField) -> Iterator[object]:
    data = _field_data(gap)
    yield from (status.model.name, status.owner, status.model.data["lifecycle"], status.tier)
    yield " ".join(record.id for record in gap.records)
    yield " ".join(sorted({record.regime for record in gap.records if record.regime}))
    yield from (
        gap.field.title,
        _owner(gap),
        f"{data['kind']} {data['name']}",
        data["field"],
        data["path"],
        data["line"],
        data["column"],
    )
    yield "; ".join(gap.citations)


def _owner(gap: MissingField) -> str:
    return gap.owner or "the project"


def _field_label(gap: MissingField) -> str:
    spec = gap.field.field_source.spec
    return gap.field.field if spec.kind == "Model" else f"{gap.field.field} of {spec.kind} {spec.name}"


def _format_location(gap: MissingField) -> str:
    location = gap.field.location
    return f"{location.path}:{location.line}:{location.column}"
