"""Which version of the tool runs: what it stored is valid for this version alone.

The version is a digest of all installed files, so that an edit of the code counts, and an equal installation on another machine
has the same version. Reading the files takes too long for each run; while their stat data is unchanged, the version is, too.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from compiler.foundation.resources import shipped_folder

_DISTRIBUTION_SUFFIXES = (".dist-info", ".egg-info")


def installation_stamp() -> str:
    """A digest of the stat data of all installed files, and of everything else that determines the version."""
    lines = [
        f"{path}\0{file_stat.st_size}\0{file_stat.st_mtime_ns}\0{file_stat.st_ctime_ns}\0{file_stat.st_ino}"
        for path, file_stat in sorted(_installed_files(), key=lambda entry: entry[0])
    ]
    return _digest("\n".join((*_host_lines(), *lines)).encode("utf-8", "surrogateescape"))


def tool_version() -> str:
    """A digest of the content of all installed files, of Python, and of the installed packages by version."""
    roots = _roots()
    lines = [*_host_lines()]
    for path, _ in sorted(_installed_files(), key=lambda entry: entry[0]):
        root = next(root for root in roots if path.startswith(root + os.sep))
        name = f"{os.path.basename(root)}{path.removeprefix(root)}"
        lines.append(f"{name}\0{_digest(Path(path).read_bytes())}")
    return _digest("\n".join(lines).encode("utf-8", "surrogateescape"))


def _host_lines() -> Iterator[str]:
    yield sys.version
    yield sys.platform
    names = {name for folder in sys.path for name in _list_names(folder) if name.endswith(_DISTRIBUTION_SUFFIXES)}
    yield from sorted(names)


def _list_names(folder: str) -> list[str]:
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []


def _roots() -> list[str]:
    """The folders of the installation: the package, and the shipped folders that are next to it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped_folders = (shipped_folder("schemas"), shipped_folder("templates"))
    return [os.fspath(package), *(os.fspath(path) for path in shipped_folders if not path.is_relative_to(package))]


def _installed_files() -> Iterator[tuple[str, os.stat_result]]:
    pending_folders = _roots()
    while pending_folders:
        with os.scandir(pending_folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        pending_folders.append(entry.path)
                elif entry.is_file():
                    yield entry.path, entry.stat()


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
