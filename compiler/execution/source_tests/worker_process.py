"""Manages a worker process: sends jobs, and kills it when it exceeds its limits."""

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

from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_protocol import Issue, Job, parse_response

_ROOT = str(Path(__file__).resolve().parents[3])
_BOOTSTRAP_CODE = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('compiler.execution.source_tests.worker_main', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class RunFailure:
    """A run without result: the reason, and the file that was running."""

    reason: str
    file: str | None


class WorkerProcess:
    """A process that runs jobs one after the other; if it ends, the next job starts a new one."""

    def __init__(self, limits: ResourceLimits) -> None:
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="modelyard-run-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._has_timed_out = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()

    def run(self, job: Job) -> tuple[Issue, ...] | RunFailure:
        """Run a job; returns its issues, or why there are none."""
        process = self._ensure_process()
        self._has_timed_out = False
        timer = Timer(self._limits.wall_seconds, self._kill_on_timeout)
        timer.start()
        try:
            return self._exchange(process, job)
        finally:
            timer.cancel()

    def kill(self) -> None:
        """End the process and its child processes."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)

    def _kill_on_timeout(self) -> None:
        self._has_timed_out = True
        if self._process is not None:
            _kill(self._process)

    def _exchange(self, process: subprocess.Popen[bytes], job: Job) -> tuple[Issue, ...] | RunFailure:
        assert process.stdin is not None  # noqa: S101 - opened as a pipe; narrows the type
        assert process.stdout is not None  # noqa: S101 - as above
        current_file: str | None = None
        try:
            process.stdin.write(job.to_line())
            process.stdin.flush()
        except OSError:
            return self._exit_failure(current_file)
        while line := process.stdout.readline(self._limits.response_bytes):
            try:
                response = parse_response(line)
            except ValueError:
                self.kill()
                return RunFailure("the worker's output is not a valid answer", current_file)
            if not isinstance(response, str):
                return response
            current_file = response
        return self._exit_failure(current_file)

    def _exit_failure(self, current_file: str | None) -> RunFailure:
        process = self._process
        assert process is not None  # noqa: S101 - only `kill` removes it; narrows the type
        code = process.wait()
        has_timed_out = self._has_timed_out
        self.kill()
        return RunFailure(_exit_reason(code, self._limits, has_timed_out=has_timed_out), current_file)

    def _ensure_process(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._process = self._start_process()
        return self._process

    def _start_process(self) -> subprocess.Popen[bytes]:
        limits = json.dumps(astuple(self._limits))
        return subprocess.Popen(  # noqa: S603 - this interpreter with a module of this package
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _BOOTSTRAP_CODE, _ROOT, limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=_worker_environment(self._folder.name),
            start_new_session=True,
        )


def _worker_environment(folder: str) -> dict[str, str]:
    """A minimal environment: no secrets, no proxies, no search path; one thread for libraries that would use all cores."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    passthrough = {
        name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ
    }  # Windows cannot start a process without it
    return {
        "HOME": folder,
        "TMPDIR": folder,
        "TEMP": folder,
        "TMP": folder,
        "RUST_BACKTRACE": "0",
        **threads,
        **passthrough,
    }


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
    except OSError:  # unsent data is lost anyway
        return


def _exit_reason(code: int, limits: ResourceLimits, *, has_timed_out: bool) -> str:
    if has_timed_out:
        return f"took longer than {limits.wall_seconds:g} s"
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return f"used more than {limits.cpu_seconds} s of CPU time"
    if code < 0:
        return f"ended the process that ran it ({_signal_name(-code)})"
    return f"ended the process that ran it (exit code {code})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
