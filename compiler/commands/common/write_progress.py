"""Writes the files of a build, with a progress bar if there are many and stderr is a terminal."""

from __future__ import annotations

from compiler.commands.common.progress_bar import progress_bar
from compiler.commands.common.streams import print_status
from compiler.foundation.errors import HostError
from compiler.write.output_writer import OutputWriter

_MIN_LENGTH = 1000
"""Fewer files are written before a bar is read."""


def write_with_progress(writer: OutputWriter) -> None:
    """Apply the changes of a writer that has finished, with one step per file and lock; reports how far an interrupted write got."""
    length = writer.plan.operation_count
    count = 0
    with progress_bar("Writing files", length, _MIN_LENGTH) as advance_bar:

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
