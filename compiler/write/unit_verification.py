"""Whether the files of a unit are still those of an earlier build."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from compiler.write.file_stat import FileStat, StatNumbers, racy_time
from compiler.write.filesystem import Disk, PathKind
from compiler.write.folder_comparison import FolderRecord
from compiler.write.lock_files import DamagedLockError, ManagedFile, decode_lock, digest_of, lock_path
from compiler.write.unit_states import UnitState


class UnitVerifier:
    """Compares units with the folders of a build, by stat data and by content."""

    def __init__(self, folders: Sequence[str], *, is_full: bool) -> None:
        self._folders, self._is_full = folders, is_full
        self._disks = [Disk(Path(folder)) for folder in folders]
        self._is_real_folder: list[dict[str, bool]] = [{} for _ in folders]
        self._racy_time = racy_time()

    def has_same_stats(self, unit: str, state: UnitState) -> bool:
        """Whether the lock and the files of a unit have the recorded stat data."""
        if self._is_full:
            return False
        path = lock_path(unit)
        try:
            return all(
                self._has_same_stats(index, (path, *record.paths), record.stats)
                for index, record in state.records.items()
            )
        except OSError:
            return False

    def _has_same_stats(self, index: int, paths: Sequence[str], stats: Sequence[StatNumbers]) -> bool:
        root, checked_folder = self._folders[index], ""
        for path, (size_and_mode, mtime_ns, inode) in zip(paths, stats, strict=True):
            folder = path.rpartition("/")[0]
            if folder != checked_folder:
                if not self._check_folder(index, folder):
                    return False
                checked_folder = folder
            status = os.lstat(f"{root}/{path}")
            if (
                status.st_mtime_ns != mtime_ns
                or status.st_ino != inode
                or status.st_size << 1 | bool(status.st_mode & stat.S_IXUSR) != size_and_mode
            ):
                return False
        return True

    def _check_folder(self, index: int, folder: str) -> bool:
        """Whether a folder and those above it are no links."""
        known_folders = self._is_real_folder[index]
        if folder not in known_folders:
            parent = folder.rpartition("/")[0]
            known_folders[folder] = (not parent or self._check_folder(index, parent)) and stat.S_ISDIR(
                os.lstat(f"{self._folders[index]}/{folder}").st_mode
            )
        return known_folders[folder]

    def verify_content(self, unit: str, state: UnitState) -> UnitState | None:
        """The state with the present stat data, if the lock and the files have the recorded content; otherwise `None`."""
        records = {index: self._verify_record(index, unit, record) for index, record in state.records.items()}
        if None in records.values():
            return None
        return state._replace(records={index: record for index, record in records.items() if record is not None})

    def _verify_record(self, index: int, unit: str, record: FolderRecord) -> FolderRecord | None:
        disk = self._disks[index]
        file = disk.read_file(lock_path(unit))
        if file is None or digest_of(file[0]) != record.lock_digest:
            return None
        try:
            lock = decode_lock(unit, file[0])
        except DamagedLockError:
            return None
        stats = [file[1]]
        for path in record.paths:
            entry = lock.get(path)
            file_stat = _matching_stat(disk, path, entry) if entry is not None else None
            if file_stat is None:
                return None
            stats.append(file_stat)
        return record._replace(stats=tuple(file_stat.settled_before(self._racy_time) for file_stat in stats))


def _matching_stat(disk: Disk, path: str, entry: ManagedFile) -> FileStat | None:
    """The stat data of a file, if it is what a lock says."""
    state = disk.path_state(path)
    is_same = (
        state is not None
        and state.kind is PathKind.FILE
        and state.path == path
        and state.has_content(entry.digest)
        and (state.executable or not entry.executable)
    )
    return state.stat if state is not None and is_same else None
