"""The process that runs what strangers wrote: a job a line in, what came of it a line out.

Nothing else leaves it: what native code prints goes nowhere, and the environment was emptied by who started it.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import TextIO

from compiler.execution.source_tests.resource_limits import Limits
from compiler.execution.source_tests.sandbox import allow_seconds, confine
from compiler.execution.source_tests.worker_protocol import Engine, Job, Kind, NotHereError, Remark, Spot, dump_remark

MOST_REMARKS = 100
"""So many of one release say enough."""


def serve(read: Callable[[], bytes], answers: TextIO, limits: Limits) -> None:
    """Run each job that comes, until none comes any more."""
    while line := read():
        job = Job.loaded(line)
        allow_seconds(limits)
        remarks = [dump_remark(remark) for remark in run(job, answers)]
        answers.write(json.dumps({"remarks": remarks}) + "\n")
        answers.flush()


def run(job: Job, answers: TextIO) -> list[Remark]:
    """What comes of a job; whatever goes wrong in an engine is said of the file that it was at."""
    doing: list[str | None] = [None]

    def at(file: str) -> None:
        doing[0] = file
        answers.write(json.dumps({"doing": file}) + "\n")
        answers.flush()

    remarks: list[Remark] = []
    engine: Engine = importlib.import_module(f"compiler.execution.source_tests.engines.{job.engine}").ENGINE
    try:
        for remark in engine.run(job, at):
            remarks.append(remark)
            if len(remarks) >= MOST_REMARKS:
                break
    except NotHereError:
        pass
    except MemoryError:
        remarks.append(Remark(Kind.STOPPED, f"{engine.title} ran out of memory on it", Spot(doing[0], line=1)))
    except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
        said = str(error).split("\n", 1)[0][:200]
        message = f"{engine.title} broke on it: {type(error).__name__}{': ' if said else ''}{said}"
        remarks.append(Remark(Kind.STOPPED, message, Spot(doing[0], line=1)))
    return remarks


def main() -> int:
    """Serve the process that started this one: jobs on stdin, answers on stdout."""
    limits = Limits(*json.loads(sys.argv[1]))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    confine(limits)
    serve(requests.readline, answers, limits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
