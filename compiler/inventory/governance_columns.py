"""Reviews, validations, evidence, approvals, waivers and other governance data of a row."""

from collections.abc import Iterator
from datetime import date

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
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import check_approvals
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import GovernanceData
from compiler.spec.portfolio import Portfolio


def review(governance: GovernanceData) -> Review | None:
    """The review: the next one is the last one plus the interval."""
    entry = governance.get("review")
    if not entry:
        return None
    interval, last = entry["interval"], parse_date(entry.get("last"))
    return Review(interval, last, add_duration(last, interval) if last else None)


def validation(governance: GovernanceData) -> Validation | None:
    """The independent validation of the model."""
    entry = governance.get("validation")
    if not entry:
        return None
    return Validation(
        validated_by=entry["validatedBy"],
        date=date.fromisoformat(entry["date"]),
        conclusion=entry["conclusion"],
        next=parse_date(entry.get("next")),
        report=optional_str(entry.get("report")),
    )


def evidence(governance: GovernanceData) -> Iterator[Evidence]:
    """Evidence that controls work."""
    for entry in governance.get("evidence", ()):
        yield Evidence(
            control=entry["control"],
            uri=entry["uri"],
            date=parse_date(entry.get("date")),
            valid_until=parse_date(entry.get("validUntil")),
        )


def approvals(portfolio: Portfolio, model_placements: ModelPlacements) -> Iterator[Approval]:
    """The approvals of what runs, by environment."""
    authority = ApprovalAuthority.of(portfolio)
    for model in model_placements.models:
        for approval in check_approvals(authority, model):
            entry = approval.data
            yield Approval(
                environment=environment_name(model),
                role=entry["role"],
                team=entry["team"],
                decision=entry["decision"],
                date=date.fromisoformat(entry["date"]),
                expires=parse_date(entry.get("expires")),
                ticket=optional_str(entry.get("ticket")),
                valid=approval.is_valid,
                invalid_reason=approval.reason,
            )


def waivers(portfolio: Portfolio, model_placements: ModelPlacements) -> Iterator[Waiver]:
    """The waivers that apply to the model where it is deployed."""
    for spec in portfolio.by_kind("Waiver").values():
        exempt_models = [model for model in model_placements.models if waiver_applies(spec.data, model)]
        if exempt_models:
            yield Waiver(
                name=spec.name,
                policies=str_tuple(spec.data.get("policies")),
                paths=str_tuple(spec.data.get("paths")),
                environments=tuple(filter(None, map(environment_name, exempt_models))),
                valid_from=parse_date(spec.data.get("validFrom")),
                expires=date.fromisoformat(spec.data["expires"]),
                reason=spec.data["reason"],
                ticket=spec.data["ticket"],
            )


def patches(model_placements: ModelPlacements) -> Iterator[Patch]:
    """The patches merged into rendered objects of the model."""
    entries = (
        (
            (target["kind"], optional_str(target.get("name")), patch["reason"]),
            environment_name(model),
        )
        for model in model_placements.models
        for patch in model.data.get("deploy", {}).get("patches", ())
        for target in (patch["target"],)
    )
    for (kind, name, reason), environments in model_placements.group_environments(entries):
        yield Patch(kind, name, reason, environments)


def unmeasured_objectives(model_placements: ModelPlacements) -> Iterator[UnmeasuredObjective]:
    """The objectives of the model that nothing measures."""
    entries = (
        ((objective, reason), environment_name(model))
        for model in model_placements.models
        for objective, reason in model.data.get("slo", {}).get("unmeasured", {}).items()
    )
    for (objective, reason), environments in model_placements.group_environments(entries):
        yield UnmeasuredObjective(objective, reason, environments)


def signals(model: ResolvedModel) -> Iterator[Signal]:
    """The monitoring signals of the model."""
    for entry in model.data.get("monitoring", ()):
        yield Signal(entry["signal"], entry["action"], optional_str(entry.get("response")), measured="series" in entry)


def retirement(model: ResolvedModel) -> Retirement | None:
    """The retirement of the model."""
    entry = model.data.get("retirement")
    return Retirement(date.fromisoformat(entry["date"]), optional_str(entry.get("successor"))) if entry else None
