"""One writer at a time: the system locks the folder itself, so that nothing is left behind and a killed writer holds nothing."""

import errno
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.foundation.errors import HostError
from compiler.foundation.safe_folder import os_errors

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MAX_WAIT_SECONDS = 600.0
"""A writer holds the lock for as long as it renders and writes, which takes minutes in a very large project."""
_POLL_SECONDS = 0.1
_UNSUPPORTED = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP}
"""What file systems answer that cannot lock a folder, such as NFS."""


@contextmanager
def writer_lock(
    folder: Path, on_wait: Callable[[str], object], max_wait_seconds: float = MAX_WAIT_SECONDS
) -> Iterator[None]:
    """Be the only writer below an existing folder; raises `HostError` if another one does not finish in time.

    `on_wait` receives a sentence about the other writer, once.
    """
    with os_errors("lock", os.fspath(folder)):
        descriptor = _locked_descriptor(folder, on_wait, max_wait_seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked_descriptor(folder: Path, on_wait: Callable[[str], object], max_wait_seconds: float) -> int:
    """Lock the folder; where the system cannot, lock a file inside it."""
    if sys.platform != "win32":
        try:
            return _lock(_open_folder(folder), folder, on_wait, max_wait_seconds)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    return _lock(_open_lock_file(folder), folder, on_wait, max_wait_seconds)


def _lock(descriptor: int, folder: Path, on_wait: Callable[[str], object], max_wait_seconds: float) -> int:
    try:
        _wait_for_lock(descriptor, folder, on_wait, max_wait_seconds)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _wait_for_lock(descriptor: int, folder: Path, on_wait: Callable[[str], object], max_wait_seconds: float) -> None:
    deadline = time.monotonic() + max_wait_seconds
    is_waiting = False
    while not _try_lock(descriptor):
        if not is_waiting:
            on_wait(f"waiting for another modelyard{_holder(descriptor)} that writes to {folder}")
            is_waiting = True
        if time.monotonic() >= deadline:
            raise HostError(
                f"another modelyard{_holder(descriptor)} writes to {folder}",
                help="wait until it has finished, or end it; then run the command again",
            )
        time.sleep(_POLL_SECONDS)


def _open_folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _open_lock_file(folder: Path) -> int:
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]
    path = os.path.join(tempfile.gettempdir(), f"modelyard-{name}.lock")
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _holder(descriptor: int) -> str:
    """The process that holds the lock, if the system reports it: ` (process 123)`."""
    inode = f":{os.fstat(descriptor).st_ino}"
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as file:
            rows = [line.split() for line in file]
    except OSError:
        return ""
    pids = [row[4] for row in rows if row[1:2] == ["FLOCK"] and len(row) > 5 and row[5].endswith(inode)]  # noqa: PLR2004 - proc_locks(5)
    return f" (process {pids[0]})" if pids else ""
