"""A tree with other bytes in some of its files: what it would be after an edit that nobody has made yet."""

from collections.abc import Mapping, Sequence

from compiler.source.tree import Tree, blob_id


class OverlayTree:
    """The files of a tree, some of them replaced; none are added."""

    def __init__(self, tree: Tree, replacements: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._replacements = replacements

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self._tree.label}, edited"

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted."""
        return self._tree.paths(folder)

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted."""
        return self._tree.links(folder)

    def has(self, path: str) -> bool:
        """Whether `read` would return."""
        return self._tree.has(path)

    def read(self, path: str) -> bytes:
        """The file's bytes."""
        original = self._tree.read(path)
        return self._replacements.get(path, original)

    def blob_id(self, path: str) -> str:
        """The id that git gives to the file's bytes."""
        return blob_id(self._replacements[path]) if path in self._replacements else self._tree.blob_id(path)
