"""The folder of the caches, outside of all checkouts; only its owner may write to it."""

import os
import stat
import sys
from pathlib import Path

CACHE_VARIABLE = "MODELYARD_CACHE"
"""The environment variable with another folder, or `off`."""


def usable_cache_folder(checkout: Path) -> Path | None:
    """The cache folder, which is created if it does not exist; `None` if the cache is off or the folder cannot be trusted."""
    folder = _cache_folder()
    if folder is None or folder.is_relative_to(checkout.resolve()) or not _is_private(folder):
        return None
    return folder


def is_trusted_file(file: Path) -> bool:
    """Whether the path is a regular file, not a link, to which only the user may write."""
    try:
        file_stat = file.lstat()
    except OSError:
        return False
    return stat.S_ISREG(file_stat.st_mode) and _is_owned_by_user(file_stat)


def _cache_folder() -> Path | None:
    """The folder of the environment variable, else the one in the user's cache folder; `None` if the cache is off."""
    setting = os.environ.get(CACHE_VARIABLE, "")
    if setting == "off":
        return None
    homes = {"win32": "~/AppData/Local", "darwin": "~/Library/Caches"}
    home = os.environ.get("XDG_CACHE_HOME") or homes.get(sys.platform, "~/.cache")
    try:
        path = Path(setting) if setting else Path(home).expanduser() / "modelyard"
        return path.resolve() if path.is_absolute() else None
    except (OSError, RuntimeError):
        return None


def _is_private(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder_stat = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(folder_stat.st_mode) and _is_owned_by_user(folder_stat)


def _is_owned_by_user(file_stat: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True
    return file_stat.st_uid == os.getuid() and not file_stat.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
