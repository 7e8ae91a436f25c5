"""Writes the files of a build, with a progress bar if there are many and stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from compiler.commands.common.streams import print_status, supports_progress
from compiler.foundation.errors import HostError
from compiler.write.output_writer import OutputWriter

_MIN_LENGTH = 1000
"""Fewer files are written before a bar is read."""


def write_with_progress(writer: OutputWriter) -> None:
    """Apply the changes of a writer that has finished, with one step per file and lock; reports how far an interrupted write got."""
    length = writer.plan.operation_count
    count = 0
    with _bar(length) as advance_bar:

        def on_step() -> None:
            nonlocal count
            count += 1
            advance_bar()

        try:
            writer.apply(on_step)
        except (KeyboardInterrupt, HostError):
            if count < length:
                print_status(f"{count} of {length} changes were made. The next `modelyard build` makes the rest.")
            raise


@contextmanager
def _bar(length: int) -> Iterator[Callable[[], object]]:
    if not supports_progress() or length < _MIN_LENGTH:
        yield lambda: None
        return
    with click.progressbar(length=length, label="Writing files", file=sys.stderr, show_pos=True) as bar:
        yield lambda: bar.update(1)
