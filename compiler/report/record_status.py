"""What records have to say and nobody has said, as text, JSON, Markdown or a table."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from compiler.plan.records.missing_fields import Gap, ModelStatus
from compiler.render.output_formats import dump
from compiler.report.markdown_escape import code, inline, row
from compiler.report.text_report import printable

_CELL = 300
_COLUMNS = (
    "model", "owner", "lifecycle", "tier", "records", "regimes", "title", "said by", "document", "field", "path", "line", "column",
    "sources",
)  # fmt: skip


def text(found: Sequence[ModelStatus]) -> str:
    """Each model with what is missing of it: the line, the field, what it says, and who says it; then who has how much to say."""
    lines: list[str] = []
    for status in found:
        lines += [*_model(status), ""] if status.gaps else []
    return "\n".join([*lines, *_summary(found)]) + "\n"


def markdown(found: Sequence[ModelStatus]) -> str:
    """A table a model, for an issue or a pull request."""
    head, *rest = _summary(found)
    parts = [f"### {head}\n", *(f"\n{inline(line, _CELL)}\n" for line in rest)]
    for status in found:
        if status.gaps:
            titles = ("what", "who says it", "field", "line", "asked by")
            parts += [f"\n#### {inline(status.model.name, _CELL)}\n\n", row(*titles), row(*("---" for _ in titles))]
            parts += [_row(gap) for gap in status.gaps]
    return "".join(parts)


def as_json(found: Sequence[ModelStatus]) -> str:
    """The same as data."""
    whole = {"version": 1, "summary": _counts(found), "models": [_plain(status) for status in found]}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def csv(found: Sequence[ModelStatus]) -> str:
    """A line for each thing that is missing, with titles above."""
    lines = [[str(cell) for cell in _cells(status, gap)] for status in found for gap in status.gaps]
    return dump([[list(_COLUMNS), *lines]], "csv")


FORMATS: Mapping[str, Callable[[Sequence[ModelStatus]], str]] = MappingProxyType(
    {"text": text, "json": as_json, "markdown": markdown, "csv": csv}
)
"""Name of the format to what writes it."""


def _model(status: ModelStatus) -> Iterator[str]:
    counts = ", ".join(f"{record.id} {len(record.missing)} of {len(record.facts)}" for record in status.records)
    yield f"{status.model.name} ({status.owner}): {counts}"
    cells = [(_at(gap), _field(gap), gap.fact.title, _who(gap), ", ".join(gap.sources)) for gap in status.gaps]
    widths = [max(len(printable(line[column])) for line in cells) for column in range(4)]
    for line in cells:
        told = [f"{printable(cell):{width}}" for cell, width in zip(line, widths, strict=False)]
        yield f"  {'  '.join([*told, printable(line[-1])])}".rstrip()


def _summary(found: Sequence[ModelStatus]) -> Iterator[str]:
    gaps = [gap for status in found for gap in status.gaps]
    if not gaps:
        yield f"nothing is missing in {_models(len(found))}"
        return
    fields = {gap.key: gap for gap in gaps}
    yield f"{len(fields)} missing in {sum(bool(status.gaps) for status in found)} of {_models(len(found))}"
    owners = Counter(map(_who, fields.values()))
    yield f"who says it: {', '.join(f'{owner} {count}' for owner, count in sorted(owners.items()))}"
    yield f"asked by: {', '.join(f'{name} {missing} of {asked}' for name, (missing, asked) in _records(found).items())}"


def _models(count: int) -> str:
    return f"{count} model{'' if count == 1 else 's'}"


def _records(found: Sequence[ModelStatus]) -> dict[str, tuple[int, int]]:
    """How many of its facts each record misses, over all models."""
    counts: dict[str, tuple[int, int]] = {}
    for record in (record for status in found for record in status.records):
        name = f"{record.id} ({record.regime})" if record.regime else record.id
        missing, asked = counts.get(name, (0, 0))
        counts[name] = (missing + len(record.missing), asked + len(record.facts))
    return dict(sorted(counts.items()))


def _counts(found: Sequence[ModelStatus]) -> dict[str, object]:
    """Each field once, however many models want it."""
    fields = {gap.key: gap for status in found for gap in status.gaps}
    return {
        "models": len(found),
        "modelsWithGaps": sum(bool(status.gaps) for status in found),
        "missing": len(fields),
        "byOwner": dict(sorted(Counter(gap.owner for gap in fields.values()).items())),
    }


def _plain(status: ModelStatus) -> dict[str, object]:
    records = [
        {"id": one.id, "title": one.title, "regime": one.regime or None, "asked": len(one.facts), "missing": len(one.missing)}
        for one in status.records
    ]
    named = {"name": status.model.name, "owner": status.owner, "lifecycle": status.model.data["lifecycle"]}
    return {**named, "tier": status.tier or None, "records": records, "gaps": [_plain_gap(gap) for gap in status.gaps]}


def _plain_gap(gap: Gap) -> dict[str, object]:
    spec, place = gap.fact.asked_of.spec, gap.fact.place
    return {
        "title": gap.fact.title,
        "owner": gap.owner or None,
        "kind": spec.kind,
        "name": spec.name,
        "field": gap.fact.field,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "records": [record.id for record in gap.records],
        "regimes": sorted({record.regime for record in gap.records if record.regime}),
        "sources": list(gap.sources),
    }


def _row(gap: Gap) -> str:
    asked = ", ".join(record.id for record in gap.records) + (f" ({', '.join(gap.sources)})" if gap.sources else "")
    return row(
        inline(gap.fact.title, _CELL), inline(_who(gap), _CELL), code(_field(gap), _CELL), code(_at(gap), _CELL), inline(asked, _CELL)
    )


def _cells(status: ModelStatus, gap: Gap) -> Iterator[object]:
    said = _plain_gap(gap)
    yield from (status.model.name, status.owner, status.model.data["lifecycle"], status.tier)
    yield " ".join(record.id for record in gap.records)
    yield " ".join(sorted({record.regime for record in gap.records if record.regime}))
    yield from (gap.fact.title, _who(gap), f"{said['kind']} {said['name']}", said["field"], said["path"], said["line"], said["column"])
    yield "; ".join(gap.sources)


def _who(gap: Gap) -> str:
    return gap.owner or "the project"


def _field(gap: Gap) -> str:
    spec = gap.fact.asked_of.spec
    return gap.fact.field if spec.kind == "Model" else f"{gap.fact.field} of {spec.kind} {spec.name}"


def _at(gap: Gap) -> str:
    place = gap.fact.place
    return f"{place.path}:{place.line}:{place.column}"
