"""Approvals of what runs: each is a claim, which is compared with both digests."""

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
        "hasRole": "the team does not hold the role",
        "hasValidDates": "it ends before it begins",
        "runtimeMatches": "something else runs now (the runtime digest differs)",
        "governanceMatches": "what it was given for is another now (the governance digest differs)",
    }
)
"""Why an approval is invalid, by the check that fails."""


def check_approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """The model's approvals for its environment, in the author's order, each with the results of its checks.

    An approval is valid if it names the digests of what runs, its team has the role, and its dates are in order; otherwise it has a
    reason. Its expiry date is data and is not evaluated here.
    """
    return [check_approval(portfolio, model, approval) for _, approval in environment_approvals(model)]


def environment_approvals(model: ResolvedModel) -> Iterator[tuple[int, Object]]:
    """The approvals of the model for its environment, each with its index in the list."""
    if model.environment is None:
        return
    for index, approval in enumerate(map(as_object, as_list(model.data.get("approvals")))):
        if approval.get("environment") == model.environment.name:
            yield index, approval


def check_approval(portfolio: Portfolio, model: ResolvedModel, approval: Object) -> Object:
    """An approval with the results of its checks."""
    checks = {
        "runtimeMatches": approval.get("runtimeDigest") == model.runtime_digest,
        "governanceMatches": approval.get("governanceDigest") == model.governance_digest,
        "hasRole": approval.get("role") in _approver_roles(portfolio, approval),
        "hasValidDates": _has_valid_dates(approval),
    }
    invalid_reason: Object = next(
        ({"invalidReason": reason} for check, reason in _INVALID_REASONS.items() if not checks[check]), {}
    )
    return {**approval, **checks, **invalid_reason, "valid": not invalid_reason}


def valid_approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """The valid approvals: by a team with the role, for what runs."""
    return [
        approval
        for approval in map(as_object, check_approvals(portfolio, model))
        if approval["valid"] and approval.get("decision") == "approved"
    ]


def approval_findings(fleet: Fleet, model: ResolvedModel, as_of: date) -> Iterator[Finding]:
    """Findings about approvals of a deployed model that can never be valid: without the role, with dates out of order, or in the future."""
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
    """Findings about classifications of use cases with a date in the future."""
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
    """Whether its dates are in order, whatever today's date."""
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
