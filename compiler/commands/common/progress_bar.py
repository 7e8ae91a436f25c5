"""A bar that counts steps on stderr, if that is a terminal.

The bar is click's: it has all that is needed, and no command loads another package for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

from compiler.commands.common.streams import supports_progress

T = TypeVar("T")
_MAX_DRAWINGS = 200
"""Drawing a bar takes longer than writing a file."""
_MIN_FILES = 1000
"""Fewer files are read before a bar is read."""


@contextmanager
def progress_bar(label: str, length: int, min_length: int = 1) -> Iterator[Callable[[], object]]:
    """A function that counts one step of `length`. There is no bar for fewer steps than `min_length`: they end before it is read."""
    if length < max(min_length, 1) or not supports_progress():
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        interval, pending_count = max(1, length // _MAX_DRAWINGS), 0

        def advance() -> None:
            nonlocal pending_count
            pending_count += 1
            if pending_count == interval:
                bar.update(pending_count)
                pending_count = 0

        try:
            yield advance
        finally:
            bar.update(pending_count)


def track(label: str, items: Iterable[T], length: int, min_length: int = 1) -> Iterator[T]:
    """The items, with one step per item."""
    with progress_bar(label, length, min_length) as advance:
        for item in items:
            yield item
            advance()


def track_files(paths: Sequence[str]) -> Iterator[str]:
    """The paths of files that are read one by one, with one step per file."""
    return track("Reading files", paths, len(paths), _MIN_FILES)
