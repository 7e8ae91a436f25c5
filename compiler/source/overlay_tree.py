"""A tree with some files replaced: its state after an edit that has not been written yet."""

from collections.abc import Mapping, Sequence

from compiler.source.tree import FileStamp, Listing, Tree, blob_id


class OverlayTree:
    """The files of a tree with some of them replaced; none are added."""

    def __init__(self, tree: Tree, replacements: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._replacements = replacements

    @property
    def label(self) -> str:
        """The name in messages."""
        return f"{self._tree.label}, edited"

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted."""
        return self._tree.paths(folder)

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted."""
        return self._tree.links(folder)

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`."""
        return self._tree.listing(folder)

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Links below the folder that do not lead to a regular file, sorted."""
        return self._tree.folder_links(folder)

    def link_on(self, path: str) -> str | None:
        """The first part of the path that is a symbolic link."""
        return self._tree.link_on(path)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        return self._tree.has(path)

    def read(self, path: str) -> bytes:
        """The content of the file."""
        original = self._tree.read(path)
        return self._replacements.get(path, original)

    def blob_id(self, path: str) -> str:
        """The git blob id of the content."""
        return blob_id(self._replacements[path]) if path in self._replacements else self._tree.blob_id(path)

    def stored_blob_id(self, path: str) -> str | None:
        """The git blob id of a file, if it is known without reading the file."""
        return None if path in self._replacements else self._tree.stored_blob_id(path)

    def stamp(self, path: str) -> FileStamp | None:
        """The stamp of a listed file."""
        return None if path in self._replacements else self._tree.stamp(path)
