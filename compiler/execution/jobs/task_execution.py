"""Executes tasks: runs programs, and compares releases with their gates and the champion."""

from collections.abc import Callable, Iterator
from pathlib import Path

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.execution.jobs.subprocess_runner import run_program
from compiler.execution.jobs.tasks import Task, champion_release
from compiler.resolve.fleet import Fleet
from compiler.resolve.release_gates import ReleaseMetrics, gate_findings, recorded_metrics

ProgressCallback = Callable[[str], object]
"""Reports progress."""


def execute_task(task: Task, root: Path, fleet: Fleet, on_progress: ProgressCallback) -> Iterator[Finding]:
    """The findings of a task; `fleet` is where the champion runs: the fleet before a change, if there is a change."""
    label = " ".join(filter(None, (task.model.name, task.version)))
    measurement = recorded_metrics(task.release) if task.release else ReleaseMetrics("", {})
    if task.argv:
        on_progress(f"{label}: {task.step}: {' '.join(task.argv)}")
        result = run_program(task, root)
        if result.error is not None:
            yield task.model.finding(
                codes.STEP_FAILED, f"{label}: {task.step}: {result.error}", (*task.pointer, "command")
            )
            return
        measurement = ReleaseMetrics(measurement.version, result.metrics or {})
    if task.step != "evaluate":
        return
    numbers = ", ".join(f"{metric} {value:g}" for metric, value in sorted(measurement.numbers.items()))
    on_progress(f"{label}: {'measured' if task.argv else 'recorded'} {numbers or 'nothing'}")
    release = champion_release(fleet, task.model)
    yield from gate_findings(task.model, measurement, recorded_metrics(release) if release else None)
