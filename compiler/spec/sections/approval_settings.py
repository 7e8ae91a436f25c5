"""The project's rules about approvals: what each role binds, and what must be approved."""

from typing import Literal

from compiler.spec.field_types import DateText, NameText, NonEmptyText
from compiler.spec.sections.governance_fields import Tier
from compiler.spec.sections.model_selector import ModelSelector
from compiler.spec.strict_model import StrictModel, field

BoundDigests = Literal["runtime", "governance", "both"]


class ApprovalRole(StrictModel):
    """The digests that approvals in a role bind: a change of anything else leaves them valid."""

    binds: BoundDigests = "both"
    """The digest that an approval in the role binds: `runtime` (what runs), `governance` (who owns it, and its rules), or `both`."""
    bindsIn: dict[NameText, BoundDigests] | None = None
    """The same by Environment or stage, where it differs."""
    bindsAt: dict[Tier, BoundDigests] | None = None
    """The same by risk tier, where it differs. `bindsIn` takes precedence."""


class ApprovalRule(StrictModel):
    """Approvals that models must have."""

    environments: list[NameText] | None = field(min_length=1)
    """The Environments, or stages, in which the models must have the approvals. Default: all."""
    match: ModelSelector | None = None
    """The models that must have the approvals. Default: all."""
    roles: list[NonEmptyText] = field(..., min_length=1)
    """The roles in which teams must approve: a valid approval in each role, and no valid rejection."""
    fourEyes: bool = False
    """Whether two teams, or two people of a team, must approve, neither of which is the owner or the developer."""
    evidence: Literal["claim", "signature", "review"] | None = None
    """What has to prove an approval: `claim` (nothing), `signature` (of an SSH key), or `review` (on the forge; a signature, too).
    Default: `review` for models of tier `high` and `critical` in the stage `prod`, `claim` for all others.
    """
    mandatoryFrom: DateText | None = None
    """The date from which a missing approval makes `check` fail. Before that date it is advisory."""


class ApprovalSettings(StrictModel):
    """What approvals bind, and which approvals models must have."""

    roles: dict[NonEmptyText, ApprovalRole] | None = None
    """The digests that approvals bind, by role. An entry replaces the shipped one."""
    rules: list[ApprovalRule] | None = field(min_length=1)
    """The approvals that models must have."""
