"""Tasks carried out: programs run, and releases held against their bars and the champion."""

from collections.abc import Callable, Iterator
from pathlib import Path

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.execution.jobs.subprocess_runner import run
from compiler.execution.jobs.tasks import Task, champion
from compiler.resolve.fleet import Fleet
from compiler.resolve.release_gates import Measured, judged, recorded

Tell = Callable[[str], object]
"""Says what is being done, to whoever watches."""


def carry_out(task: Task, root: Path, fleet: Fleet, tell: Tell) -> Iterator[Finding]:
    """What comes of a task; `fleet`: where the champion runs, the one of before a change where there is one."""
    about = " ".join(filter(None, (task.model.name, task.version)))
    measured = recorded(task.release) if task.release else Measured("", {})
    if task.argv:
        tell(f"{about}: {task.step}: {' '.join(task.argv)}")
        ended = run(task, root)
        if ended.why is not None:
            yield task.model.finding(codes.STEP_FAILED, f"{about}: {task.step}: {ended.why}", (*task.pointer, "command"))
            return
        measured = Measured(measured.version, ended.numbers or {})
    if task.step != "evaluate":
        return
    numbers = ", ".join(f"{metric} {value:g}" for metric, value in sorted(measured.numbers.items()))
    tell(f"{about}: {'measured' if task.argv else 'recorded'} {numbers or 'nothing'}")
    release = champion(fleet, task.model)
    yield from judged(task.model, measured, recorded(release) if release else None)
