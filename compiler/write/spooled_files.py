"""Files that are held in a temporary file on the disk until they are written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from tempfile import TemporaryFile
from types import TracebackType

from compiler.foundation.safe_folder import os_errors

_WHAT = "a temporary file"


class SpooledFiles(Mapping[str, bytes], AbstractContextManager["SpooledFiles"]):
    """The content of files by path. Only the paths are in memory; the system removes the content when the process ends."""

    def __init__(self) -> None:
        self._positions: dict[str, tuple[int, int]] = {}
        self._end = 0
        with os_errors("write", _WHAT):
            self._file = TemporaryFile()  # noqa: SIM115 - closed by `__exit__`

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Remove the content."""
        self._file.close()

    def add(self, path: str, content: bytes) -> None:
        """Add a file, or replace it."""
        with os_errors("write", _WHAT):
            self._file.seek(self._end)
            self._file.write(content)
        self._positions[path] = (self._end, len(content))
        self._end += len(content)

    def __getitem__(self, path: str) -> bytes:
        start, size = self._positions[path]
        with os_errors("read", _WHAT):
            self._file.seek(start)
            return self._file.read(size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)
