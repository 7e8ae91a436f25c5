"""The days on which something about a model lapses, by what its row says: dates of specs and no day of today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from compiler.foundation.json_data import Pointer
from compiler.inventory.row import Row
from compiler.resolve.lifecycle import ENDED_LIFECYCLES

DeadlineKind = Literal["review", "validation", "evidence", "approval", "waiver", "contract", "retirement"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that lapses: what it is, until when it counts, and where the model says it.

    `environment` is the one whose layers say it, empty for the last one; `release` the one that says it, where one does. The index in
    the pointer of an approval counts those of its Environment.
    """

    kind: DeadlineKind
    detail: str
    date: date | None
    pointer: Pointer
    environment: str = ""
    release: str = ""


def deadlines(row: Row) -> Iterator[Deadline]:
    """Everything of a model that lapses, waivers left out; a review of which nobody says the last one has no day.

    Of a model that is retired nothing is due any more.
    """
    if row.lifecycle in ENDED_LIFECYCLES:
        return
    if row.review is not None:
        yield Deadline("review", "", row.review.next, ("governance", "review", "last"))
    if row.validation is not None and row.validation.next is not None:
        yield Deadline("validation", "", row.validation.next, ("governance", "validation", "next"))
    for index, evidence in enumerate(row.evidence):
        if evidence.valid_until is not None:
            pointer = ("governance", "evidence", index, "validUntil")
            yield Deadline("evidence", evidence.control, evidence.valid_until, pointer)
    yield from _approval_deadlines(row)
    yield from _contract_deadlines(row)
    if row.retirement is not None:
        yield Deadline("retirement", "", row.retirement.date, ("retirement", "date"))


def _contract_deadlines(row: Row) -> Iterator[Deadline]:
    """Each contract once, as the release says it that went furthest."""
    releases_by_contract = {
        (vendor.contract or "", vendor.expires): vendor.release for vendor in row.vendors if vendor.expires is not None
    }
    for (contract, day), release in releases_by_contract.items():
        yield Deadline("contract", contract, day, ("source", "contract", "expires"), release=release)


def _approval_deadlines(row: Row) -> Iterator[Deadline]:
    """Of the approvals of what runs now, for each Environment and role the one that counts longest."""
    latest: dict[tuple[str, str], tuple[date, int]] = {}
    positions: dict[str, int] = {}
    for approval in row.approvals:
        index = positions[approval.environment] = positions.get(approval.environment, -1) + 1
        if approval.holds and approval.decision == "approved":
            key, expires = (approval.environment, approval.role), approval.expires or date.max
            latest[key] = max(latest.get(key, (date.min, 0)), (expires, index))
    for (environment, role), (expires, index) in latest.items():
        if expires < date.max:
            yield Deadline("approval", role, expires, ("approvals", index, "expires"), environment)


def expiry_dates(row: Row) -> Iterator[date]:
    """Every day on which something of the model lapses, waivers too."""
    yield from (deadline.date for deadline in deadlines(row) if deadline.date is not None)
    if row.lifecycle not in ENDED_LIFECYCLES:
        yield from (waiver.expires for waiver in row.waivers)
