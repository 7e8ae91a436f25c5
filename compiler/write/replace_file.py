"""Replaces the content of a file, completely or not at all."""

import stat
from pathlib import Path

from compiler.foundation.errors import HostError
from compiler.foundation.safe_folder import SafeFolder, os_errors


def replace_content(root: Path, path: str, old_content: bytes, new_content: bytes) -> None:
    """Replace the content of a file below a root; raises `HostError` if it cannot be written, or changed since it was read."""
    with os_errors("write", path), SafeFolder(root) as files:
        content, mode = files.read(path)
        if content != old_content:
            raise HostError(f"{path} changed in the meantime", help="run the command again")
        files.replace(path, new_content, stat.S_IMODE(mode))
