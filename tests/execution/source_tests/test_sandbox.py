"""A process that is confined has no network, starts nothing, loads no pickle, and has no more memory than it was given."""

import subprocess
import sys
from pathlib import Path

import pytest

import compiler

pytestmark = pytest.mark.wheel

ROOT = Path(compiler.__file__).resolve().parents[1]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")


def run_confined(code: str) -> str:
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    package = "compiler.execution.source_tests"
    fence = f"from {package}.sandbox import enter_sandbox\nfrom {package}.resource_limits import ResourceLimits\n"
    script = f"{start}{fence}enter_sandbox(ResourceLimits(memory_bytes=1 << 30, file_bytes=1 << 16))\n{code}"
    run = subprocess.run([sys.executable, "-I", "-c", script], check=False, capture_output=True, text=True, timeout=60)
    return run.stdout + run.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import os; os.system('true')",
        "import subprocess, sys; subprocess.run([sys.executable, '-V'])",
        "import os; os.fork()",
        "import pickle, os; pickle.loads(pickle.dumps(os.getcwd))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    ],
)  # fmt: skip
def test_python_code_reaches_nothing(code) -> None:
    assert "PermissionError" in run_confined(code)


@LINUX
@pytest.mark.parametrize("call", ["socket(2, 1, 0)", "fork()", "execve(b'/bin/true', None, None)"])
def test_native_code_reaches_nothing(call) -> None:
    assert run_confined(f"import ctypes; print(ctypes.CDLL(None).{call})") == "-1\n"


def test_threads_still_start() -> None:
    assert (
        run_confined("import threading; t = threading.Thread(target=lambda: print('ran')); t.start(); t.join()")
        == "ran\n"
    )


@LINUX
def test_memory_has_an_end() -> None:
    assert "MemoryError" in run_confined("bytearray(2 << 30)")
