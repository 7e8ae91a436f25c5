"""Writes the files of a build, with a progress bar if there are many and stderr is a terminal."""

from __future__ import annotations

import sys

import click

from compiler.commands.common.streams import supports_progress
from compiler.write.output_writer import OutputWriter

_MIN_LENGTH = 1000
"""Fewer files are written before a bar is read."""


def write_with_progress(writer: OutputWriter) -> None:
    """Apply the changes of a writer that has finished, with one step per file and lock."""
    length = writer.plan.operation_count
    if not supports_progress() or length < _MIN_LENGTH:
        writer.apply()
        return
    with click.progressbar(length=length, label="Writing files", file=sys.stderr, show_pos=True) as bar:
        writer.apply(lambda: bar.update(1))
