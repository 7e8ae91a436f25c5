"""`--timings` and `--profile` of commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from compiler.commands.common.streams import print_status
from compiler.foundation.safe_folder import os_errors
from compiler.foundation.timings import Timings
from compiler.report.timings_table import format_timings


@contextmanager
def measuring(*, is_enabled: bool, profile: Path | None) -> Iterator[Timings]:
    """Measure what happens meanwhile, however it ends: print the timings, and write the profile."""
    timings = Timings(is_enabled=is_enabled)
    try:
        with _profiling(profile) if profile else nullcontext():
            yield timings
    finally:
        if is_enabled:
            print_status(format_timings(timings), newline=False)


@contextmanager
def _profiling(path: Path) -> Iterator[None]:
    from cProfile import Profile  # noqa: PLC0415 - only this option needs it

    profile = Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        with os_errors("write", str(path)):
            profile.dump_stats(path)
