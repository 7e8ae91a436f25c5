"""What was found out about a model, what was agreed, and what it was let off."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.inventory.coerce import after, day, text, texts
from compiler.inventory.placements import Seen, environment_name
from compiler.inventory.row_parts import (
    Approval,
    Evidence,
    Patch,
    Retirement,
    Review,
    Signal,
    Unwatched,
    Validation,
    Waiver,
)
from compiler.plan.records.approvals import approvals as claims
from compiler.resolve.match_selectors import waives
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio


def review(governance: Object) -> Review | None:
    """When the model is looked at again: the next review is the last one and the time between."""
    said = as_object(governance.get("review"))
    if not said:
        return None
    every, last = as_str(said["every"]), day(said.get("last"))
    return Review(every, last, after(last, every) if last else None)


def validation(governance: Object) -> Validation | None:
    """What somebody who did not make the model found out about it."""
    said = as_object(governance.get("validation"))
    completed = day(said.get("date"))
    if completed is None:
        return None
    return Validation(
        by=as_str(said.get("by")),
        date=completed,
        conclusion=as_str(said.get("conclusion")),
        next=day(said.get("next")),
        report=text(said.get("report")),
    )


def evidence(governance: Object) -> Iterator[Evidence]:
    """What shows that controls work."""
    for said in map(as_object, as_list(governance.get("evidence"))):
        yield Evidence(
            control=as_str(said.get("control")),
            uri=as_str(said.get("uri")),
            date=day(said.get("date")),
            valid_until=day(said.get("validUntil")),
        )


def approvals(portfolio: Portfolio, seen: Seen) -> Iterator[Approval]:
    """Who agreed to what runs, as each Environment says it of itself."""
    for model in seen.places:
        for said in map(as_object, claims(portfolio, model)):
            given = day(said.get("date"))
            if given is not None:
                yield Approval(
                    environment=environment_name(model),
                    role=as_str(said.get("role")),
                    team=as_str(said.get("team")),
                    decision=as_str(said.get("decision")),
                    date=given,
                    expires=day(said.get("expires")),
                    ticket=text(said.get("ticket")),
                    holds=said["holds"] is True,
                    because=text(said.get("because")),
                )


def waivers(portfolio: Portfolio, seen: Seen) -> Iterator[Waiver]:
    """Every Waiver that excepts the model where it runs."""
    for spec in portfolio.of("Waiver").values():
        excepted = [model for model in seen.places if waives(spec.data, model)]
        expires = day(spec.data.get("expires"))
        if excepted and expires is not None:
            yield Waiver(
                name=spec.name,
                policies=texts(spec.data.get("policies")),
                paths=texts(spec.data.get("paths")),
                environments=tuple(filter(None, map(environment_name, excepted))),
                granted=day(spec.data.get("granted")),
                expires=expires,
                reason=spec.text("reason"),
                ticket=spec.text("ticket"),
            )


def patches(seen: Seen) -> Iterator[Patch]:
    """What is merged over what is rendered of the model."""
    said = (
        ((as_str(target.get("kind")), text(target.get("name")), as_str(patch.get("reason"))), environment_name(model))
        for model in seen.places
        for patch in map(as_object, as_list(as_object(model.data.get("deploy")).get("patches")))
        for target in (as_object(patch.get("target")),)
    )
    for (kind, name, reason), environments in seen.gathered(said):
        yield Patch(kind, name, reason, environments)


def unwatched(seen: Seen) -> Iterator[Unwatched]:
    """Objectives of the model that nothing measures."""
    said = (
        ((objective, as_str(reason)), environment_name(model))
        for model in seen.places
        for objective, reason in as_object(as_object(model.data.get("slo")).get("unwatched")).items()
    )
    for (objective, reason), environments in seen.gathered(said):
        yield Unwatched(objective, reason, environments)


def signals(model: ResolvedModel) -> Iterator[Signal]:
    """Signals of the model that are to be watched."""
    for said in map(as_object, as_list(model.data.get("monitoring"))):
        yield Signal(as_str(said.get("signal")), as_str(said.get("action")), watched="series" in said)


def retirement(model: ResolvedModel) -> Retirement | None:
    """The model's end."""
    said = as_object(model.data.get("retirement"))
    stops = day(said.get("date"))
    return Retirement(stops, text(said.get("successor"))) if stops else None
