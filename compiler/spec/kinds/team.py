"""Team: a group of people who own, operate and approve models."""

from typing import Literal

from compiler.spec.field_types import DocumentNameText, EmailText, ForgeHandleText
from compiler.spec.strict_model import Document, StrictModel, field


class Contacts(StrictModel):
    """How to contact a team."""

    email: EmailText | None = None
    """The team's shared mailbox."""
    chat: str | None = field(pattern=r"^#?[A-Za-z0-9._-]+$")
    """The team's chat channel."""
    onCall: str | None = field(pattern=r"^[A-Za-z0-9._:/@+-]+$")
    """The team's on-call rotation, by its name in the paging system."""


class TeamMember(StrictModel):
    """A person of a team who approves for it."""

    name: DocumentNameText
    """The name by which `approver` of an approval refers to the person."""
    signer: EmailText | None = None
    """The principal of the person in `approvals/allowed_signers`, whose SSH signatures are evidence of approvals."""
    account: ForgeHandleText | None = None
    """The person's account on the forge, such as `@ana`, whose reviews are evidence of approvals."""


class Team(Document):
    """People who own models, operate them or approve their changes."""

    kind: Literal["Team"]
    """Always `Team`."""
    name: DocumentNameText
    """The name of the team. `owner` and other fields refer to it."""
    displayName: str | None = None
    """The display name of the team."""
    contacts: Contacts | None = None
    """How to contact the team."""
    codeOwners: list[ForgeHandleText] | None = field(merge="union", min_length=1)
    """The forge accounts that own the team's files, such as `@bank/payments-risk`."""
    approvalRoles: list[str] | None = field(merge="union")
    """The roles in which members of the team may approve changes, such as `model-risk`."""
    members: list[TeamMember] | None = field(merge="name", min_length=1)
    """The people who approve for the team."""


KIND = Team
