"""Creates files without overwriting any; if one cannot be written, none is left behind."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from compiler.foundation.safe_folder import SafeFolder, os_errors, os_failure


def write_new_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files by path below a folder, creating folders as needed; no symbolic link below it is followed.

    Raises `HostError` after removing what it created.
    """
    new_roots = [folder for folder in (root, *root.parents) if not folder.exists()]
    with os_errors("make the folder", str(root)):
        root.mkdir(parents=True, exist_ok=True)
    with SafeFolder(root) as folder:
        created_paths: list[str] = []
        path = ""
        try:
            for path, content in files.items():
                folder.create(path, content)
                created_paths.append(path)
        except OSError as error:
            _remove_created(folder, created_paths)
            for new_root in new_roots:
                with suppress(OSError):
                    new_root.rmdir()
            raise os_failure("write", str(root / path), error) from error


def _remove_created(folder: SafeFolder, created_paths: list[str]) -> None:
    with suppress(OSError):  # the exception in flight already reports the failure
        for path in reversed(created_paths):
            folder.remove(path)
        for created_folder in reversed(folder.created_folders):
            folder.remove_folder(created_folder)
