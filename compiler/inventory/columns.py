"""What tables show of a row: columns by name, as text, and how they are put in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from compiler.inventory.row import Row
from compiler.inventory.row_parts import Asked, Placement, Promise
from compiler.resolve.lifecycle import STAGES

TIERS = ("low", "medium", "high", "critical")
LIFECYCLES = tuple(STAGES)
_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it shows of a row (empty where nothing is said), and what it is sorted by."""

    title: str
    cell: Callable[[Row], str]
    order: Callable[[Row], tuple[bool, object]]


def _shown(cell: Callable[[Row], str | None], order: Callable[[Row], object] | None = None, title: str = "") -> Column:
    """A column that is sorted by what it shows, or as `order` says; rows with nothing in it come last."""

    def key(row: Row) -> tuple[bool, object]:
        said = cell(row)
        return (not said, (order(row) if order else said) if said else "")

    return Column(title, lambda row: cell(row) or "", key)


def _joined(texts: Iterable[str]) -> str:
    return _BETWEEN.join(texts)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def runs(place: Placement) -> str:
    """What runs in one Environment: `prod 3.1.0 + 3.2.0 (10%)`."""
    return f"{place.environment} {_released(place)}"


def _released(place: Placement) -> str:
    canary = f" + {place.canary.release} ({place.canary.weight})" if place.canary else ""
    return f"{place.release}{canary}{' (stopped)' if place.suspended else ''}"


def promised(sla: Promise) -> str:
    """What is promised, in short: `99.5%, p99 250ms`."""
    times = [
        *sla.latency.items(),
        *((f"first token {quantile}", time) for quantile, time in sla.time_to_first_token.items()),
    ]
    fresh = [f"fresh within {sla.freshness}"] if sla.freshness else []
    return ", ".join([*filter(None, [sla.availability]), *(f"{quantile} {time}" for quantile, time in times), *fresh])


def asks(one: Asked) -> str:
    """A model that is asked, and how: `card-fraud ^3`."""
    release = f" {one.release}" if one.release else ""
    return f"{one.model}{release}{' (by callers)' if one.by == 'callers' else ''}"


def _facts(row: Row) -> str:
    return _joined(f"{one.regime}: {one.missing} of {one.asked}" for one in row.facts if one.missing)


def _class(row: Row) -> str:
    return _joined(f"{one.regime}: {one.value}" for one in row.use_case.classification) if row.use_case else ""


def _contract(row: Row) -> str:
    return _joined(dict.fromkeys(f"{one.contract} ({_day(one.expires)})" for one in row.vendors if one.contract))


def _approvals(row: Row) -> str:
    held = (one for one in row.approvals if one.holds)
    return _joined(f"{one.environment}: {one.decision} as {one.role}" for one in held)


_COLUMNS: Mapping[str, Column] = {
    "model": _shown(lambda row: row.name),
    "type": _shown(lambda row: row.type),
    "owner": _shown(lambda row: row.owner),
    "lifecycle": _shown(lambda row: row.lifecycle, lambda row: LIFECYCLES.index(row.lifecycle)),
    "tier": _shown(lambda row: row.tier, lambda row: TIERS.index(row.tier or TIERS[0])),
    "runs": _shown(lambda row: row.environments[-1].environment if row.environments else "", title="runs in"),
    "review": _shown(lambda row: _day(row.review.next if row.review else None), title="next review"),
    "class": _shown(_class),
    "use-case": _shown(lambda row: row.use_case.name if row.use_case else "", title="use case"),
    "release": _shown(lambda row: _released(row.environments[-1]) if row.environments else ""),
    "environments": _shown(lambda row: _joined(map(runs, row.environments))),
    "target": _shown(lambda row: row.environments[-1].target if row.environments else ""),
    "sla": _shown(lambda row: promised(row.sla) if row.sla else "", title="SLA"),
    "datasets": _shown(lambda row: _joined(f"{one.name} ({one.classification or '?'})" for one in row.datasets)),
    "sensitive": _shown(lambda row: "yes" if any(one.sensitive_fields for one in row.datasets) else ""),
    "asks": _shown(lambda row: _joined(dict.fromkeys(map(asks, row.asks)))),
    "asked-by": _shown(lambda row: _joined(row.asked_by), title="asked by"),
    "vendor": _shown(lambda row: _joined(dict.fromkeys(f"{one.provider}, {one.product}" for one in row.vendors))),
    "contract": _shown(_contract),
    "materiality": _shown(lambda row: row.materiality),
    "complexity": _shown(lambda row: row.complexity),
    "reviewed": _shown(lambda row: _day(row.review.last if row.review else None), title="last review"),
    "validated": _shown(lambda row: f"{_day(row.validation.date)} {row.validation.conclusion}" if row.validation else ""),
    "validation": _shown(lambda row: _day(row.validation.next if row.validation else None), title="next validation"),
    "approvals": _shown(_approvals),
    "waivers": _shown(lambda row: _joined(f"{one.name} (until {_day(one.expires)})" for one in row.waivers)),
    "patches": _shown(lambda row: _joined(f"{one.kind}: {one.reason}" for one in row.patches)),
    "unwatched": _shown(lambda row: _joined(f"{one.objective}: {one.reason}" for one in row.unwatched)),
    "missing": _shown(_facts, lambda row: -sum(one.missing for one in row.facts), title="missing facts"),
    "retirement": _shown(lambda row: _day(row.retirement.date if row.retirement else None)),
    "summary": _shown(lambda row: row.summary),
    "path": _shown(lambda row: row.path, title="spec"),
    "id": _shown(lambda row: row.id),
    "runtime-digest": _shown(lambda row: _joined(f"{one.environment} {one.runtime_digest}" for one in row.environments)),
    "governance-digest": _shown(lambda row: _joined(f"{one.environment} {one.governance_digest}" for one in row.environments)),
}  # fmt: skip
COLUMNS: Mapping[str, Column] = MappingProxyType(_COLUMNS)
"""Every column, in the order in which a whole table shows them."""

NARROW = ("model", "type", "owner", "lifecycle", "tier", "runs", "review")
"""What a terminal shows."""

WIDE = (
    *NARROW[:5],
    "class",
    "environments",
    "sla",
    "datasets",
    "asks",
    "review",
    "validation",
    "waivers",
    "missing",
    "path",
)
"""What `--wide` shows."""


def titles(names: Iterable[str]) -> list[str]:
    """The titles of columns."""
    return [COLUMNS[name].title or name for name in names]


def cells(row: Row, names: Iterable[str]) -> list[str]:
    """What columns show of a row."""
    return [COLUMNS[name].cell(row) for name in names]


def table(rows: Iterable[Row], names: Sequence[str]) -> list[list[str]]:
    """Names of columns, then a line a row: what is written as CSV."""
    return [list(names), *(cells(row, names) for row in rows)]


def in_order(rows: Iterable[Row], by: Sequence[str]) -> list[Row]:
    """The rows by columns, the first one first; a name after `-` puts what is most first. Rows without a value come last."""
    found = list(rows)
    for name in reversed(by):
        found = _sorted(found, name.removeprefix("-"), downwards=name.startswith("-"))
    return found


def _sorted(rows: Sequence[Row], name: str, *, downwards: bool) -> list[Row]:
    order = COLUMNS[name].order
    said = [row for row in rows if not order(row)[0]]
    unsaid = [row for row in rows if order(row)[0]]
    return [*sorted(said, key=order, reverse=downwards), *unsaid]
