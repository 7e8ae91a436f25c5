"""The approvals that the project's rules require of a deployed model, and what is missing of them on a day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Enforcement, Finding, Subject
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approval_evidence import Evidence, EvidenceChecker, EvidenceKind
from compiler.resolve.approvals import CheckedApproval, check_approval, check_approvals, environment_approvals
from compiler.resolve.approver_roles import approvers_help
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import matches_environment, matches_selector
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ApprovalData, ApprovalRuleData

_PROVEN_TIERS = frozenset({"high", "critical"})
"""The tiers of which approvals for production need evidence by default."""
_STRENGTHS: tuple[EvidenceKind, ...] = ("claim", "review", "signature")
"""The kinds of evidence, from the weakest."""
_TWO = 2
"""The approvers that `fourEyes` requires."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """An approval that is missing on a day; `role` is empty if approvers are missing."""

    message: str
    role: str
    help: str
    is_mandatory: bool
    entry: int | None = None
    """The index of the approval that lacks evidence, if it is for what does not run."""


@dataclass(frozen=True, slots=True)
class RequiredApprovals:
    """What the rules of a revision require of a model in its environment."""

    fleet: Fleet
    authority: ApprovalAuthority
    model: ResolvedModel
    evidence: EvidenceChecker
    base: tuple[Fleet, ResolvedModel] | None = None
    """The base of the change and the model in its environment there: a change that lowers the tier or the stage of a model, or
    replaces its owner, is judged by those of the base, too.
    """

    def missing_on(self, as_of: date) -> Iterator[Requirement]:
        """What is missing on a day."""
        if self.model.environment is None:
            return
        rules = [rule for rule in self.authority.rules if self._applies(rule)]
        approvals = check_approvals(self.authority, self.model, self._base_model) if rules else []
        for rule in rules:
            is_mandatory = rule.get("mandatoryFrom", "") <= as_of.isoformat()
            for role in rule["roles"]:
                if message := self._missing_role(rule, role, approvals, as_of):
                    yield Requirement(message, role, self._help(role), is_mandatory)
            if rule.get("fourEyes") and (message := self._missing_eyes(rule, approvals, as_of)):
                yield Requirement(message, "", approvers_help(self.authority, rule["roles"]), is_mandatory)

    def unproven_entries(self, as_of: date) -> Iterator[Requirement]:
        """The approvals without evidence of what does not run yet, which a later change would find in its base."""
        name = self.model.environment.name if self.model.environment else None
        is_deployed = name in self.fleet.environments_of(self.model.name)
        for index, data in environment_approvals(self.model) if self.evidence.base else ():
            state = check_approval(self.authority, self.model, data, self._base_model).state_on(as_of)
            is_judged = state == "valid" and is_deployed
            is_past = state not in {"valid", "pending"} and self._is_known(data)
            if data["decision"] == "approved" and not is_judged and not is_past:
                yield from self._unproven_entry(index, data, as_of)

    def _unproven_entry(self, index: int, approval: ApprovalData, as_of: date) -> Iterator[Requirement]:
        """What an approval lacks by the first rule that demands evidence of it."""
        role = approval["role"]
        for rule in (rule for rule in self.authority.rules if role in rule["roles"] and self._applies(rule)):
            if problem := self._evidence(rule, approval).problem:
                message = f"the approval of `{approval['team']}` as `{role}` is a claim without evidence: {problem}"
                help_ = "sign it with `modelyard approve --sign`, or get a review of the change by a member of the team"
                yield Requirement(message, role, help_, rule.get("mandatoryFrom", "") <= as_of.isoformat(), index)
                return

    def _is_known(self, approval: ApprovalData) -> bool:
        """Whether the base has the entry, under a previous name of the model, too."""
        names = (self.model.name, *self.model.data.get("previousNames", ()))
        return any(self.evidence.is_in_base(name, approval) for name in names)

    @property
    def _states(self) -> tuple[tuple[Fleet, ResolvedModel], ...]:
        """The model with its fleet, and that of the base if there is one."""
        return ((self.fleet, self.model), *((self.base,) if self.base else ()))

    @property
    def _base_model(self) -> ResolvedModel | None:
        return self.base[1] if self.base else None

    def _applies(self, rule: ApprovalRuleData) -> bool:
        return any(_applies_to(rule, fleet, model) for fleet, model in self._states)

    def _demanded(self, rule: ApprovalRuleData) -> EvidenceKind:
        """The evidence that a rule demands: the strongest of the model and of the base."""
        defaults = (_default_evidence(model) for _, model in self._states)
        return rule.get("evidence", max(defaults, key=_STRENGTHS.index))

    def _evidence(self, rule: ApprovalRuleData, approval: ApprovalData) -> Evidence:
        """The evidence of an approval that a rule demands."""
        is_demanded_in_base = (
            self.base is not None
            and _applies_to(rule, *self.base)
            and (rule.get("evidence", _default_evidence(self.base[1])) != "claim")
        )
        return self.evidence.evidence(
            self.model.name, approval, self._demanded(rule), base_demanded_evidence=is_demanded_in_base
        )

    def _proven(
        self, rule: ApprovalRuleData, decisions: Sequence[CheckedApproval]
    ) -> tuple[list[CheckedApproval], str]:
        """The decisions with the demanded evidence, by the person who gave it, and what the last of the others lacks."""
        proven, problem = list[CheckedApproval](), ""
        for decision in decisions:
            evidence = self._evidence(rule, decision.data)
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
        for rejection in self._rejections(rule, role, approvals, as_of):
            return f"`{rejection.data['team']}` rejected it as `{role}` on {rejection.data['date']}"
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

    def _rejections(
        self, rule: ApprovalRuleData, role: str, approvals: Sequence[CheckedApproval], as_of: date
    ) -> list[CheckedApproval]:
        """The rejections in a role that count: only an approval with the demanded evidence by the same approver withdraws one."""
        rejections: dict[tuple[str, str, str | None], CheckedApproval] = {}
        for decision in (*self._removed_rejections(), *approvals):
            if decision.data["role"] != role or decision.reason_on(as_of) is not None:
                continue
            if decision.data["decision"] == "rejected":
                rejections[_approver_key(decision)] = decision
            elif _approver_key(decision) in rejections and self._proven(rule, [decision])[0]:
                del rejections[_approver_key(decision)]
        return list(rejections.values())

    def _removed_rejections(self) -> Iterator[CheckedApproval]:
        """The rejections of the base that the change removes or edits."""
        kept = [approval for _, approval in environment_approvals(self.model)]
        for _, approval in environment_approvals(self.base[1]) if self.base else ():
            if approval["decision"] == "rejected" and approval not in kept:
                yield check_approval(self.authority, self.model, approval, self._base_model)

    def _missing_eyes(self, rule: ApprovalRuleData, approvals: Sequence[CheckedApproval], as_of: date) -> str | None:
        """Whether fewer than two approvers count that are independent of the model."""
        decisions = last_decisions([one for one in approvals if one.data["role"] in rule["roles"]], as_of)
        owner = self.model.data["owner"]
        own_teams = {team for _, model in self._states for team in _own_teams(model)}
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


def unproven_approval_findings(required: RequiredApprovals, as_of: date) -> Iterator[Finding]:
    """Findings about approvals that a change adds, without evidence, for what does not run yet."""
    for entry in required.unproven_entries(as_of):
        yield _finding(required.model, entry, None)


def last_decisions(approvals: Sequence[CheckedApproval], as_of: date) -> list[CheckedApproval]:
    """The decisions that count on a day: of each approver in each role the last one."""
    decisions = {_approver_key(approval): approval for approval in approvals if approval.reason_on(as_of) is None}
    return list(decisions.values())


def _approver_key(approval: CheckedApproval) -> tuple[str, str, str | None]:
    """Who decides, and in which role."""
    return approval.data["team"], approval.data["role"], approval.data.get("approver")


def _applies_to(rule: ApprovalRuleData, fleet: Fleet, model: ResolvedModel) -> bool:
    """Whether a rule is about a model in its environment."""
    environment, data = model.environment, model.data
    use_case = fleet.find("UseCase", data["useCase"]) if "useCase" in data else None
    return matches_environment(rule.get("environments"), environment.data if environment else None) and (
        matches_selector(rule.get("match", {}), data, use_case.data if use_case else None)
    )


def _default_evidence(model: ResolvedModel) -> EvidenceKind:
    """The evidence that approvals of a model need unless the rule states one."""
    tier = model.data.get("governance", {}).get("risk", {}).get("tier")
    is_production = model.environment is not None and model.environment.data["stage"] == "prod"
    return "review" if is_production and tier in _PROVEN_TIERS else "claim"


def _own_teams(model: ResolvedModel) -> Iterator[str]:
    """The owner and the developer of a model."""
    yield model.data["owner"]
    developer = model.data.get("governance", {}).get("developer")
    if developer is not None:
        yield developer


def distinct_approvers(approvals: Sequence[CheckedApproval]) -> list[str]:
    """The people, and the teams that name nobody. The same name is one person, whatever the team."""
    people = {f"`{approval.data['approver']}`": None for approval in approvals if "approver" in approval.data}
    named_teams = {approval.data["team"] for approval in approvals if "approver" in approval.data}
    teams = {f"`{approval.data['team']}`": None for approval in approvals if approval.data["team"] not in named_teams}
    return [*people, *teams]


def _finding(model: ResolvedModel, entry: Requirement, base_day: date | None) -> Finding:
    name = model.environment.name if model.environment else ""
    pointer: tuple[str | int, ...] = ("environments", name, "release")
    if entry.entry is not None:
        pointer = ("approvals", entry.entry)
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
