"""Who agreed to what runs, and whether that is still what runs: claims, each held against both digests."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec

_INVALID_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "roleIsHeld": "the team does not hold the role",
        "datesInOrder": "it ends before it begins",
        "sameRuntime": "something else runs now (the runtime digest differs)",
        "sameGovernance": "what it was given for is another now (the governance digest differs)",
    }
)
"""What keeps an approval from counting, by the check that it does not pass."""


def check_approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """What the model says of approvals for the environment that it is in, in the author's order.

    `holds`: it names the content that runs, the team holds the role, and it does not end before it begins; `because` says which of
    these it is not. When it ends is data, and judged by nobody here.
    """
    return [check_approval(portfolio, model, approval) for _, approval in environment_approvals(model)]


def environment_approvals(model: ResolvedModel) -> Iterator[tuple[int, Object]]:
    """The approvals of the model for the Environment that it is in, each with its index in the list."""
    if model.environment is None:
        return
    for index, approval in enumerate(map(as_object, as_list(model.data.get("approvals")))):
        if approval.get("environment") == model.environment.name:
            yield index, approval


def check_approval(portfolio: Portfolio, model: ResolvedModel, approval: Object) -> Object:
    """An approval with what was checked of it."""
    checks = {
        "sameRuntime": approval.get("runtimeDigest") == model.runtime_digest,
        "sameGovernance": approval.get("governanceDigest") == model.governance_digest,
        "roleIsHeld": approval.get("role") in _approver_roles(portfolio, approval),
        "datesInOrder": _has_valid_dates(approval),
    }
    invalid_reason: Object = next(
        ({"because": reason} for check, reason in _INVALID_REASONS.items() if not checks[check]), {}
    )
    return {**approval, **checks, **invalid_reason, "holds": not invalid_reason}


def valid_approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """The approvals that count: what somebody who may agreed to, and what still runs."""
    return [
        approval
        for approval in map(as_object, check_approvals(portfolio, model))
        if approval["holds"] and approval.get("decision") == "approved"
    ]


def approval_findings(fleet: Fleet, model: ResolvedModel, as_of: date) -> Iterator[Finding]:
    """Approvals of a model where it runs that cannot count: of a team without the role, for no day, or on a day to come."""
    for index, approval in environment_approvals(model):
        if fleet.find("Team", as_str(approval["team"])) is not None:
            roles = _approver_roles(fleet.portfolio, approval)
            if approval["role"] not in roles:
                role_list = ", ".join(f"`{role}`" for role in roles) or "none"
                message = f"{approval['team']} does not approve as `{approval['role']}`; its roles: {role_list}"
                yield _approval_finding(model, codes.APPROVAL_WITHOUT_ROLE, message, index, "role")
        if not _has_valid_dates(approval):
            message = f"the approval of {approval['date']} ends before it begins, on {approval['expires']}"
            yield _approval_finding(model, codes.APPROVAL_DATES, message, index, "expires")
        elif as_str(approval["date"]) > as_of.isoformat():
            message = f"nobody has agreed yet on a day to come: {approval['date']}"
            yield _approval_finding(model, codes.DATE_IN_FUTURE, message, index, "date")


def classification_findings(portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    """Classes of use cases that were decided on a day to come."""
    for spec in portfolio.by_kind("UseCase").values():
        for regime, decision in as_object(spec.data.get("classification")).items():
            decision_date = as_str(as_object(decision).get("date"))
            if decision_date > as_of.isoformat():
                yield _future_decision_finding(spec, regime, decision_date)


def _future_decision_finding(spec: Spec, regime: str, decision_date: str) -> Finding:
    pointer = ("classification", regime, "date")
    message = f"{spec.name}: nobody has decided yet on a day to come: {decision_date}"
    location, subject = spec.document.location(pointer), Subject("UseCase", spec.name, None, pointer)
    return Finding(codes.DATE_IN_FUTURE, message, location, subject, codes.DATE_IN_FUTURE.remedy)


def _approver_roles(portfolio: Portfolio, approval: Object) -> tuple[Json, ...]:
    team = portfolio.by_kind("Team").get(as_str(approval.get("team")))
    return tuple(as_list(team.data.get("approves"))) if team else ()


def _has_valid_dates(approval: Object) -> bool:
    """Whether it does not end before it begins: by dates of the spec alone, and no day of today."""
    return "expires" not in approval or as_str(approval["expires"]) >= as_str(approval.get("date"))


def _approval_finding(model: ResolvedModel, code: Code, message: str, index: int, field: str) -> Finding:
    pointer = ("approvals", index, field)
    name = model.environment.name if model.environment else None
    return Finding(
        code,
        f"{model.name}: {message}",
        model.location(pointer),
        Subject("Model", model.name, name, pointer),
        code.remedy,
    )
