"""The deadlines of a model, from the dates in its row; nothing here depends on today's date."""

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
    """A deadline: what is due, on which day, and where the model defines it.

    `environment` is the one whose layers define it; empty stands for the last environment. `release` is the release that defines it, if one
    does. The index in the pointer of an approval counts the approvals of its environment.
    """

    kind: DeadlineKind
    detail: str
    date: date | None
    pointer: Pointer
    environment: str = ""
    release: str = ""


def deadlines(row: Row) -> Iterator[Deadline]:
    """Every deadline of a model except waivers; a review without a last date has no date.

    A retired model has no deadlines.
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
    """Each contract once, as the release in the last environment defines it."""
    releases_by_contract = {
        (vendor.contract or "", vendor.expires): vendor.release for vendor in row.vendors if vendor.expires is not None
    }
    for (contract, day), release in releases_by_contract.items():
        yield Deadline("contract", contract, day, ("source", "contract", "expires"), release=release)


def _approval_deadlines(row: Row) -> Iterator[Deadline]:
    """For each environment and role, the approval of the running release that is valid longest."""
    latest: dict[tuple[str, str], tuple[date, int]] = {}
    positions: dict[str, int] = {}
    for approval in row.approvals:
        index = positions[approval.environment] = positions.get(approval.environment, -1) + 1
        if approval.valid and approval.decision == "approved":
            key, expires = (approval.environment, approval.role), approval.expires or date.max
            latest[key] = max(latest.get(key, (date.min, 0)), (expires, index))
    for (environment, role), (expires, index) in latest.items():
        if expires < date.max:
            yield Deadline("approval", role, expires, ("approvals", index, "expires"), environment)


def expiry_dates(row: Row) -> Iterator[date]:
    """Every expiry date of the model, including waivers."""
    yield from (deadline.date for deadline in deadlines(row) if deadline.date is not None)
    if row.lifecycle not in ENDED_LIFECYCLES:
        yield from (waiver.expires for waiver in row.waivers)
