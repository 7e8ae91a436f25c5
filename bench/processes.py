"""Runs a program and measures it: CPU time with that of its children, wall time, and the memory of the largest process."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODELYARD = (sys.executable, "-m", "compiler")
_KILOBYTES_PER_MEGABYTE = 1024
_OUTPUT_TAIL = 2000


@dataclass(frozen=True)
class Cost:
    """What a program needed, and what it printed."""

    cpu_seconds: float
    wall_seconds: float
    megabytes: float
    output: str


class FailedError(Exception):
    """A program that was measured ended with an unexpected exit code."""


def run(
    command: Sequence[str],
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    exit_codes: Collection[int] = (0,),
) -> Cost:
    """Run a program to its end; raises `FailedError` with what it printed if its exit code is another one."""
    with tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        variables = {**os.environ, **(environment or {})}
        child = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=variables)
        _, status, usage = os.wait4(child.pid, 0)
        wall_seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode not in exit_codes:
        raise FailedError(f"{' '.join(command)} ended with {child.returncode}:\n{text[-_OUTPUT_TAIL:]}")
    is_bytes = sys.platform == "darwin"
    megabytes = usage.ru_maxrss / _KILOBYTES_PER_MEGABYTE / (_KILOBYTES_PER_MEGABYTE if is_bytes else 1)
    return Cost(usage.ru_utime + usage.ru_stime, wall_seconds, megabytes, text)
