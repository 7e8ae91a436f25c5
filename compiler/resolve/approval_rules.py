"""The approvals that the project's rules require of a deployed model, and what is missing of them on a day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Enforcement, Finding, Subject
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approval_evidence import EvidenceChecker, EvidenceKind
from compiler.resolve.approvals import CheckedApproval, check_approvals
from compiler.resolve.approver_roles import approvers_help
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import matches_environment, matches_selector
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ApprovalData, ApprovalRuleData

_PROVEN_TIERS = frozenset({"high", "critical"})
"""The tiers of which approvals for production need evidence by default."""
_TWO = 2
"""The approvers that `fourEyes` requires."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """An approval that is missing on a day; `role` is empty if approvers are missing."""

    message: str
    role: str
    help: str
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class RequiredApprovals:
    """What the rules of a revision require of a model in its environment."""

    fleet: Fleet
    authority: ApprovalAuthority
    model: ResolvedModel
    evidence: EvidenceChecker

    def missing_on(self, as_of: date) -> Iterator[Requirement]:
        """What is missing on a day."""
        if self.model.environment is None:
            return
        rules = [rule for rule in self.authority.rules if self._applies(rule)]
        approvals = check_approvals(self.authority, self.model) if rules else []
        for rule in rules:
            is_mandatory = rule.get("mandatoryFrom", "") <= as_of.isoformat()
            for role in rule["roles"]:
                if message := self._missing_role(rule, role, approvals, as_of):
                    yield Requirement(message, role, self._help(role), is_mandatory)
            if rule.get("fourEyes") and (message := self._missing_eyes(rule, approvals, as_of)):
                yield Requirement(message, "", approvers_help(self.authority, rule["roles"]), is_mandatory)

    def _applies(self, rule: ApprovalRuleData) -> bool:
        environment, data = self.model.environment, self.model.data
        use_case = self.fleet.find("UseCase", data["useCase"]) if "useCase" in data else None
        return matches_environment(rule.get("environments"), environment.data if environment else None) and (
            matches_selector(rule.get("match", {}), data, use_case.data if use_case else None)
        )

    def _demanded(self, rule: ApprovalRuleData) -> EvidenceKind:
        """The evidence that a rule demands."""
        tier = self.model.data.get("governance", {}).get("risk", {}).get("tier")
        is_production = self.model.environment is not None and self.model.environment.data["stage"] == "prod"
        default: EvidenceKind = "review" if is_production and tier in _PROVEN_TIERS else "claim"
        return rule.get("evidence", default)

    def _proven(
        self, rule: ApprovalRuleData, decisions: Sequence[CheckedApproval]
    ) -> tuple[list[CheckedApproval], str]:
        """The decisions with the demanded evidence, by the person who gave it, and what the last of the others lacks."""
        demanded, proven, problem = self._demanded(rule), list[CheckedApproval](), ""
        for decision in decisions:
            evidence = self.evidence.evidence(self.model.name, decision.data, demanded)
            if evidence.problem:
                problem = evidence.problem
            elif evidence.person is None:
                proven.append(decision)
            else:
                data: ApprovalData = {**decision.data, "approver": evidence.person}
                proven.append(replace(decision, data=data))
        return proven, problem

    def _missing_role(
        self, rule: ApprovalRuleData, role: str, approvals: Sequence[CheckedApproval], as_of: date
    ) -> str | None:
        """What is missing in a role: an approval that counts, or the withdrawal of a rejection."""
        decisions = last_decisions([approval for approval in approvals if approval.data["role"] == role], as_of)
        for decision in decisions:
            if decision.data["decision"] == "rejected":
                return f"`{decision.data['team']}` rejected it as `{role}` on {decision.data['date']}"
        if decisions:
            proven, problem = self._proven(rule, decisions)
            return (
                None
                if proven
                else f"the approval of `{decisions[-1].data['team']}` as `{role}` is a claim without evidence: {problem}"
            )
        others = [approval for approval in approvals if approval.data["role"] == role]
        reason = (
            f": that of `{others[-1].data['team']}` does not count, {others[-1].reason_on(as_of)}" if others else ""
        )
        return f"an approval as `{role}` is required{reason}"

    def _missing_eyes(self, rule: ApprovalRuleData, approvals: Sequence[CheckedApproval], as_of: date) -> str | None:
        """Whether fewer than two approvers count that are independent of the model."""
        decisions = last_decisions([one for one in approvals if one.data["role"] in rule["roles"]], as_of)
        owner = self.model.data["owner"]
        own_teams = {owner, self.model.data.get("governance", {}).get("developer")}
        approved = [
            one for one in decisions if one.data["decision"] == "approved" and one.data["team"] not in own_teams
        ]
        approvers = distinct_approvers(self._proven(rule, approved)[0])
        if len(approvers) >= _TWO:
            return None
        count = f"only {approvers[0]} did" if approvers else "none did"
        return f"two teams or people other than the owner, `{owner}`, must approve, and {count}"

    def _help(self, role: str) -> str:
        environment = self.model.environment.name if self.model.environment else ""
        release = f" --release {self.model.release.version}" if self.model.release else ""
        command = f"modelyard approve {self.model.name} --env {environment}{release}"
        return f"{approvers_help(self.authority, (role,))}, and record it with `{command} --role {role} --team TEAM`"


def required_approval_findings(
    required: RequiredApprovals, as_of: date, base_day: date | None, is_changed: Callable[[], bool]
) -> Iterator[Finding]:
    """Findings about missing approvals. What was complete on the day of the base is advisory for a model that did not change since."""
    missing = tuple(required.missing_on(as_of))
    if not missing:
        return
    known = None if base_day is None or is_changed() else set(required.missing_on(base_day))
    known_roles = {entry.role for entry in known or () if entry.is_mandatory}
    for entry in missing:
        is_new_by_date = known is not None and entry.role not in known_roles
        yield _finding(required.model, entry, base_day if is_new_by_date and entry.is_mandatory else None)


def last_decisions(approvals: Sequence[CheckedApproval], as_of: date) -> list[CheckedApproval]:
    """The decisions that count on a day: of each approver in each role the last one."""
    decisions = {
        (approval.data["team"], approval.data["role"], approval.data.get("approver")): approval
        for approval in approvals
        if approval.reason_on(as_of) is None
    }
    return list(decisions.values())


def distinct_approvers(approvals: Sequence[CheckedApproval]) -> list[str]:
    """The people, and the teams that name nobody. The same name is one person, whatever the team."""
    people = {f"`{approval.data['approver']}`": None for approval in approvals if "approver" in approval.data}
    named_teams = {approval.data["team"] for approval in approvals if "approver" in approval.data}
    teams = {f"`{approval.data['team']}`": None for approval in approvals if approval.data["team"] not in named_teams}
    return [*people, *teams]


def _finding(model: ResolvedModel, entry: Requirement, base_day: date | None) -> Finding:
    name = model.environment.name if model.environment else ""
    pointer = ("environments", name, "release")
    code = codes.APPROVAL_REQUIRED
    reason = None
    if base_day is not None:
        reason = f"advisory here: the model has not changed since {base_day.isoformat()}; the approval ceased to count by date"
    if base_day is not None or not entry.is_mandatory:
        code = replace(code, enforcement=Enforcement.ADVISORY)
    return Finding(
        code,
        f"{model.name} in {name}: {entry.message}",
        model.spec.document.location(pointer),
        Subject("Model", model.name, name, pointer),
        entry.help,
        status_reason=reason,
        rule=f"approval {entry.role}",
    )
