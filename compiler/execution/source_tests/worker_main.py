"""The worker process for untrusted files: one job per input line, one result per output line.

Output of native code is discarded, and the parent starts the worker with an empty environment.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import TextIO

from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.sandbox import enter_sandbox, reset_cpu_limit
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    Issue,
    IssueKind,
    IssueLocation,
    Job,
    MissingFileError,
    issue_to_json,
)

MAX_ISSUES = 100
"""Maximum issues per release."""


def serve_jobs(read_line: Callable[[], bytes], responses: TextIO, limits: ResourceLimits) -> None:
    """Run jobs until the input ends."""
    while line := read_line():
        job = Job.from_line(line)
        reset_cpu_limit(limits)
        issues = [issue_to_json(issue) for issue in run_job(job, responses)]
        responses.write(json.dumps({"issues": issues}) + "\n")
        responses.flush()


def run_job(job: Job, responses: TextIO) -> list[Issue]:
    """The result of a job; any failure of an engine is attributed to the file that it was running."""
    current_file: list[str | None] = [None]

    def on_file(file: str) -> None:
        current_file[0] = file
        responses.write(json.dumps({"running": file}) + "\n")
        responses.flush()

    issues: list[Issue] = []
    engine: Engine = importlib.import_module(f"compiler.execution.source_tests.engines.{job.engine}").ENGINE
    try:
        for issue in engine.run(job, on_file):
            issues.append(issue)
            if len(issues) >= MAX_ISSUES:
                break
    except MissingFileError:
        pass
    except MemoryError:
        issues.append(
            Issue(IssueKind.ABORTED_RUN, f"{engine.title} ran out of memory", IssueLocation(current_file[0], line=1))
        )
    except BaseException as error:  # noqa: BLE001 - a panic of native code is not an Exception
        first_line = str(error).split("\n", 1)[0][:200]
        message = f"{engine.title} failed: {type(error).__name__}{': ' if first_line else ''}{first_line}"
        issues.append(Issue(IssueKind.ABORTED_RUN, message, IssueLocation(current_file[0], line=1)))
    return issues


def main() -> int:
    """Serve the parent process: jobs on stdin, results on stdout."""
    limits = ResourceLimits(*json.loads(sys.argv[1]))
    requests = os.fdopen(os.dup(0), "rb")
    responses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 0)
    os.dup2(devnull, 1)
    enter_sandbox(limits)
    serve_jobs(requests.readline, responses, limits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
