"""Waivers as they are granted: whom they may except, and whether they still do."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str, dotted
from compiler.policy.enforcement import SOON
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_library import Library
from compiler.policy.waiver_scope import Grant, Spelled, reaches
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.match_selectors import waives
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class _Use:
    """A model that a grant excepted, from which policy, at which value."""

    model: str
    policy: Policy
    value: Spelled


@dataclass
class Waivers:
    """Every waiver of a fleet; remembers which models it excepted from what."""

    fleet: Fleet
    library: Library
    as_of: date
    laws: Portfolio
    _used: dict[str, list[_Use]] = field(default_factory=lambda: defaultdict(list))
    _refused: dict[tuple[str, Pointer], Finding] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.grants = tuple(map(Grant, self.laws.of("Waiver").values()))

    def of(self, model: ResolvedModel, policy: Policy) -> tuple[Grant, ...]:
        """The grants that speak of a policy for a model, and may."""
        named = [grant for grant in self.grants if grant.names(policy) and waives(grant.spec.data, model)]
        return tuple(grant for grant in named if not self._refusals(grant, policy, model))

    def used(self, grant: Grant, model: ResolvedModel, policy: Policy, value: Spelled) -> None:
        """Remember that a grant excepted a model from a policy at a value."""
        self._used[grant.spec.name].append(_Use(model.name, policy, value))

    def findings(self) -> Iterator[Finding]:
        """What is wrong with waivers, once every model was judged."""
        claimed: set[str] = set()
        for grant in self.grants:
            yield from self._names(grant)
            yield from self._places(grant)
            for found in self._approvals(grant):
                claimed.add(grant.spec.name)
                yield found
        yield from (found for (name, _), found in self._refused.items() if name not in claimed)
        for grant in self.grants:
            if grant.granted is not None and grant.granted > grant.expires:
                yield _found(grant, codes.BAD_WAIVER, "it ends before it begins", "expires")
            elif grant.expires < self.as_of:
                yield _found(grant, codes.WAIVER_EXPIRED, f"it ended on {grant.expires.isoformat()}", "expires")
            elif grant.granted is not None and grant.granted > self.as_of:
                message = f"it excepts nothing before {grant.granted.isoformat()}"
                yield _found(grant, codes.WAIVER_UNUSED, message, "granted")
            elif not self._is_refused(grant) and grant.expires - self.as_of <= SOON:
                days = (grant.expires - self.as_of).days
                when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
                yield _found(grant, codes.WAIVER_ENDS, f"it expires {when}", "expires")

    def unused(self, is_asked: Callable[[str], bool]) -> Iterator[Finding]:
        """Waivers that hold and except nothing, or less than they name, once every model was judged by what is asked."""
        for grant in self.grants:
            can_be_known = any(map(self.library.named, grant.policies)) and all(map(is_asked, grant.policies))
            if can_be_known and grant.holds(self.as_of) and not self._is_refused(grant):
                yield from self._unused(grant)

    def _names(self, grant: Grant) -> Iterator[Finding]:
        for index, name in enumerate(grant.policies):
            if not self.library.named(name):
                pointer = ("policies", index)
                subject = Subject("Waiver", grant.spec.name, None, pointer)
                yield self.library.unknown(name, grant.spec.document.place(pointer), subject)

    def _places(self, grant: Grant) -> Iterator[Finding]:
        """The environments and stages that it names are known."""
        known = (*self.fleet.portfolio.of("Environment"), *ALL_STAGES)
        for index, name in enumerate(as_list(grant.spec.data.get("environments"))):
            if name not in known:
                message = f"there is no Environment and no stage `{name}`"
                yield _found(grant, codes.BAD_WAIVER, message, "environments", index)

    def _approvals(self, grant: Grant) -> Iterator[Finding]:
        """Who agreed holds the role in which they agreed."""
        for index, approval in enumerate(map(as_object, as_list(grant.spec.data.get("approvedBy")))):
            team = self.fleet.find("Team", as_str(approval.get("team")))
            roles = as_list(team.data.get("approves")) if team else ()
            if team is not None and approval.get("role") not in roles:
                listed = ", ".join(f"`{role}`" for role in roles) or "none"
                message = f"{team.name} does not approve as `{approval.get('role')}`; its roles: {listed}"
                yield _found(grant, codes.BAD_WAIVER, message, "approvedBy", index, "role")
            if self._is_to_come(approval):
                message = f"nobody has agreed yet on a day to come: {approval['date']}"
                yield _found(grant, codes.BAD_WAIVER, message, "approvedBy", index, "date")

    def _is_to_come(self, approval: Object) -> bool:
        return as_str(approval.get("date")) > self.as_of.isoformat()

    def _unused(self, grant: Grant) -> Iterator[Finding]:
        uses = self._used[grant.spec.name]
        names = as_list(as_object(grant.spec.data.get("models")).get("names"))
        excepted = {use.model for use in uses}
        for index, name in enumerate(names):
            if name not in excepted:
                message = f"{as_str(name)} breaks nothing that it waives"
                yield _found(grant, codes.WAIVER_UNUSED, message, "models", "names", index)
        if not uses:
            if not names:
                yield _found(grant, codes.WAIVER_UNUSED, "no model breaks what it waives", "name")
            return
        for index, policy in enumerate(grant.policies):
            if self.library.named(policy) and not any(policy in {use.policy.id, use.policy.pack} for use in uses):
                message = f"none of its models breaks {policy}"
                yield _found(grant, codes.WAIVER_UNUSED, message, "policies", index)
        for index, path in enumerate(grant.paths):
            if not any(reaches(path, use.value) for use in uses):
                message = f"nothing is broken at {dotted(path)}"
                yield _found(grant, codes.WAIVER_UNUSED, message, "paths", index)

    def _is_refused(self, grant: Grant) -> bool:
        return any(name == grant.spec.name for name, _ in self._refused)

    def _refusals(self, grant: Grant, policy: Policy, model: ResolvedModel) -> bool:
        """Whether the policy does not let the grant except the model; told once."""
        found = next(_why_not(grant, policy, model, self._sound(grant)), None)
        if found is not None:
            self._refused.setdefault((grant.spec.name, found.subject.pointer if found.subject else ()), found)
        return found is not None

    def _sound(self, grant: Grant) -> list[Object]:
        """The approvals, given by now, of teams that hold the role that they agreed in."""
        found = []
        for approval in map(as_object, as_list(grant.spec.data.get("approvedBy"))):
            team = self.fleet.find("Team", as_str(approval.get("team")))
            has_role = team is not None and approval.get("role") in as_list(team.data.get("approves"))
            if has_role and not self._is_to_come(approval):
                found.append(approval)
        return found


def _why_not(grant: Grant, policy: Policy, model: ResolvedModel, approvals: Sequence[Object]) -> Iterator[Finding]:
    said = policy.waivable
    if said.get("allowed") is False:
        name = next(index for index, name in enumerate(grant.policies) if name in {policy.id, policy.pack})
        yield _found(grant, codes.BAD_WAIVER, f"{policy.id} cannot be waived", "policies", name)
    roles = [as_str(role) for role in as_list(said.get("roles"))]
    agreed = [approval for approval in approvals if not roles or approval.get("role") in roles]
    if not agreed:
        wanted = (
            f"somebody who approves as {' or '.join(f'`{role}`' for role in roles)}"
            if roles
            else "a team that holds the role"
        )
        yield _found(grant, codes.BAD_WAIVER, f"{policy.id} is waived by {wanted}, and none agreed", "approvedBy")
    elif said.get("independent") and all(approval.get("team") == model.data.get("owner") for approval in agreed):
        message = (
            f"{policy.id} takes an approver who is not of {model.data.get('owner')}, the team that owns {model.name}"
        )
        yield _found(grant, codes.BAD_WAIVER, message, "approvedBy")
    days = said.get("days")
    if isinstance(days, int):
        if grant.granted is None:
            message = f"{policy.id} is waived for {days} days at most: say from when, with `granted`"
            yield _found(grant, codes.BAD_WAIVER, message, "expires")
        elif (grant.expires - grant.granted).days > days:
            message = (
                f"{policy.id} is waived for {days} days at most, and these are {(grant.expires - grant.granted).days}"
            )
            yield _found(grant, codes.BAD_WAIVER, message, "expires")


def _found(grant: Grant, code: Code, message: str, *pointer: str | int) -> Finding:
    place, subject = grant.spec.document.place(pointer), Subject("Waiver", grant.spec.name, None, pointer)
    return Finding(code, f"{grant.spec.name}: {message}", place, subject, code.remedy)
