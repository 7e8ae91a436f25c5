"""Creates files without overwriting any; if one cannot be written, none is left behind."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from compiler.foundation.errors import HostError

_CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_new_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files by path below a folder, creating folders as needed.

    Raises `HostError` after removing what it created.
    """
    created_paths: list[Path] = []
    path = ""
    try:
        for path, content in files.items():
            file = root / path
            _create_folder(file.parent, created_paths)
            with os.fdopen(os.open(file, _CREATE_FLAGS, 0o666), "wb") as stream:
                created_paths.append(file)
                stream.write(content)
    except OSError as error:
        _remove_created(created_paths)
        raise HostError(
            f"cannot write {root / path}: {error.strerror or error}",
            help="nothing was written; mend what the system says",
        ) from error


def _create_folder(folder: Path, created_paths: list[Path]) -> None:
    for missing_folder in reversed([ancestor for ancestor in (folder, *folder.parents) if not ancestor.exists()]):
        missing_folder.mkdir()
        created_paths.append(missing_folder)


def _remove_created(created_paths: list[Path]) -> None:
    for path in reversed(created_paths):
        with suppress(OSError):  # the exception in flight says what the system refused
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
