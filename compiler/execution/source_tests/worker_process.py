"""The other side of the pipe: a process that is given jobs, watched, and killed when it takes too long."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Self

from compiler.execution.source_tests.resource_limits import Limits
from compiler.execution.source_tests.worker_protocol import Job, Remark, load_answer

_ROOT = str(Path(__file__).resolve().parents[3])
_START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('compiler.execution.source_tests.worker_main', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """No answer: why, and the file that was being run."""

    why: str
    file: str | None


class Child:
    """A process that runs jobs one after the other; one that ends is replaced at the next job."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="modelyard-run-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._is_late = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._folder.cleanup()

    def ask(self, job: Job) -> tuple[Remark, ...] | Stopped:
        """What comes of a job, or why nothing does."""
        process = self._running()
        self._is_late = False
        timer = Timer(self._limits.wall_seconds, self._late)
        timer.start()
        try:
            return self._exchange(process, job)
        finally:
            timer.cancel()

    def kill(self) -> None:
        """End the process, and whatever it started."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)

    def _late(self) -> None:
        self._is_late = True
        if self._process is not None:
            _kill(self._process)

    def _exchange(self, process: subprocess.Popen[bytes], job: Job) -> tuple[Remark, ...] | Stopped:
        assert process.stdin is not None  # noqa: S101 - it was asked for; narrows for the type checker
        assert process.stdout is not None  # noqa: S101 - likewise
        doing: str | None = None
        try:
            process.stdin.write(job.dumped())
            process.stdin.flush()
        except OSError:
            return self._ended(doing)
        while line := process.stdout.readline(self._limits.answer_bytes):
            try:
                said = load_answer(line)
            except ValueError:
                self.kill()
                return Stopped("what came back is no answer", doing)
            if not isinstance(said, str):
                return said
            doing = said
        return self._ended(doing)

    def _ended(self, doing: str | None) -> Stopped:
        process = self._process
        assert process is not None  # noqa: S101 - only `kill` takes it away
        code = process.wait()
        is_late = self._is_late
        self.kill()
        return Stopped(_why(code, self._limits, is_late=is_late), doing)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._process = self._started()
        return self._process

    def _started(self) -> subprocess.Popen[bytes]:
        limits = json.dumps(astuple(self._limits))
        return subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, _ROOT, limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=_environment(self._folder.name),
            start_new_session=True,
        )


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours: no secret, no proxy, no path; one thread for each library that would take all cores."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows starts nothing without
    return {"HOME": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder, "RUST_BACKTRACE": "0", **threads, **kept}


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        return


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what was not written cannot be written any more
        return


def _why(code: int, limits: Limits, *, is_late: bool) -> str:
    if is_late:
        return f"took longer than {limits.wall_seconds:g} s"
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return f"used more than {limits.cpu_seconds} s of CPU time"
    if code < 0:
        return f"ended the process that ran it ({_signal(-code)})"
    return f"ended the process that ran it (exit code {code})"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
