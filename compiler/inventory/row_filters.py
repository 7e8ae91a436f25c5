"""Which rows are wanted: each condition narrows, and of the words of one condition any will do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from compiler.inventory.deadlines import lapses
from compiler.inventory.row import Row


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows have to be; what is empty asks for nothing."""

    owners: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    """`eu-ai-act`, or `eu-ai-act=high-risk`."""
    lifecycles: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    due_before: date | None = None
    missing: bool = False


def chosen(rows: Iterable[Row], wanted: Wanted) -> Iterator[Row]:
    """The rows that are wanted; where Environments are named, each shows those alone."""
    for row in rows:
        if all(_holds(row, wanted)):
            places = tuple(one for one in row.environments if one.environment in wanted.environments)
            yield replace(row, environments=places) if wanted.environments else row


def _holds(row: Row, wanted: Wanted) -> Iterator[bool]:
    yield not wanted.owners or row.owner in wanted.owners
    yield not wanted.tiers or row.tier in wanted.tiers
    yield not wanted.types or row.type in wanted.types
    yield not wanted.lifecycles or row.lifecycle in wanted.lifecycles
    yield not wanted.regimes or any(_is_of(row, regime) for regime in wanted.regimes)
    yield not wanted.environments or any(one.environment in wanted.environments for one in row.environments)
    yield wanted.due_before is None or any(day < wanted.due_before for day in lapses(row))
    yield not wanted.missing or any(_counts(regime, wanted) and missing for regime, missing in _missing(row))


def _is_of(row: Row, said: str) -> bool:
    regime, equals, value = said.partition("=")
    classes = row.use_case.classification if row.use_case else ()
    return any(one.regime == regime and (not equals or one.value == value) for one in classes)


def _missing(row: Row) -> Iterator[tuple[str, int]]:
    return ((one.regime, one.missing) for one in row.facts)


def _counts(regime: str, wanted: Wanted) -> bool:
    """Whether facts of a regime are asked about: of those that are named, or of all."""
    return not wanted.regimes or regime in {said.partition("=")[0] for said in wanted.regimes}
