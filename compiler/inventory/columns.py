"""The columns of tables: their text and their order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from compiler.inventory.row import Row
from compiler.inventory.row_parts import Classification, DependencyUse, Placement, Sla
from compiler.resolve.lifecycle import ALLOWED_STAGES

TIERS = ("low", "medium", "high", "critical")
LIFECYCLES = tuple(ALLOWED_STAGES)
_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its text for a row (empty if there is no value), and its sort key."""

    title: str
    cell: Callable[[Row], str]
    sort_key: Callable[[Row], tuple[bool, object]]


def _column(
    cell: Callable[[Row], str | None], sort_value: Callable[[Row], object] | None = None, title: str = ""
) -> Column:
    """A column sorted by its text, or by `sort_value`; rows without a value come last."""

    def key(row: Row) -> tuple[bool, object]:
        text = cell(row)
        return (not text, (sort_value(row) if sort_value else text) if text else "")

    return Column(title, lambda row: cell(row) or "", key)


def _join(texts: Iterable[str]) -> str:
    return _SEPARATOR.join(texts)


def _format_date(value: date | None) -> str:
    return value.isoformat() if value else ""


def format_placement(placement: Placement) -> str:
    """The releases that run in one environment: `prod 3.1.0 + 3.2.0 (10%)`."""
    return f"{placement.environment} {_format_release(placement)}"


def _format_release(placement: Placement) -> str:
    canary = f" + {placement.canary.release} ({placement.canary.weight})" if placement.canary else ""
    return f"{placement.release}{canary}{' (stopped)' if placement.suspended else ''}"


def format_sla(sla: Sla) -> str:
    """The SLA in short: `99.5%, p99 250ms`."""
    latencies = [
        *sla.latency.items(),
        *((f"first token {quantile}", time) for quantile, time in sla.time_to_first_token.items()),
    ]
    freshness = [f"fresh within {sla.freshness}"] if sla.freshness else []
    return ", ".join(
        [*filter(None, [sla.availability]), *(f"{quantile} {time}" for quantile, time in latencies), *freshness]
    )


def format_dependency(dependency: DependencyUse) -> str:
    """A dependency and its version range: `card-fraud ^3`."""
    release = f" {dependency.release}" if dependency.release else ""
    return f"{dependency.model}{release}{' (by callers)' if dependency.called_by == 'callers' else ''}"


def _format_missing(row: Row) -> str:
    return _join(
        f"{counts.regime}: {counts.missing} of {counts.total}" for counts in row.record_fields if counts.missing
    )


def _format_classification(row: Row) -> str:
    return _join(map(_format_class, row.use_case.classification)) if row.use_case else ""


def _format_class(classification: Classification) -> str:
    """The stated class, and the one that follows from the facts if it is another."""
    text = f"{classification.regime}: {classification.value}"
    derived = classification.derived
    return text if derived in {None, classification.value} else f"{text} (from its facts: {derived})"


def _format_contracts(row: Row) -> str:
    return _join(
        dict.fromkeys(
            f"{vendor.contract} ({_format_date(vendor.expires)})" for vendor in row.vendors if vendor.contract
        )
    )


def _format_approvals(row: Row) -> str:
    valid_approvals = (approval for approval in row.approvals if approval.valid)
    return _join(f"{approval.environment}: {approval.decision} as {approval.role}" for approval in valid_approvals)


def _format_last_validation(row: Row) -> str:
    return f"{_format_date(row.validation.date)} {row.validation.conclusion}" if row.validation else ""


