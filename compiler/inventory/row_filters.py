"""Filters rows: every filter must match, and any value of a filter is enough."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from compiler.inventory.deadlines import expiry_dates
from compiler.inventory.row import Row


@dataclass(frozen=True, slots=True)
class InventoryFilter:
    """The filters; an empty one matches every row."""

    owners: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    """`eu-ai-act`, or `eu-ai-act=high-risk`."""
    lifecycles: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    due_before: date | None = None
    missing: bool = False


def filter_rows(rows: Iterable[Row], row_filter: InventoryFilter) -> Iterator[Row]:
    """The matching rows; if environments are named, each row shows only those."""
    for row in rows:
        if all(_conditions(row, row_filter)):
            placements = tuple(
                placement for placement in row.environments if placement.environment in row_filter.environments
            )
            yield replace(row, environments=placements) if row_filter.environments else row


def _conditions(row: Row, row_filter: InventoryFilter) -> Iterator[bool]:
    yield not row_filter.owners or row.owner in row_filter.owners
    yield not row_filter.tiers or row.tier in row_filter.tiers
    yield not row_filter.types or row.type in row_filter.types
    yield not row_filter.lifecycles or row.lifecycle in row_filter.lifecycles
    yield not row_filter.regimes or any(_has_classification(row, regime) for regime in row_filter.regimes)
    yield not row_filter.environments or any(
        placement.environment in row_filter.environments for placement in row.environments
    )
    yield row_filter.due_before is None or any(day < row_filter.due_before for day in expiry_dates(row))
    yield not row_filter.missing or any(
        _includes_regime(regime, row_filter) and missing_count for regime, missing_count in _missing_counts(row)
    )


def _has_classification(row: Row, selector: str) -> bool:
    regime, equals, value = selector.partition("=")
    classes = row.use_case.classification if row.use_case else ()
    return any(
        classification.regime == regime and (not equals or classification.value == value) for classification in classes
    )


def _missing_counts(row: Row) -> Iterator[tuple[str, int]]:
    return ((counts.regime, counts.missing) for counts in row.record_fields)


def _includes_regime(regime: str, row_filter: InventoryFilter) -> bool:
    """Whether fields of the regime are requested: of the named regimes, or of all."""
    return not row_filter.regimes or regime in {selector.partition("=")[0] for selector in row_filter.regimes}
