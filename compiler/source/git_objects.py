"""Reads many objects of a repository through one process of git."""

import os
from contextlib import suppress
from weakref import finalize

from compiler.source.git_command import Git, GitCommandError, GitProcess
from compiler.source.tree import check_file_size


class GitObjects:
    """The objects of a repository by id. A copy of this process starts a git of its own: two readers would mix up the answers."""

    def __init__(self, commands: Git) -> None:
        self._git = commands
        self._process: GitProcess | None = None
        self._inherited_process: GitProcess | None = None
        """The git of the parent process, which must not even be ended."""
        self._owner = os.getpid()

    def read(self, path: str, object_id: str) -> bytes:
        """The content of an object; raises `GitCommandError` if it cannot be read, and names the path if it is too large."""
        if self._owner != os.getpid():
            self._inherited_process, self._process, self._owner = self._process, None, os.getpid()
        process = self._process or self._start()
        try:
            return _exchange(process, path, object_id)
        except BaseException:  # the rest of the answer is still in the pipe
            self._process = None
            _end(process)
            raise

    def _start(self) -> GitProcess:
        self._process = process = self._git.start("cat-file", "--batch")
        finalize(
            self, _end_own, process, self._owner
        )  # GitPython ends it too, but not where the collector takes its parts in another order
        return process


def _exchange(process: GitProcess, path: str, object_id: str) -> bytes:
    """Ask for an object: `<id>`, answered by `<id> <type> <size>`, its bytes and a line break (git-cat-file(1))."""
    if process.stdin is None or process.stdout is None:
        raise GitCommandError("git has no pipes")
    try:
        process.stdin.write(object_id.encode() + b"\n")
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3:  # noqa: PLR2004 - anything else is `<id> missing`, or the end of a process that failed
            raise GitCommandError(f"the object {object_id} is missing")
        size = int(header[2])
        check_file_size(path, size)
        content: bytes = process.stdout.read(size + 1)
    except (OSError, ValueError) as error:
        raise GitCommandError(f"the object {object_id} cannot be read: {error}") from error
    if len(content) != size + 1:
        raise GitCommandError(f"the object {object_id} is damaged")
    return content[:-1]


def _end_own(process: GitProcess, owner: int) -> None:
    if owner == os.getpid():
        _end(process)


def _end(process: GitProcess) -> None:
    if process.proc is None:
        return
    for pipe in (process.proc.stdin, process.proc.stdout, process.proc.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.proc.kill()
    process.proc.wait()
