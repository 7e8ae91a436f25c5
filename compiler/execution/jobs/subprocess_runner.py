"""Runs a program of a spec: its arguments without a shell, in the folder of the spec, with a timeout."""

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

RESULTS_VARIABLE = "MODELYARD_RESULTS"
"""The variable with the path of the results file."""
_WITHHELD_VARIABLES = frozenset({
    "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
    "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "CI_JOB_TOKEN",
})  # fmt: skip
"""CI variables that no program of a model receives: tokens, and files through which a step can influence later steps.

docs.github.com, "Workflow commands for GitHub Actions" (environment files); cli.github.com, "gh help environment"; docs.gitlab.com,
"Predefined CI/CD variables".
"""
_MAX_RESULT_BYTES = 1024 * 1024
_TERMINATION_SECONDS = 5.0
_STDERR_FD = 2


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a program ended: the error, if it failed, and the metrics that it wrote."""

    error: str | None = None
    metrics: Mapping[str, float] | None = None


def run_program(task: Task, root: Path) -> StepResult:
    """Run a task's program below the project's root; its output goes to stderr, because stdout is for the report."""
    with tempfile.TemporaryDirectory(prefix="modelyard-run-", ignore_cleanup_errors=True) as scratch:
        results = Path(scratch) / "results.json"
        error = _run_process(task, root, results)
        if error is not None or task.step != "evaluate":
            return StepResult(error)
        return _read_metrics(results)


def _run_process(task: Task, root: Path, results: Path) -> str | None:
    """Run the program; returns why it failed, `None` if it succeeded."""
    sys.stderr.flush()
    try:
        process = subprocess.Popen(  # noqa: S603 - the user asked to run the program that the spec names
            task.argv,
            cwd=root / task.folder,
            env={
                "PYTHONDONTWRITEBYTECODE": "1",
                **_inherited_environment(),
                **task.variables,
                RESULTS_VARIABLE: str(results),
            },
            stdin=subprocess.DEVNULL,
            stdout=_STDERR_FD,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"`{task.argv[0]}` could not be started: {reason}"
    try:
        code = process.wait(task.timeout_seconds)
    except subprocess.TimeoutExpired:
        return f"it took longer than {task.timeout}"
    finally:
        _terminate(process)
    return _exit_error(code)


def _inherited_environment() -> dict[str, str]:
    """The environment variables that a program inherits."""
    return {name: value for name, value in os.environ.items() if name not in _WITHHELD_VARIABLES}


def _exit_error(code: int) -> str | None:
    if code == 0:
        return None
    if code > 0:
        return f"it ended with exit code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """End the program and its child processes: terminate, then kill."""
    for signal_number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal_number)
            elif process.poll() is None:
                process.send_signal(signal_number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(_TERMINATION_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _read_metrics(path: Path) -> StepResult:
    """The metrics that the program wrote: a number for each name."""
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_RESULT_BYTES + 1)
    except OSError:
        return StepResult(f"it did not write the file that {RESULTS_VARIABLE} names")
    if len(text) > _MAX_RESULT_BYTES:
        return StepResult(f"the file {RESULTS_VARIABLE} is larger than {_MAX_RESULT_BYTES >> 20} MiB")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return StepResult(f"the file {RESULTS_VARIABLE} is not valid JSON")
    if not isinstance(data, dict):
        return StepResult(f"the file {RESULTS_VARIABLE} is not a map of metrics to numbers")
    for metric, value in data.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return StepResult(f"the value of {metric} in the file {RESULTS_VARIABLE} is not a number")
    return StepResult(None, {metric: float(value) for metric, value in data.items()})
