"""The files of the stores: one per project, with a number that grows whenever the file is replaced.

A file in use is never written by another one that replaced it: a damaged file, or one of another version, gets a successor with
the next number, and is then deleted. SQLite's journals belong to a name, so a name is never used twice.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MAX_PROJECTS = 8
_SECONDS_PER_DAY = 86_400
_FILE_NAME = re.compile(r"(?P<project>[0-9a-f]{32})-(?P<number>[0-9]{1,9})\.sqlite(?:-journal)?")


class StoreFiles:
    """The files of one project in the cache folder."""

    def __init__(self, folder: Path, project: str) -> None:
        """`project` is a name of 32 hexadecimal digits."""
        self._folder = folder
        self._project = project

    def newest(self) -> Path | None:
        """The file with the largest number, whether it can be used or not."""
        numbers = [number for _, project, number in self._all_files() if project == self._project]
        return self._file(max(numbers)) if numbers else None

    def create_successor(self, file: Path | None) -> Path:
        """An empty file with the number after that of the given file, or what another run put there; raises `OSError`."""
        successor = self._file(_number(file) + 1 if file else 1)
        with suppress(FileExistsError):
            os.close(os.open(successor, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return successor

    def clean_up(self, file: Path) -> None:
        """Delete the files that the given one replaced, and those of the projects that were not used for the longest time."""
        _mark_used(file)
        last_use: dict[str, float] = {}
        all_files = list(self._all_files())
        for path, project, _ in all_files:
            with suppress(OSError):
                last_use[project] = max(last_use.get(project, 0), path.lstat().st_mtime)
        stale_projects = sorted(last_use, key=last_use.__getitem__, reverse=True)[MAX_PROJECTS:]
        for path, project, number in all_files:
            if project in stale_projects or (project == self._project and number < _number(file)):
                with suppress(OSError):
                    path.unlink()

    def _file(self, number: int) -> Path:
        return self._folder / f"{self._project}-{number}.sqlite"

    def _all_files(self) -> Iterator[tuple[Path, str, int]]:
        with suppress(OSError):
            for path in self._folder.iterdir():
                if match := _FILE_NAME.fullmatch(path.name):
                    yield path, match["project"], int(match["number"])


def _number(file: Path) -> int:
    match = _FILE_NAME.fullmatch(file.name)
    return int(match["number"]) if match else 0


def _mark_used(file: Path) -> None:
    with suppress(OSError):
        if time.time() - file.stat().st_mtime > _SECONDS_PER_DAY:
            os.utime(file)
