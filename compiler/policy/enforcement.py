"""Decides the status and enforcement of a violation on a date, in an environment. Every command uses this one function."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compiler.diagnostics.finding import Enforcement, Status
from compiler.policy.policy_definition import Policy
from compiler.policy.waiver_scope import ValuePointers, WaiverScope
from compiler.spec.portfolio import EnvironmentSpec

EXPIRY_NOTICE = timedelta(days=14)
"""How long before its end a waiver is reported as expiring."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a violation is open, whether it is blocking, and which waiver applies."""

    status: Status
    enforcement: Enforcement
    waiver: WaiverScope | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether it makes a check fail."""
        return self.status is Status.OPEN and self.enforcement is Enforcement.MANDATORY


def decide_enforcement(
    policy: Policy,
    environment: EnvironmentSpec | None,
    value_pointers: ValuePointers,
    waivers: Sequence[WaiverScope],
    as_of: date,
) -> Decision | None:
    """Decides in this order: whether the policy is in force, since when it is mandatory, its enforcement here, and the waivers.

    `None`: the policy is not in force. `waivers` are the model's valid waivers; expired and future ones do not apply.
    """
    begins, ends = policy.in_force_from, policy.in_force_to
    if (begins is not None and as_of < begins) or (ends is not None and as_of > ends):
        return None
    mandatory_from = policy.mandatory_from
    is_early = mandatory_from is not None and as_of < mandatory_from
    enforcement = Enforcement.ADVISORY if is_early else policy.enforcement_in(environment)
    waiver = next(
        (waiver for waiver in waivers if waiver.covers(policy, value_pointers) and waiver.is_active(as_of)), None
    )
    return Decision(Status.WAIVED if waiver else Status.OPEN, enforcement, waiver)


def is_caused_by_date(earlier_decisions: Iterable[Decision | None]) -> bool:
    """Whether only the calendar made a violation block: on an earlier day the same state of the project did not fail.

    `earlier_decisions`: those of earlier days; `None` for a day without a violation, or on which the policy was not in force.
    """
    return any(decision is None or not decision.is_blocking for decision in earlier_decisions)


def strictest_enforcement(policy: Policy, as_of: date) -> Enforcement:
    """The strictest enforcement of a policy on a date, over all environments."""
    mandatory_from = policy.mandatory_from
    if mandatory_from is not None and as_of < mandatory_from:
        return Enforcement.ADVISORY
    enforcement_values = {policy.code.enforcement.value, *policy.data.get("enforcementIn", {}).values()}
    return Enforcement.MANDATORY if "mandatory" in enforcement_values else Enforcement.ADVISORY
