"""The changes that a build makes in a folder, or what prevents them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from compiler.diagnostics.finding import Finding


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one file."""

    path: str
    action: Action


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The number of files by action, or the conflicts that prevent all changes; warnings name files that are not removed.

    `changes` has the files that differ, by path, if nothing is to be written: a build keeps them on disk alone. `lock_count` is the number
    of locks that differ.
    """

    counts: Mapping[Action, int] = field(default_factory=lambda: MappingProxyType({}))
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    lock_count: int = 0

    @property
    def operation_count(self) -> int:
        """The number of files and locks that are written or removed."""
        return self.lock_count + sum(count for action, count in self.counts.items() if action is not Action.KEEP)

    @property
    def concerns_any_file(self) -> bool:
        """Whether there is a file, a lock or a finding to report."""
        return bool(self.conflicts or self.warnings or self.lock_count or any(self.counts.values()))

    @property
    def is_up_to_date(self) -> bool:
        """Whether nothing changes."""
        return not self.conflicts and not self.operation_count


RemovalRule = Callable[[str, str], bool]
"""Whether a file may be removed, by its emitter and its path: a lock file is not enough, because a commit can contain any."""


def any_removal(_emitter: str, _path: str) -> bool:
    """The rule of an output folder, which holds nothing but output."""
    return True
