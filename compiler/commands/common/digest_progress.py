"""A bar for the bytes of artifacts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from compiler.artifacts.artifact_digest import Progress
from compiler.commands.common.streams import supports_progress

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_MIN_BYTES = 200_000_000
"""Less is read before a bar is."""
_MEGABYTE = 1_000_000


class _Silent:
    """Shows nothing."""

    def expect(self, size: int) -> None:
        pass

    def advance(self, size: int) -> None:
        pass


SILENT: Progress = _Silent()
"""Shows nothing."""


class _Bar:
    """A bar of megabytes, which appears once there are many."""

    def __init__(self) -> None:
        self._total, self._done, self._shown = 0, 0, 0
        self.bar: ProgressBar[int] | None = None

    def expect(self, size: int) -> None:
        """Add the bytes of one artifact."""
        self._total += size
        if self._total < _MIN_BYTES:
            return
        if self.bar is None:
            self.bar = click.progressbar(length=0, label="Reading megabytes", file=sys.stderr, show_pos=True)
            self.bar.__enter__()
        self.bar.length = self._total // _MEGABYTE

    def advance(self, size: int) -> None:
        """Add the bytes that were read."""
        self._done += size
        step = self._done // _MEGABYTE - self._shown
        if self.bar is not None and step:
            self.bar.update(step)
            self._shown += step


@contextmanager
def digest_progress() -> Iterator[Progress]:
    """A bar on a terminal, if there is much to read; else nothing is shown."""
    if not supports_progress():
        yield SILENT
        return
    progress = _Bar()
    try:
        yield progress
    finally:
        if progress.bar is not None:
            progress.bar.render_finish()
