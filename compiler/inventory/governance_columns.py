"""Reviews, validations, evidence, approvals, waivers and other governance data of a row."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.inventory.coerce import add_duration, optional_str, parse_date, str_tuple
from compiler.inventory.placements import ModelPlacements, environment_name
from compiler.inventory.row_parts import (
    Approval,
    Evidence,
    Patch,
    Retirement,
    Review,
    Signal,
    UnmeasuredObjective,
    Validation,
    Waiver,
)
from compiler.plan.records.approvals import check_approvals
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio


def review(governance: Object) -> Review | None:
    """The review: the next one is the last one plus the interval."""
    entry = as_object(governance.get("review"))
    if not entry:
        return None
    interval, last = as_str(entry["every"]), parse_date(entry.get("last"))
    return Review(interval, last, add_duration(last, interval) if last else None)


def validation(governance: Object) -> Validation | None:
    """The independent validation of the model."""
    entry = as_object(governance.get("validation"))
    completion_date = parse_date(entry.get("date"))
    if completion_date is None:
        return None
    return Validation(
        validated_by=as_str(entry.get("by")),
        date=completion_date,
        conclusion=as_str(entry.get("conclusion")),
        next=parse_date(entry.get("next")),
        report=optional_str(entry.get("report")),
    )


def evidence(governance: Object) -> Iterator[Evidence]:
    """Evidence that controls work."""
    for entry in map(as_object, as_list(governance.get("evidence"))):
        yield Evidence(
            control=as_str(entry.get("control")),
            uri=as_str(entry.get("uri")),
            date=parse_date(entry.get("date")),
            valid_until=parse_date(entry.get("validUntil")),
        )


def approvals(portfolio: Portfolio, model_placements: ModelPlacements) -> Iterator[Approval]:
    """The approvals of what runs, by environment."""
    for model in model_placements.models:
        for entry in map(as_object, check_approvals(portfolio, model)):
            approval_date = parse_date(entry.get("date"))
            if approval_date is not None:
                yield Approval(
                    environment=environment_name(model),
                    role=as_str(entry.get("role")),
                    team=as_str(entry.get("team")),
                    decision=as_str(entry.get("decision")),
                    date=approval_date,
                    expires=parse_date(entry.get("expires")),
                    ticket=optional_str(entry.get("ticket")),
                    valid=entry["valid"] is True,
                    invalid_reason=optional_str(entry.get("invalidReason")),
                )


def waivers(portfolio: Portfolio, model_placements: ModelPlacements) -> Iterator[Waiver]:
    """The waivers that apply to the model where it is deployed."""
    for spec in portfolio.by_kind("Waiver").values():
        exempt_models = [model for model in model_placements.models if waiver_applies(spec.data, model)]
        expires = parse_date(spec.data.get("expires"))
        if exempt_models and expires is not None:
            yield Waiver(
                name=spec.name,
                policies=str_tuple(spec.data.get("policies")),
                paths=str_tuple(spec.data.get("paths")),
                environments=tuple(filter(None, map(environment_name, exempt_models))),
                granted=parse_date(spec.data.get("granted")),
                expires=expires,
                reason=spec.text("reason"),
                ticket=spec.text("ticket"),
            )


def patches(model_placements: ModelPlacements) -> Iterator[Patch]:
    """The patches merged into rendered objects of the model."""
    entries = (
        (
            (as_str(target.get("kind")), optional_str(target.get("name")), as_str(patch.get("reason"))),
            environment_name(model),
        )
        for model in model_placements.models
        for patch in map(as_object, as_list(as_object(model.data.get("deploy")).get("patches")))
        for target in (as_object(patch.get("target")),)
    )
    for (kind, name, reason), environments in model_placements.group_environments(entries):
        yield Patch(kind, name, reason, environments)


def unmeasured_objectives(model_placements: ModelPlacements) -> Iterator[UnmeasuredObjective]:
    """The objectives of the model that nothing measures."""
    entries = (
        ((objective, as_str(reason)), environment_name(model))
        for model in model_placements.models
        for objective, reason in as_object(as_object(model.data.get("slo")).get("unmeasured")).items()
    )
    for (objective, reason), environments in model_placements.group_environments(entries):
        yield UnmeasuredObjective(objective, reason, environments)


def signals(model: ResolvedModel) -> Iterator[Signal]:
    """The monitoring signals of the model."""
    for entry in map(as_object, as_list(model.data.get("monitoring"))):
        yield Signal(as_str(entry.get("signal")), as_str(entry.get("action")), measured="series" in entry)


def retirement(model: ResolvedModel) -> Retirement | None:
    """The retirement of the model."""
    entry = as_object(model.data.get("retirement"))
    retirement_date = parse_date(entry.get("date"))
    return Retirement(retirement_date, optional_str(entry.get("successor"))) if retirement_date else None
