"""The stat data that tell whether a file changed, as git uses them."""

import os
import stat
import time
from typing import NamedTuple, Self, TypeAlias

StatNumbers: TypeAlias = tuple[int, int, int]
"""The fields of `FileStat`, as they are stored."""


class FileStat(NamedTuple):
    """Size and executable bit in one number, time of the last change in nanoseconds, and inode."""

    size_and_mode: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The data of a status."""
        return cls(status.st_size << 1 | bool(status.st_mode & stat.S_IXUSR), status.st_mtime_ns, status.st_ino)

    def settled_before(self, racy_time: int) -> "FileStat":
        """These data if the file last changed before a time; otherwise it may change again in the same tick of the clock."""
        return self if self.mtime_ns < racy_time else UNKNOWN_STAT


UNKNOWN_STAT = FileStat(0, 0, 0)
"""Stands for a file that was not looked at, or may have changed since: it counts as changed."""

_CLOCK_SLACK_NS = 2_000_000_000


def racy_time() -> int:
    """The time after which a file that is read now counts as racy: the clock of the file system may differ a little, or be coarse."""
    return time.time_ns() - _CLOCK_SLACK_NS