_COLUMNS: Mapping[str, Column] = {
    "model": _column(lambda row: row.name),
    "type": _column(lambda row: row.type),
    "owner": _column(lambda row: row.owner),
    "lifecycle": _column(lambda row: row.lifecycle, lambda row: LIFECYCLES.index(row.lifecycle)),
    "tier": _column(lambda row: row.tier, lambda row: TIERS.index(row.tier or TIERS[0])),
    "environment": _column(lambda row: row.environments[-1].environment if row.environments else "", title="environment"),
    "review": _column(lambda row: _format_date(row.review.next if row.review else None), title="next review"),
    "classification": _column(_format_classification),
    "use-case": _column(lambda row: row.use_case.name if row.use_case else "", title="use case"),
    "release": _column(lambda row: _format_release(row.environments[-1]) if row.environments else ""),
    "environments": _column(lambda row: _join(map(format_placement, row.environments))),
    "target": _column(lambda row: row.environments[-1].target if row.environments else ""),
    "sla": _column(lambda row: format_sla(row.sla) if row.sla else "", title="SLA"),
    "datasets": _column(lambda row: _join(f"{item.name} ({item.classification or '?'})" for item in row.datasets)),
    "sensitive": _column(lambda row: "yes" if any(entry.sensitive_fields for entry in row.datasets) else ""),
    "dependencies": _column(lambda row: _join(dict.fromkeys(map(format_dependency, row.dependencies)))),
    "dependents": _column(lambda row: _join(row.dependents)),
    "vendor": _column(lambda row: _join(dict.fromkeys(f"{entry.provider}, {entry.product}" for entry in row.vendors))),
    "contract": _column(_format_contracts),
    "materiality": _column(lambda row: row.materiality),
    "complexity": _column(lambda row: row.complexity),
    "last-review": _column(lambda row: _format_date(row.review.last if row.review else None), title="last review"),
    "last-validation": _column(_format_last_validation, title="last validation"),
    "validation": _column(lambda row: _format_date(row.validation.next if row.validation else None), title="next validation"),
    "approvals": _column(_format_approvals),
    "waivers": _column(lambda row: _join(f"{entry.name} (until {_format_date(entry.expires)})" for entry in row.waivers)),
    "patches": _column(lambda row: _join(f"{entry.kind}: {entry.reason}" for entry in row.patches)),
    "unmeasured": _column(lambda row: _join(f"{entry.objective}: {entry.reason}" for entry in row.unmeasured)),
    "missing-fields": _column(_format_missing, lambda row: -sum(entry.missing for entry in row.record_fields), title="missing fields"),
    "retirement": _column(lambda row: _format_date(row.retirement.date if row.retirement else None)),
    "summary": _column(lambda row: row.summary),
    "path": _column(lambda row: row.path, title="spec"),
    "id": _column(lambda row: row.id),
    "runtime-digest": _column(lambda row: _join(f"{entry.environment} {entry.runtime_digest}" for entry in row.environments)),
    "governance-digest": _column(lambda row: _join(f"{entry.environment} {entry.governance_digest}" for entry in row.environments)),
}  # fmt: skip
COLUMNS: Mapping[str, Column] = MappingProxyType(_COLUMNS)
"""Every column, in the order of a full table."""

DEFAULT_COLUMNS = ("model", "type", "owner", "lifecycle", "tier", "environment", "review")
"""The columns of a terminal."""

NARROW_COLUMNS = ("model", "owner", "lifecycle", "tier", "review")
"""The columns of a terminal that is too narrow for the others."""

WIDE_COLUMNS = (
    *DEFAULT_COLUMNS[:5],
    "classification",
    "environments",
    "sla",
    "datasets",
    "dependencies",
    "review",
    "validation",
    "waivers",
    "missing-fields",
    "path",
)
"""The columns of `--wide`."""


def column_titles(names: Iterable[str]) -> list[str]:
    """The titles of columns."""
    return [COLUMNS[name].title or name for name in names]


def row_cells(row: Row, names: Iterable[str]) -> list[str]:
    """The texts of columns for a row."""
    return [COLUMNS[name].cell(row) for name in names]


def table_rows(rows: Iterable[Row], names: Sequence[str]) -> list[list[str]]:
    """The names of columns, then one line per row, as written to CSV."""
    return [list(names), *(row_cells(row, names) for row in rows)]


def sort_rows(rows: Iterable[Row], sort_columns: Sequence[str]) -> list[Row]:
    """The rows sorted by columns, the first one first; `-` before a name sorts descending. Rows without a value come last."""
    sorted_rows = list(rows)
    for name in reversed(sort_columns):
        sorted_rows = _sort_by_column(sorted_rows, name.removeprefix("-"), descending=name.startswith("-"))
    return sorted_rows


def _sort_by_column(rows: Sequence[Row], name: str, *, descending: bool) -> list[Row]:
    sort_key = COLUMNS[name].sort_key
    with_value = [row for row in rows if not sort_key(row)[0]]
    without_value = [row for row in rows if sort_key(row)[0]]
    return [*sorted(with_value, key=sort_key, reverse=descending), *without_value]
