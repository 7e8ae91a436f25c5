"""Runs `modelyard` for tests that are not about processes: each command in a fork of a process that has loaded the compiler.

Started as a process of its own, a command spends half of its time on imports and on compiling templates, which these tests are not
about. Usage: `serve.py SOCKET PROJECT`, where the project is compiled once before the first
command. `send.py` sends commands.
"""

import io
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import NoReturn

from compiler.cli import main

LARGEST_REQUEST = 2**20
CRASHED = 70


def serve(address: str, project: str) -> NoReturn:
    compile_once(project, f"{address}.build")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps the forks
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{address}.new")
        listener.listen()
        Path(f"{address}.new").rename(address)  # whoever sees the file can connect
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                run(connection)
            connection.close()


def compile_once(project: str, output: str) -> None:
    """Fill the caches of the process; whether the project is valid does not matter."""
    sys.argv = ["modelyard", "build", "--project", project, "--output", output]
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), suppress(SystemExit):
        main()


def run(connection: socket.socket) -> NoReturn:
    """Run the command with the streams, folder and variables of the client, and send its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code: object = CRASHED
    try:
        sys.argv = ["modelyard", *surroundings(connection)]
        main()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - the process ends here, and has to say why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(code).encode())
        os._exit(0)


def surroundings(connection: socket.socket) -> list[str]:
    """The arguments of the command, once this process has the surroundings of the client."""
    sent, streams, _, _ = socket.recv_fds(connection, LARGEST_REQUEST, 3)
    request = json.loads(sent)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    return request["arguments"]


if __name__ == "__main__":
    serve(*sys.argv[1:])
