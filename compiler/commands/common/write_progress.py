"""Writes the files of a build, with a progress bar if there are many and stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from compiler.commands.common.streams import supports_progress
from compiler.write.apply_changes import apply
from compiler.write.change_set import Action
from compiler.write.destinations import Destination

_MIN_LENGTH = 1000
"""Fewer files are written before a bar is read."""


def write_with_progress(destinations: Sequence[Destination]) -> None:
    """Apply the changes of each destination, with one step per file."""
    length = sum(change.action is not Action.KEEP for _, _, changes in destinations for change in changes.changes)
    if not supports_progress() or length < _MIN_LENGTH:
        for destination in destinations:
            apply(destination.root, destination.changes, destination.folder)
        return
    with click.progressbar(length=length, label="Writing files", file=sys.stderr, show_pos=True) as bar:
        for destination in destinations:
            apply(destination.root, destination.changes, destination.folder, on_write=lambda: bar.update(1))
