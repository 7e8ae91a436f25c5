"""Approvals of what runs: each is a claim, which is compared with the digests that its role binds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Object, plain_data
from compiler.resolve.approval_authority import ApprovalAuthority, BoundDigests
from compiler.resolve.approver_roles import member_help, missing_role_help, missing_role_message
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.resolve.version_ranges import version_order
from compiler.spec.data_types import ApprovalData
from compiler.spec.portfolio import Portfolio, UseCaseSpec

_INVALID_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "hasRole": "the team does not have the role",
        "isMember": "the approver is not a member of the team",
        "hasValidDates": "it expires before its date",
        "runtimeMatches": "the deployment has changed since (the runtime digest differs)",
        "governanceMatches": "the governance of the model has changed since (the governance digest differs)",
    }
)
"""Why an approval is invalid, by the check that fails."""


DigestName = Literal["runtime", "governance"]
_MATCHES: Mapping[DigestName, str] = MappingProxyType({"runtime": "runtimeMatches", "governance": "governanceMatches"})
"""The check of each digest."""
_PERMANENT_CHECKS = ("hasRole", "isMember", "hasValidDates")
"""Checks whose results do not depend on what runs."""
ApprovalState = Literal["valid", "pending", "expired", "invalid"]
"""`pending`: valid once the release that it names runs; `invalid`: of other content, or never valid."""


@dataclass(frozen=True, slots=True)
class CheckedApproval:
    """An approval with what was checked of it; `reason` says why it does not hold."""

    data: ApprovalData
    binds: BoundDigests
    checks: Mapping[str, bool]
    reason: str | None
    is_of_later_release: bool = False

    @property
    def changed_digests(self) -> tuple[DigestName, ...]:
        """The digests that it binds and that differ from those of what runs."""
        return tuple(name for name in bound_names(self.binds) if not self.checks[_MATCHES[name]])

    @property
    def is_valid(self) -> bool:
        """Whether it counts for what runs."""
        return self.reason is None

    def reason_on(self, as_of: date) -> str | None:
        """Why it does not count on a day; `None` if it counts."""
        if self.reason is not None:
            return self.reason
        if self.data["date"] > as_of.isoformat():
            return f"it is dated {self.data['date']}, in the future"
        if self.data.get("expires", "9999") < as_of.isoformat():
            return f"it expired on {self.data['expires']}"
        return None

    def state_on(self, as_of: date) -> ApprovalState:
        """Its state on a day."""
        if self.is_of_later_release and all(self.checks[check] for check in _PERMANENT_CHECKS):
            return "pending"
        if self.reason is not None or self.data["date"] > as_of.isoformat():
            return "invalid"
        return "valid" if self.reason_on(as_of) is None else "expired"

    @property
    def json(self) -> Object:
        """The approval with its checks, as templates read it."""
        reason: Object = {} if self.reason is None else {"invalidReason": self.reason}
        return {**plain_data(self.data), "binds": self.binds, **self.checks, **reason, "valid": self.is_valid}


def check_approvals(
    authority: ApprovalAuthority, model: ResolvedModel, base: ResolvedModel | None = None
) -> list[CheckedApproval]:
    """The model's approvals for its environment, in the author's order, each with the results of its checks.

    An approval is valid if it names the digests of what runs that its role binds, its team has the role, its approver belongs to the
    team, and its dates are in order; otherwise it has a reason. Its expiry date is data and is not evaluated here.
    """
    return [check_approval(authority, model, approval, base) for _, approval in environment_approvals(model)]


def environment_approvals(model: ResolvedModel) -> Iterator[tuple[int, ApprovalData]]:
    """The approvals of the model for its environment, each with its index in the list."""
    if model.environment is None:
        return
    for index, approval in enumerate(model.data.get("approvals", ())):
        if approval["environment"] == model.environment.name:
            yield index, approval


def check_approval(
    authority: ApprovalAuthority, model: ResolvedModel, approval: ApprovalData, base: ResolvedModel | None = None
) -> CheckedApproval:
    """An approval with the results of its checks. It binds what it bound in the base of a change, too, such as at a higher tier."""
    checks = {
        "runtimeMatches": approval["runtimeDigest"] == model.runtime_digest,
        "governanceMatches": approval["governanceDigest"] == model.governance_digest,
        "hasRole": approval["role"] in authority.roles_of(approval["team"]),
        "isMember": is_member(authority, approval),
        "hasValidDates": _has_valid_dates(approval),
    }
    bindings = {authority.bound_digests(approval["role"], state) for state in (model, base) if state is not None}
    binds: BoundDigests = bindings.pop() if len(bindings) == 1 else "both"
    ignored_checks = {_MATCHES[name] for name in _MATCHES} - {_MATCHES[name] for name in bound_names(binds)}
    failed_checks = (check for check in _INVALID_REASONS if not checks[check] and check not in ignored_checks)
    reason = next((_INVALID_REASONS[check] for check in failed_checks), None)
    running = model.release.version if model.release else None
    approved = approval.get("release", running)
    if approved is None or approved == running:
        return CheckedApproval(approval, binds, checks, reason)
    other_release = f"it is for release {approved}, and {running or 'none'} runs"
    is_later = running is None or version_order(approved) > version_order(running)
    return CheckedApproval(approval, binds, checks, other_release, is_of_later_release=is_later)


def valid_approvals(authority: ApprovalAuthority, model: ResolvedModel) -> list[Object]:
    """The valid approvals: by a team with the role, for what runs."""
    return [
        approval.json
        for approval in check_approvals(authority, model)
        if approval.is_valid and approval.data["decision"] == "approved"
    ]


def approval_findings(
    fleet: Fleet, authority: ApprovalAuthority, model: ResolvedModel, as_of: date
) -> Iterator[Finding]:
    """Findings about approvals of a deployed model that can never be valid: without the role, with dates out of order, or in the future."""
    for index, approval in environment_approvals(model):
        if fleet.find("Team", approval["team"]) is not None:
            yield from _authority_findings(authority, model, index, approval)
        if not _has_valid_dates(approval):
            message = f"the approval expires on {approval['expires']}, before its `date`, {approval['date']}"
            help_ = "set `expires` to a later date, or correct `date`"
            yield _approval_finding(model, codes.APPROVAL_DATES, message, (index, "expires"), help_)
        elif approval["date"] > as_of.isoformat():
            message = f"the approval of {approval['team']} is dated in the future, {approval['date']}"
            help_ = f"write the date of the decision, {as_of.isoformat()} or earlier"
            yield _approval_finding(model, codes.DATE_IN_FUTURE, message, (index, "date"), help_)


def classification_findings(portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    """Findings about classifications of use cases with a date in the future."""
    for spec in portfolio.by_kind("UseCase").values():
        for regime, decision in spec.data.get("classification", {}).items():
            decision_date = decision.get("date", "")
            if decision_date > as_of.isoformat():
                yield _future_decision_finding(spec, regime, decision_date)


def _future_decision_finding(spec: UseCaseSpec, regime: str, decision_date: str) -> Finding:
    pointer = ("classification", regime, "date")
    message = f"{spec.name}: the decision is dated in the future, {decision_date}"
    location, subject = spec.document.location(pointer), Subject("UseCase", spec.name, None, pointer)
    return Finding(codes.DATE_IN_FUTURE, message, location, subject, codes.DATE_IN_FUTURE.remedy)


def _authority_findings(
    authority: ApprovalAuthority, model: ResolvedModel, index: int, approval: ApprovalData
) -> Iterator[Finding]:
    """Findings about an approval by a team without the role, or by a person of another team."""
    team, role, roles = approval["team"], approval["role"], authority.roles_of(approval["team"])
    if role not in roles:
        message, help_ = missing_role_message(team, role, roles), missing_role_help(authority, team, role)
        yield _approval_finding(model, codes.APPROVAL_WITHOUT_ROLE, message, (index, "role"), help_)
    elif not is_member(authority, approval):
        names = [member["name"] for member in authority.members_of(team)]
        message = f"`{approval.get('approver')}` is not a member of the team `{team}`"
        help_ = member_help(authority, team, approval.get("approver", ""), names)
        yield _approval_finding(model, codes.APPROVAL_WITHOUT_ROLE, message, (index, "approver"), help_)


def is_member(authority: ApprovalAuthority, approval: ApprovalData) -> bool:
    """Whether the person who approved is a member of the team; true for an approval that names none."""
    approver = approval.get("approver")
    return approver is None or any(member["name"] == approver for member in authority.members_of(approval["team"]))


def bound_names(binds: BoundDigests) -> tuple[DigestName, ...]:
    """The digests that an approval binds."""
    return ("runtime", "governance") if binds == "both" else (binds,)


def _has_valid_dates(approval: ApprovalData) -> bool:
    """Whether its dates are in order, whatever today's date."""
    return "expires" not in approval or approval["expires"] >= approval["date"]


def _approval_finding(model: ResolvedModel, code: Code, message: str, field: tuple[int, str], help_: str) -> Finding:
    pointer = ("approvals", *field)
    name = model.environment.name if model.environment else None
    return Finding(
        code,
        f"{model.name}: {message}",
        model.location(pointer),
        Subject("Model", model.name, name, pointer),
        help_,
    )
