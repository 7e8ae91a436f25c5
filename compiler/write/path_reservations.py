"""The paths of all units, to find two that cannot exist side by side on some system."""

from typing import NamedTuple, TypeAlias

from compiler.plan.output_paths import fold_path, parent_folders

PathHolder: TypeAlias = tuple[str, tuple[str, ...]]
"""A unit and the sources of a file."""


class Reservation(NamedTuple):
    """A path, its unit and its sources; `is_folder` marks a folder above the path of a unit."""

    path: str
    unit: str
    sources: tuple[str, ...]
    is_folder: bool = False


class PathReservations:
    """Paths in the order in which they are reserved. The common case holds one text and one shared pair per path."""

    def __init__(self) -> None:
        self._holders: dict[str, Reservation | PathHolder] = {}
        self._free_folders: set[str] = set()  # folders that no reserved file blocks

    def reserve(self, path: str, holder: PathHolder) -> Reservation | None:
        """Reserve a path for a unit and its sources; returns the earlier reservation if there is one."""
        folded_path = fold_path(path)
        if (earlier := self._holders.get(folded_path)) is not None:
            return _reservation(folded_path, earlier)
        if folded_path == path:
            self._holders[path] = holder
        else:
            self._holders[folded_path] = Reservation(path, *holder)
        if (parent := path.rpartition("/")[0]) in self._free_folders:
            return None
        return self._reserve_folders(parent, Reservation(path, *holder, is_folder=True))

    def _reserve_folders(self, parent: str, reservation: Reservation) -> Reservation | None:
        for folder in parent_folders(reservation.path):
            folded_folder = fold_path(folder)
            holder = _reservation(folded_folder, self._holders.setdefault(folded_folder, reservation))
            if not holder.is_folder:
                return holder
        self._free_folders.add(parent)
        return None

    def has_file(self, path: str) -> bool:
        """Whether a unit has a file of this path, in this spelling."""
        folded_path = fold_path(path)
        holder = self._holders.get(folded_path)
        if holder is None:
            return False
        reservation = _reservation(folded_path, holder)
        return reservation.path == path and not reservation.is_folder

    def needs_room_of(self, path: str) -> bool:
        """Whether a file of this path is where a reserved file or folder will be."""
        folded_path = fold_path(path)
        return folded_path in self._holders or any(
            not _reservation(folder, self._holders[folder]).is_folder
            for folder in parent_folders(folded_path)
            if folder in self._holders
        )


def _reservation(path: str, holder: Reservation | PathHolder) -> Reservation:
    return holder if isinstance(holder, Reservation) else Reservation(path, *holder)
