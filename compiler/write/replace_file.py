"""Replaces the content of a file, completely or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from compiler.foundation.errors import HostError


def replace_content(path: Path, old_content: bytes, new_content: bytes) -> None:
    """Replace a file's content; raises `HostError` if it cannot be written, or changed since it was read."""
    try:
        if path.is_symlink() or path.read_bytes() != old_content:
            raise HostError(f"{path} was changed meanwhile", help="run the command again")
        mode = path.stat().st_mode
        descriptor, temporary_path = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new_content)
            os.chmod(temporary_path, mode)
            os.replace(temporary_path, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary_path)
            raise
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}") from error
