"""Waivers: which models they may cover, and whether they are valid and used."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import format_path
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.policy.enforcement import EXPIRY_NOTICE
from compiler.policy.policy_definition import Policy, pack_of
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.policy_usage import PolicyUsage, UsageRecorder, WaiverRejection, WaiverUse
from compiler.policy.waiver_scope import WaiverScope, path_covers
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approver_roles import approvers_help, missing_role_help, missing_role_message
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import WaiverApprovalData
from compiler.spec.portfolio import Portfolio


@dataclass
class Waivers:
    """Every waiver of a fleet."""

    fleet: Fleet
    library: PolicyLibrary
    as_of: date
    policy_portfolio: Portfolio
    authority: ApprovalAuthority

    def __post_init__(self) -> None:
        self.waivers = tuple(map(WaiverScope, self.policy_portfolio.by_kind("Waiver").values()))

    def applicable_waivers(
        self, model: ResolvedModel, policy: Policy, recorder: UsageRecorder
    ) -> tuple[WaiverScope, ...]:
        """The valid waivers that apply to a policy for a model; `recorder` receives those that the policy forbids."""
        candidates = [
            waiver
            for waiver in self.waivers
            if waiver.applies_to_policy(policy) and waiver_applies(waiver.spec.data, model)
        ]
        return tuple(waiver for waiver in candidates if not self._is_rejected_for(waiver, policy, model, recorder))

    def findings(self, usage: PolicyUsage) -> Iterator[Finding]:
        """Findings about waivers, once all models are evaluated."""
        rejections = sorted(usage.waiver_rejections, key=lambda rejection: (rejection.model, rejection.waiver))
        rejected_names = {rejection.waiver for rejection in rejections}
        reported_names: set[str] = set()
        for waiver in self.waivers:
            yield from self._unknown_policy_findings(waiver)
            yield from self._unknown_environment_findings(waiver)
            for finding in self._approval_findings(waiver):
                reported_names.add(waiver.spec.name)
                yield finding
        yield from (rejection.finding for rejection in rejections if rejection.waiver not in reported_names)
        for waiver in self.waivers:
            if waiver.granted_on is not None and waiver.granted_on > waiver.expires:
                message = f"it expires on {waiver.expires}, before `validFrom`, {waiver.granted_on}"
                help_ = "set `expires` to a later date, or correct `validFrom`"
                yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "expires", help_=help_)
            elif waiver.expires < self.as_of:
                yield _waiver_finding(
                    waiver, codes.WAIVER_EXPIRED, f"it expired on {waiver.expires.isoformat()}", "expires"
                )
            elif waiver.granted_on is not None and waiver.granted_on > self.as_of:
                message = f"it has no effect before {waiver.granted_on.isoformat()}, the date in `validFrom`"
                help_ = "set `validFrom` to today or an earlier date, if the waiver applies already"
                yield _waiver_finding(waiver, codes.UNUSED_WAIVER, message, "validFrom", help_=help_)
            elif waiver.spec.name not in rejected_names and waiver.expires - self.as_of <= EXPIRY_NOTICE:
                days = (waiver.expires - self.as_of).days
                when_text = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
                yield _waiver_finding(waiver, codes.WAIVER_EXPIRES_SOON, f"it expires {when_text}", "expires")

    def unused_findings(self, usage: PolicyUsage, is_evaluated: Callable[[str], bool]) -> Iterator[Finding]:
        """Active waivers that cover no violation, or fewer than they name, once all evaluated policies are known."""
        rejected_names = {rejection.waiver for rejection in usage.waiver_rejections}
        uses_by_waiver: dict[str, list[WaiverUse]] = {}
        for use in usage.waiver_uses:
            uses_by_waiver.setdefault(use.waiver, []).append(use)
        for waiver in self.waivers:
            can_be_checked = any(map(self.library.policies_named, waiver.policies)) and all(
                map(is_evaluated, waiver.policies)
            )
            if can_be_checked and waiver.is_active(self.as_of) and waiver.spec.name not in rejected_names:
                yield from self._unused_scope_findings(waiver, uses_by_waiver.get(waiver.spec.name, ()))

    def _unknown_policy_findings(self, waiver: WaiverScope) -> Iterator[Finding]:
        for index, name in enumerate(waiver.policies):
            if not self.library.policies_named(name):
                pointer = ("policies", index)
                subject = Subject("Waiver", waiver.spec.name, None, pointer)
                yield self.library.unknown_name_finding(name, waiver.spec.document.location(pointer), subject)

    def _unknown_environment_findings(self, waiver: WaiverScope) -> Iterator[Finding]:
        """Unknown environments and stages."""
        known_names = (*self.fleet.portfolio.by_kind("Environment"), *ALL_STAGES)
        for index, name in enumerate(waiver.spec.data.get("environments", ())):
            if name not in known_names:
                message = f"there is no Environment or stage `{name}`"
                suggestion = closest_match(name, known_names)
                help_ = f"did you mean `{suggestion}`?" if suggestion else f"use {quote_list(known_names)}"
                yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "environments", index, help_=help_)

    def _approval_findings(self, waiver: WaiverScope) -> Iterator[Finding]:
        """Approvals by teams without the required role."""
        for index, approval in enumerate(waiver.spec.data["approvedBy"]):
            team = self.fleet.find("Team", approval["team"])
            roles = self.authority.roles_of(approval["team"])
            if team is not None and approval["role"] not in roles:
                message = missing_role_message(team.name, approval["role"], roles)
                help_ = missing_role_help(self.authority, team.name, approval["role"])
                yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "approvedBy", index, "role", help_=help_)
            if self._is_in_future(approval):
                message = f"the approval of {approval['team']} is dated in the future, {approval['date']}"
                help_ = f"write the date of the decision, {self.as_of.isoformat()} or earlier"
                yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "approvedBy", index, "date", help_=help_)

    def _is_in_future(self, approval: WaiverApprovalData) -> bool:
        return approval.get("date", "") > self.as_of.isoformat()

    def _unused_scope_findings(self, waiver: WaiverScope, uses: Sequence[WaiverUse]) -> Iterator[Finding]:
        names = waiver.spec.data["models"].get("names", ())
        waived_models = {use.model for use in uses}
        for index, name in enumerate(names):
            if name not in waived_models:
                message = f"{name} violates none of the waived policies"
                yield _waiver_finding(waiver, codes.UNUSED_WAIVER, message, "models", "names", index)
        if not uses:
            if not names:
                yield _waiver_finding(waiver, codes.UNUSED_WAIVER, "no model violates the waived policies", "name")
            return
        for index, policy in enumerate(waiver.policies):
            if self.library.policies_named(policy) and not any(
                policy in {use.policy, pack_of(use.policy)} for use in uses
            ):
                message = f"none of its models violates {policy}"
                yield _waiver_finding(waiver, codes.UNUSED_WAIVER, message, "policies", index)
        for index, path in enumerate(waiver.paths):
            if not any(path_covers(path, use.value_pointers) for use in uses):
                message = f"no policy is violated at {format_path(path)}"
                yield _waiver_finding(waiver, codes.UNUSED_WAIVER, message, "paths", index)

    def _is_rejected_for(
        self, waiver: WaiverScope, policy: Policy, model: ResolvedModel, recorder: UsageRecorder
    ) -> bool:
        """Whether the policy forbids the waiver for the model; reported once."""
        finding = next(self._rejection_findings(waiver, policy, model), None)
        if finding is not None:
            pointer = finding.subject.pointer if finding.subject else ()
            recorder.record_rejection(WaiverRejection(waiver.spec.name, pointer, model.name, finding))
        return finding is not None

    def _valid_approvals(self, waiver: WaiverScope) -> list[WaiverApprovalData]:
        """The approvals up to today by teams that have the role in which they approved."""
        approvals = []
        for approval in waiver.spec.data["approvedBy"]:
            has_role = approval.get("role") in self.authority.roles_of(approval["team"])
            if has_role and not self._is_in_future(approval):
                approvals.append(approval)
        return approvals

    def _rejection_findings(self, waiver: WaiverScope, policy: Policy, model: ResolvedModel) -> Iterator[Finding]:
        waiver_rules = policy.waiver_rules
        if waiver_rules.get("allowed") is False:
            index = next(index for index, name in enumerate(waiver.policies) if name in {policy.id, policy.pack})
            message, help_ = f"{policy.id} cannot be waived", "remove it from `policies`, and fix what violates it"
            yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "policies", index, help_=help_)
        roles = waiver_rules.get("roles", ())
        approvals = [
            approval for approval in self._valid_approvals(waiver) if not roles or approval.get("role") in roles
        ]
        owner = model.data.get("owner")
        if not approvals:
            role_phrase = f"the role {quote_list(roles)}" if roles else "a role"
            message = f"a waiver of {policy.id} requires an approval by a team with {role_phrase}, and has none"
            help_ = (
                approvers_help(self.authority, roles)
                if roles
                else "approve with a `role` that the team lists under `approvalRoles`"
            )
            yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "approvedBy", help_=help_)
        elif waiver_rules.get("independentApprover") and all(approval.get("team") == owner for approval in approvals):
            message = (
                f"a waiver of {policy.id} requires an approval by another team than {owner}, which owns {model.name}"
            )
            help_ = "get the approval of another team with the role"
            yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "approvedBy", help_=help_)
        days = waiver_rules.get("maxDays")
        if days is not None:
            yield from _duration_findings(waiver, policy, days)


def _duration_findings(waiver: WaiverScope, policy: Policy, days: int) -> Iterator[Finding]:
    granted_on, limit = waiver.granted_on, f"a waiver of {policy.id} lasts at most {days} days"
    if granted_on is None:
        message = f"{limit}, and it has no first day"
        help_ = "add `validFrom` with the date of the approval"
        yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "expires", help_=help_)
    elif (waiver.expires - granted_on).days > days:
        message = f"{limit}, and this one lasts {(waiver.expires - granted_on).days}"
        help_ = f"set `expires` to {(granted_on + timedelta(days)).isoformat()} or earlier"
        yield _waiver_finding(waiver, codes.BAD_WAIVER, message, "expires", help_=help_)


def _waiver_finding(
    waiver: WaiverScope, code: Code, message: str, *pointer: str | int, help_: str | None = None
) -> Finding:
    location, subject = waiver.spec.document.location(pointer), Subject("Waiver", waiver.spec.name, None, pointer)
    return Finding(code, f"{waiver.spec.name}: {message}", location, subject, help_ or code.remedy)
