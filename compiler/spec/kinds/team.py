"""Team: who owns, operates and approves."""

from typing import Literal

from compiler.spec.field_types import ForgeHandleText, NameText
from compiler.spec.strict_model import Document, StrictModel, field


class Contacts(StrictModel):
    """How to reach a team."""

    email: str | None = field(pattern=r"^[^@\s]+@[^@\s]+$")
    """A mailbox that the whole team reads."""
    chat: str | None = field(pattern=r"^#?[A-Za-z0-9._-]+$")
    """A channel of the team's chat."""
    onCall: str | None = field(pattern=r"^[A-Za-z0-9._:/@+-]+$")
    """The rotation that is paged, by its name in the paging system."""


class Team(Document):
    """People who own models, operate them or approve their changes."""

    kind: Literal["Team"]
    """Always `Team`."""
    name: NameText
    """The name that `owner` and others refer to."""
    displayName: str | None = None
    """The team's name as people write it."""
    contacts: Contacts | None = None
    """How to reach the team."""
    codeOwners: list[ForgeHandleText] | None = field(merge="union", min_length=1)
    """Handles of the forge that own the team's files, such as `@bank/payments-risk`."""
    approves: list[str] | None = field(merge="union")
    """Roles that members of this team hold when a change needs approval, such as `model-risk`."""


KIND = Team
