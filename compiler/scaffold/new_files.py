"""New files and nothing else: nothing is overwritten, and where one cannot be written none is left behind."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from compiler.foundation.errors import SurroundingsError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_new(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files by path below a folder, with the folders that they need.

    Raises `SurroundingsError`, and has then removed again what it made.
    """
    made: list[Path] = []
    path = ""
    try:
        for path, content in files.items():
            file = root / path
            _make_folder(file.parent, made)
            with os.fdopen(os.open(file, _NEW, 0o666), "wb") as out:
                made.append(file)
                out.write(content)
    except OSError as error:
        _remove(made)
        raise SurroundingsError(
            f"cannot write {root / path}: {error.strerror or error}",
            help="nothing was written; mend what the system says",
        ) from error


def _make_folder(folder: Path, made: list[Path]) -> None:
    for missing in reversed([above for above in (folder, *folder.parents) if not above.exists()]):
        missing.mkdir()
        made.append(missing)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):  # the error on its way says what the system refuses
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
