"""A tree in memory: for tests, and for text that an editor has not saved."""

from collections.abc import Mapping, Sequence

from compiler.source.tree import (
    FileStamp,
    Listing,
    NoSuchFile,
    ancestors,
    blob_id,
    linked_path,
    path_parts,
    paths_below,
)


class MemoryTree:
    """The files of a mapping; text is encoded as UTF-8."""

    def __init__(
        self,
        files: Mapping[str, bytes | str],
        *,
        links: Mapping[str, str] | None = None,
        label: str = "files in memory",
    ) -> None:
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        self._links = dict(links or {})
        self._label = label

    @property
    def label(self) -> str:
        """The name in messages."""
        return self._label

    def paths(self, folder: str = "") -> Sequence[str]:
        """Files below the folder, sorted."""
        return paths_below(self._files, folder)

    def links(self, folder: str = "") -> Sequence[str]:
        """The given links below the folder, sorted."""
        return paths_below(self._links, folder)

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`."""
        return Listing(self.paths(folder), self.links(folder))

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Links below the folder that do not lead to a file of the mapping, sorted."""
        return [path for path in self.links(folder) if linked_path(path, self._links[path]) not in self._files]

    def link_on(self, path: str) -> str | None:
        """The first part of the path that is a given link."""
        return next((part for part in ancestors(path) if part in self._links), None)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        return path in self._files and path_parts(path) is not None

    def read(self, path: str) -> bytes:
        """The content of the file."""
        if not self.has(path):
            raise NoSuchFile(path)
        return self._files[path]

    def blob_id(self, path: str) -> str:
        """The git blob id of the content."""
        return blob_id(self.read(path))

    def stored_blob_id(self, _path: str) -> str | None:
        """No blob id is stored."""
        return None

    def stamp(self, _path: str) -> FileStamp | None:
        """The files are not on disk."""
        return None
