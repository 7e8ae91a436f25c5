"""Fixes written into the files that they mend: each file whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from compiler.foundation.errors import SurroundingsError


def replace_text(path: Path, before: bytes, after: bytes) -> None:
    """Put a file's new bytes in its place; raises `SurroundingsError` where it cannot be written, or is another than was read."""
    try:
        if path.is_symlink() or path.read_bytes() != before:
            raise SurroundingsError(f"{path} was changed meanwhile", help="run the command again")
        mode = path.stat().st_mode
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(after)
            os.chmod(fresh, mode)
            os.replace(fresh, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(fresh)
            raise
    except OSError as error:
        raise SurroundingsError(f"cannot write {path}: {error.strerror}") from error
