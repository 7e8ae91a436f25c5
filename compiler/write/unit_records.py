"""What a build will remember of its units, in a temporary file until it is known that they were written.

Where the file cannot be written or read, nothing is remembered, which costs time, and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

_HEADER = struct.Struct("<IQI")
"""The length of a unit's id, the time, and the length of its state."""


class UnitRecords:
    """Units with the time of the last change of one of their files, and their states. The first one makes the file."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._is_unusable = False

    def add(self, unit: str, mtime_ns: int, state: bytes) -> None:
        """Add a unit after the others."""
        if self._is_unusable:
            return
        name = unit.encode()
        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 - closed by `close`
            self._file.write(_HEADER.pack(len(name), mtime_ns, len(state)) + name + state)
        except OSError:
            self._is_unusable = True

    def __iter__(self) -> Iterator[tuple[str, int, bytes]]:
        """The units in the order in which they were added."""
        file = self._file
        if file is None or self._is_unusable:
            return
        with suppress(OSError):
            yield from _records(file)

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with suppress(OSError):  # a full disk
                self._file.close()
            self._file = None


def _records(file: IO[bytes]) -> Iterator[tuple[str, int, bytes]]:
    file.seek(0)
    while header := file.read(_HEADER.size):
        name_size, mtime_ns, state_size = _HEADER.unpack(header)
        yield file.read(name_size).decode(), mtime_ns, file.read(state_size)
