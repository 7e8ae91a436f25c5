"""The type of options and arguments that name a file or a folder."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

import click

from compiler.foundation.errors import UsageError

_OUTPUT_STREAMS: Final = frozenset({"/dev/stdout", "/dev/stderr", "/dev/null"})
_KINDS: Final = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


class PathType(click.Path):
    """A regular file or a folder: reading from a device or a pipe might never end."""

    def __init__(self, *, exists: bool = False, files: bool = True, folders: bool = True, writes: bool = False) -> None:
        super().__init__(exists=exists, file_okay=files, dir_okay=folders, path_type=Path)
        self._writes = writes

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; raises `UsageError` for what is neither a file nor a folder."""
        if "\0" in str(value):
            raise UsageError("a path cannot contain the character NUL", help="Check the path.")
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not (self._writes and str(path) in _OUTPUT_STREAMS):
            self._require_regular(path)
        return path

    def _require_regular(self, path: Path) -> None:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise
            return  # a missing file is reported where it is read
        for is_kind, name in _KINDS:
            if is_kind(mode):
                expected = "regular file" if self.file_okay else "folder"
                raise UsageError(f"{path} is {name}, not a {expected}", help=f"name a {expected}")
