"""A program of a spec, run: its own words and no shell, in the folder of the spec, for as long as it may."""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.execution.jobs.tasks import Task

RESULTS = "MODELYARD_RESULTS"
"""The variable that names the file for results."""
_KEPT_BACK = frozenset({
    "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
    "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "CI_JOB_TOKEN",
})  # fmt: skip
"""Variables of CI that no program of a model is told: tokens, and files by which a step has a say in those that follow it.

docs.github.com, "Workflow commands for GitHub Actions" (environment files); cli.github.com, "gh help environment"; docs.gitlab.com,
"Predefined CI/CD variables".
"""
_LARGEST = 1024 * 1024
_PATIENCE = 5.0
_STDERR = 2


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: why that was no good end, if it was none, and the numbers that it left by metric."""

    why: str | None = None
    numbers: Mapping[str, float] | None = None


def run(task: Task, root: Path) -> Ended:
    """Run a task's program below the project's root; what it prints goes to stderr, since stdout is for the report."""
    with tempfile.TemporaryDirectory(prefix="modelyard-run-", ignore_cleanup_errors=True) as scratch:
        results = Path(scratch) / "results.json"
        why = _ended(task, root, results)
        if why is not None or task.step != "evaluate":
            return Ended(why)
        return _numbers(results)


def _ended(task: Task, root: Path, results: Path) -> str | None:
    """Why the program did not end well; `None` where it did."""
    sys.stderr.flush()
    try:
        process = subprocess.Popen(  # noqa: S603 - what the spec names, which is what was asked for
            task.argv,
            cwd=root / task.folder,
            env={"PYTHONDONTWRITEBYTECODE": "1", **_told(), **task.variables, RESULTS: str(results)},
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"`{task.argv[0]}` could not be started: {said}"
    try:
        code = process.wait(task.seconds)
    except subprocess.TimeoutExpired:
        return f"it took longer than {task.program['timeout']}"
    finally:
        _end(process)
    return _why(code)


def _told() -> dict[str, str]:
    """What a program is told of where it runs."""
    return {name: value for name, value in os.environ.items() if name not in _KEPT_BACK}


def _why(code: int) -> str | None:
    if code == 0:
        return None
    if code > 0:
        return f"it ended with exit code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it started: first asked, then killed."""
    for how in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, how)
            elif process.poll() is None:
                process.send_signal(how)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            continue


def _numbers(path: Path) -> Ended:
    """What the program wrote: a number for each metric."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError:
        return Ended(f"it wrote no file {RESULTS}")
    if len(text) > _LARGEST:
        return Ended(f"it wrote more than {_LARGEST >> 20} MiB into {RESULTS}")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Ended(f"what it wrote into {RESULTS} is not JSON")
    if not isinstance(said, dict):
        return Ended(f"what it wrote into {RESULTS} is no map of metrics to numbers")
    for metric, value in said.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return Ended(f"what it wrote into {RESULTS} for {metric} is no number")
    return Ended(None, {metric: float(value) for metric, value in said.items()})
