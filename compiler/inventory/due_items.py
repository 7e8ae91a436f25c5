"""What is about to lapse, or has lapsed, on a day: each thing once, with who answers for it and the line that says it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import json_pointer
from compiler.inventory.deadlines import Deadline, Kind, deadlines
from compiler.inventory.inventory_builder import seen_of
from compiler.inventory.row import Inventory, Row
from compiler.inventory.row_parts import Day, Names
from compiler.plan.records.approvals import approvals_in
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

State = Literal["lapsed", "due", "undated"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that somebody has to do by a day."""

    key: str
    """The same for the same thing until it is renewed: what opened an issue for a key opens no second one."""
    kind: Kind
    """What lapses."""
    what: str
    """What lapses, and of what."""
    title: str
    """The same with its day; it does not change from day to day."""
    state: State
    """`lapsed`: the day is over; `due`: it is to come; `undated`: nobody says the last review, so that nobody knows the next."""
    due: Day | None
    """The last day on which it counts, or on which it should be done."""
    days: int | None
    """How many days are left; less than none where it lapsed."""
    models: Names
    """The models that it is about."""
    owners: Names
    """The Teams that own them."""
    environments: Names
    """Where it holds, where it does not hold everywhere."""
    object: str
    """The document that says it, as `<project>/<kind>/<name>`."""
    pointer: str
    """Where in the object (RFC 6901)."""
    path: str
    """The file to edit."""
    line: int
    """The line to edit; where nothing is said yet, the nearest key."""
    column: int
    """The column, in characters."""
    help: str
    """What to do, as an imperative."""


_TITLES = MappingProxyType({
    "review": "Review of {model}",
    "validation": "Validation of {model}",
    "evidence": "Evidence for {what} of {model}",
    "approval": "Approval of {model} in {environment} as {what}",
    "contract": "Contract {what} of {model}",
    "retirement": "Retirement of {model}",
})  # fmt: skip
_HELP = MappingProxyType({
    "review": "review the model, and set `governance.review.last` to the day",
    "validation": "have it validated again, and write `governance.validation` anew",
    "evidence": "gather the evidence anew, and set its `uri`, `date` and `validUntil`",
    "approval": "have it approved again, and add the approval under `approvals`",
    "waiver": "mend what is waived and remove the Waiver, or have it granted again",
    "contract": "renew the contract or replace the vendor, and publish the release that says so",
    "retirement": "take the model out of its environments, and set `lifecycle: retired`",
})  # fmt: skip


def horizon(as_of: date, within: timedelta) -> date:
    """The last day of a span that begins on a day."""
    return as_of + min(within, date.max - as_of)


def due(fleet: Fleet, inventory: Inventory, as_of: date, last: date, *, undated: bool) -> tuple[Item, ...]:
    """What has lapsed and what lapses until the last day, by day; `undated`: reviews too of which nobody says the last."""
    found = [*_of_models(fleet, inventory, as_of, last, undated=undated), *_waivers(fleet, inventory, as_of, last)]
    return tuple(sorted(found, key=lambda one: (one.due is None, one.due or date.max, one.kind, one.title)))


def _of_models(fleet: Fleet, inventory: Inventory, as_of: date, last: date, *, undated: bool) -> Iterator[Item]:
    for row in inventory.models:
        wanted = [one for one in deadlines(row) if (undated if one.date is None else one.date <= last)]
        seen = seen_of(fleet, row.name) if wanted else None
        for one in wanted if seen else ():
            yield _item(row, one, seen.places if seen else (), as_of)


def _item(row: Row, one: Deadline, places: Sequence[ResolvedModel], as_of: date) -> Item:
    what = _TITLES[one.kind].format(model=row.name, what=one.what, environment=one.environment)
    pointer, place = _located(one, places)
    return Item(
        key=_key(one.kind, row.id, f"{one.environment}\0{one.what}", one.date),
        kind=one.kind,
        what=what,
        title=f"{what}: {one.date.isoformat() if one.date else 'nobody says when the last one was'}",
        state=_state(one.date, as_of),
        due=one.date,
        days=(one.date - as_of).days if one.date else None,
        models=(row.name,),
        owners=(row.owner,),
        environments=(one.environment,) if one.environment else (),
        object=row.id,
        pointer=pointer,
        path=place.path,
        line=place.line,
        column=place.column,
        help=_HELP[one.kind],
    )


def _located(one: Deadline, places: Sequence[ResolvedModel]) -> tuple[str, Place]:
    """The pointer into the model, and the line of the layer that says it."""
    if one.release:
        releases = (release for model in places for release in (model.release, model.canary) if release)
        release = next(release for release in releases if release.version == one.release)
        pointer = (*release.pointer, *one.pointer)
        return json_pointer(pointer), places[-1].spec.document.place(pointer)
    named = (model for model in places if model.environment and model.environment.name == one.environment)
    model = next(named, places[-1])
    pointer = one.pointer
    if one.kind == "approval":
        index = [index for index, _ in approvals_in(model)][int(pointer[1])]
        pointer = (pointer[0], index, *pointer[2:])
    return json_pointer(pointer), model.place(pointer)


def _waivers(fleet: Fleet, inventory: Inventory, as_of: date, last: date) -> Iterator[Item]:
    """Each Waiver once, whomever it excepts."""
    for spec in fleet.portfolio.of("Waiver").values():
        expires = date.fromisoformat(spec.text("expires"))
        if expires > last:
            continue
        excepted = [row for row in inventory.models if any(one.name == spec.name for one in row.waivers)]
        place, id_ = spec.document.place(("expires",)), f"{inventory.project}/Waiver/{spec.name}"
        yield Item(
            key=_key("waiver", id_, "", expires),
            kind="waiver",
            what=f"Waiver {spec.name}",
            title=f"Waiver {spec.name}: {expires.isoformat()}",
            state=_state(expires, as_of),
            due=expires,
            days=(expires - as_of).days,
            models=tuple(row.name for row in excepted),
            owners=tuple(sorted({row.owner for row in excepted})),
            environments=(),
            object=id_,
            pointer="/expires",
            path=place.path,
            line=place.line,
            column=place.column,
            help=_HELP["waiver"],
        )


def _state(ends: date | None, as_of: date) -> State:
    return "undated" if ends is None else "lapsed" if ends < as_of else "due"


def _key(kind: str, object_: str, what: str, ends: date | None) -> str:
    """No line, no words: what renews a thing gives it another day, and by that another key."""
    parts = (kind, object_, what, ends.isoformat() if ends else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
