"""What a breach decides, on a day, in an environment. The one function that every command asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from compiler.diagnostics.finding import Enforcement, Status
from compiler.foundation.json_data import as_object
from compiler.policy.policy_definition import Policy
from compiler.policy.waiver_scope import ValuePointers, WaiverScope
from compiler.spec.portfolio import Spec

EXPIRY_NOTICE = timedelta(days=14)
"""So long before it ends a waiver is said to end."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a breach stands, whether it makes a check fail, and which waiver speaks for it."""

    status: Status
    enforcement: Enforcement
    waiver: WaiverScope | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether it makes a check fail."""
        return self.status is Status.OPEN and self.enforcement is Enforcement.MANDATORY


def decide_enforcement(
    policy: Policy, environment: Spec | None, value_pointers: ValuePointers, waivers: Sequence[WaiverScope], as_of: date
) -> Decision | None:
    """In this order: whether the policy is in force at all, from when it is mandatory, how it is enforced here, who is excepted.

    `None`: it is not in force. `grants` are those of the model, each sound; one that has ended, or has not begun, excepts nobody.
    """
    begins, ends = policy.get_date("inForce", "from"), policy.get_date("inForce", "to")
    if (begins is not None and as_of < begins) or (ends is not None and as_of > ends):
        return None
    mandatory_from = policy.get_date("mandatoryFrom")
    is_early = mandatory_from is not None and as_of < mandatory_from
    enforcement = Enforcement.ADVISORY if is_early else policy.enforcement_in(environment)
    waiver = next(
        (waiver for waiver in waivers if waiver.covers(policy, value_pointers) and waiver.is_active(as_of)), None
    )
    return Decision(Status.WAIVED if waiver else Status.OPEN, enforcement, waiver)


def strictest_enforcement(policy: Policy, as_of: date) -> Enforcement:
    """How a policy is enforced on a day where it is enforced most."""
    mandatory_from = policy.get_date("mandatoryFrom")
    if mandatory_from is not None and as_of < mandatory_from:
        return Enforcement.ADVISORY
    enforcement_values = {policy.code.enforcement.value, *as_object(policy.data.get("enforcementIn")).values()}
    return Enforcement.MANDATORY if "mandatory" in enforcement_values else Enforcement.ADVISORY
