"""What is due or overdue on a day, each with its owner and the line that defines it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import json_pointer
from compiler.inventory.deadlines import Deadline, DeadlineKind, deadlines
from compiler.inventory.inventory_builder import resolve_placements
from compiler.inventory.row import Inventory, Row
from compiler.inventory.row_parts import Day, Names
from compiler.resolve.approvals import environment_approvals
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

DueState = Literal["overdue", "due", "undated"]


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that must be done by a date."""

    key: str
    """Identifies the item until it is renewed, so that an automation opens one issue per item."""
    kind: DeadlineKind
    """What is due, such as a review or an approval."""
    subject: str
    """What is due, and of which model or document: the title without its date."""
    title: str
    """The title with its date; it does not change from day to day."""
    state: DueState
    """`overdue`: the date has passed; `due`: it is to come; `undated`: the last review is unknown, and so is the next."""
    due: Day | None
    """The last valid day, or the day by which to act."""
    days: int | None
    """The number of days left; negative if overdue."""
    models: Names
    """The models concerned."""
    owners: Names
    """The teams that own them."""
    environments: Names
    """The environments concerned, if not all."""
    object: str
    """The document that defines it, as `<project>/<kind>/<name>`."""
    pointer: str
    """The JSON pointer into the document (RFC 6901)."""
    path: str
    """The file to edit."""
    line: int
    """The line to edit; if the value is missing, the nearest key."""
    column: int
    """The column, in characters."""
    help: str
    """What to do."""


_TITLES = MappingProxyType({
    "review": "Review of {model}",
    "validation": "Validation of {model}",
    "evidence": "Evidence for {what} of {model}",
    "approval": "Approval of {model} in {environment} as {what}",
    "contract": "Contract {what} of {model}",
    "retirement": "Retirement of {model}",
})  # fmt: skip
_HELP = MappingProxyType({
    "review": "review the model, and set `governance.review.last` to the date of the review",
    "validation": "have the model validated again, and update `governance.validation`",
    "evidence": "collect new evidence, and set its `uri`, `date` and `validUntil`",
    "approval": "get a new approval, and add it under `approvals`",
    "waiver": "fix what is waived and remove the Waiver, or have it granted again",
    "contract": "renew the contract or replace the vendor, and publish a release with the change",
    "retirement": "remove the model from its environments, and set `lifecycle: retired`; `modelyard retire` does both",
})  # fmt: skip


def window_end(as_of: date, span: timedelta) -> date:
    """The last day of a period that starts on a day."""
    return as_of + min(span, date.max - as_of)


def due_items(
    fleet: Fleet, inventory: Inventory, as_of: date, last_day: date, *, include_undated: bool
) -> tuple[DueItem, ...]:
    """Overdue items and items due until the last day, by date; `include_undated` adds reviews without a last date."""
    items = [
        *_model_items(fleet, inventory, as_of, last_day, include_undated=include_undated),
        *_waiver_items(fleet, inventory, as_of, last_day),
    ]
    return tuple(sorted(items, key=lambda item: (item.due is None, item.due or date.max, item.kind, item.title)))


def _model_items(
    fleet: Fleet, inventory: Inventory, as_of: date, last_day: date, *, include_undated: bool
) -> Iterator[DueItem]:
    for row in inventory.models:
        due_deadlines = [
            deadline
            for deadline in deadlines(row)
            if (include_undated if deadline.date is None else deadline.date <= last_day)
        ]
        model_placements = resolve_placements(fleet, row.name) if due_deadlines else None
        for deadline in due_deadlines if model_placements else ():
            yield _deadline_item(row, deadline, model_placements.models if model_placements else (), as_of)


def _deadline_item(row: Row, deadline: Deadline, models: Sequence[ResolvedModel], as_of: date) -> DueItem:
    description = _TITLES[deadline.kind].format(model=row.name, what=deadline.detail, environment=deadline.environment)
    pointer, location = _locate(deadline, models)
    return DueItem(
        key=_stable_key(deadline.kind, row.id, f"{deadline.environment}\0{deadline.detail}", deadline.date),
        kind=deadline.kind,
        subject=description,
        title=f"{description}: {deadline.date.isoformat() if deadline.date else 'the date of the last one is unknown'}",
        state=_due_state(deadline.date, as_of),
        due=deadline.date,
        days=(deadline.date - as_of).days if deadline.date else None,
        models=(row.name,),
        owners=(row.owner,),
        environments=(deadline.environment,) if deadline.environment else (),
        object=row.id,
        pointer=pointer,
        path=location.path,
        line=location.line,
        column=location.column,
        help=_HELP[deadline.kind],
    )


def _locate(deadline: Deadline, models: Sequence[ResolvedModel]) -> tuple[str, Location]:
    """The pointer into the model, and the location in the layer that defines it."""
    if deadline.release:
        releases = (release for model in models for release in (model.release, model.canary) if release)
        release = next(release for release in releases if release.version == deadline.release)
        pointer = (*release.pointer, *deadline.pointer)
        return json_pointer(pointer), models[-1].spec.document.location(pointer)
    environment_models = (
        model for model in models if model.environment and model.environment.name == deadline.environment
    )
    model = next(environment_models, models[-1])
    pointer = deadline.pointer
    if deadline.kind == "approval":
        index = [index for index, _ in environment_approvals(model)][int(pointer[1])]
        pointer = (pointer[0], index, *pointer[2:])
    return json_pointer(pointer), model.location(pointer)


def _waiver_items(fleet: Fleet, inventory: Inventory, as_of: date, last_day: date) -> Iterator[DueItem]:
    """Each waiver once, whatever the number of its models."""
    for spec in fleet.portfolio.by_kind("Waiver").values():
        expires = date.fromisoformat(spec.data["expires"])
        if expires > last_day:
            continue
        exempt_rows = [row for row in inventory.models if any(waiver.name == spec.name for waiver in row.waivers)]
        location, id_ = spec.document.location(("expires",)), f"{inventory.project}/Waiver/{spec.name}"
        yield DueItem(
            key=_stable_key("waiver", id_, "", expires),
            kind="waiver",
            subject=f"Waiver {spec.name}",
            title=f"Waiver {spec.name}: {expires.isoformat()}",
            state=_due_state(expires, as_of),
            due=expires,
            days=(expires - as_of).days,
            models=tuple(row.name for row in exempt_rows),
            owners=tuple(sorted({row.owner for row in exempt_rows})),
            environments=(),
            object=id_,
            pointer="/expires",
            path=location.path,
            line=location.line,
            column=location.column,
            help=_HELP["waiver"],
        )


def _due_state(expires: date | None, as_of: date) -> DueState:
    return "undated" if expires is None else "overdue" if expires < as_of else "due"


def _stable_key(kind: str, object_: str, detail: str, expires: date | None) -> str:
    """A key without lines and wording: renewing the item changes its date, and so its key."""
    parts = (kind, object_, detail, expires.isoformat() if expires else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
