"""The state of an approval on a day, as commands report it."""

from dataclasses import dataclass

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Json
from compiler.resolve.approval_authority import BoundDigests
from compiler.resolve.approvals import ApprovalState, DigestName
from compiler.spec.data_types import ApprovalData

EXPIRY_NOTICE = 30
"""Days before its last day on which an approval counts as expiring."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that differs from what was approved; `None` where there is none."""

    digest: DigestName
    """The digest that covers it."""
    path: str
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """An approval of a model in an environment on a day."""

    model: str
    environment: str
    release: str | None
    """The release that was approved, if the approval names it."""
    data: ApprovalData
    binds: BoundDigests
    changed_digests: tuple[DigestName, ...]
    """The digests that it binds and that differ from those of the content that it is for."""
    state: ApprovalState
    reason: str | None
    """Why it does not count."""
    days_left: int | None
    """The days until its last day; `None` if it has none, or does not count."""
    changes: tuple[ValueChange, ...]
    """What has changed since; empty if that is not known."""
    location: Location

    @property
    def is_expiring(self) -> bool:
        """Whether it is valid, and will soon not be."""
        return self.days_left is not None and self.days_left <= EXPIRY_NOTICE
