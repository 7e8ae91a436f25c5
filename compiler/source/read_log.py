"""Records what is looked up while something is computed, so that the result can be kept for as long as nothing of that changes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from compiler.source.tree import FileStamp, Listing, Tree

T = TypeVar("T")
K = TypeVar("K")

ALL_NAMES = "*"
"""Stands for the list of all names of a kind."""
ALL_DOCUMENTS = "**"
"""Stands for the content of all documents of a kind."""
ALL_HEADERS = "***"
"""Stands for the paths and headers of all documents of a kind."""
FILE, FOLDER, SPECS, DEFAULTS, DEPENDENTS, CHANGE = "file", "folder", "specs", "defaults", "dependents", "change"
"""Look-ups other than those of a document: the bytes of a file, the paths in a folder, the files with documents in a folder, the Defaults
that apply in a folder, the models that may use a model, and the base of a change with whether it changes a model in an environment."""
COMMENTS = "comments"
"""The look-up of all comments for this tool, in documents of all kinds."""


class Read(NamedTuple):
    """A look-up: a kind of document with a name, a file or folder with a path, or a change by environment and model, with a slash.

    A miss is a look-up, too.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """A value, and the look-ups that it was computed from."""

    value: T
    reads: frozenset[Read]


class ReadLog:
    """The look-ups of what is computed at the moment; nothing is recorded outside of `recording`."""

    __slots__ = ("_reads",)

    def __init__(self) -> None:
        self._reads: set[Read] | None = None

    def add(self, kind: str, name: str) -> None:
        """Record a look-up."""
        reads = self._reads
        if reads is not None and (kind, name) not in reads:  # most look-ups repeat, and a tuple is equal to its `Read`
            reads.add(Read(kind, name))

    def add_all(self, reads: Iterable[Read]) -> None:
        """Record look-ups that were recorded before."""
        if self._reads is not None:
            self._reads.update(reads)

    @contextmanager
    def recording(self) -> Iterator[set[Read]]:
        """Record look-ups into the set; they count as look-ups of what is computed around it, too."""
        outer_reads, reads = self._reads, set[Read]()
        self._reads = reads
        try:
            yield reads
        finally:
            self._reads = outer_reads
            if outer_reads is not None:
                outer_reads |= reads

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing, for what is recorded as a whole."""
        outer_reads, self._reads = self._reads, None
        try:
            yield
        finally:
            self._reads = outer_reads

    def remember(self, known: dict[K, Remembered[T]], key: K, compute: Callable[[], T]) -> T:
        """A value that is computed once for a key; whoever asks for it again depends on the same look-ups."""
        entry = known.get(key)
        if entry is None:
            with self.recording() as reads:
                value = compute()
            known[key] = Remembered(value, frozenset(reads))
            return value
        self.add_all(entry.reads)
        return entry.value


class RecordedTree:
    """A tree that records what is read from it."""

    def __init__(self, tree: Tree, log: ReadLog) -> None:
        self._tree = tree
        self._log = log

    @property
    def label(self) -> str:
        """The name in messages."""
        return self._tree.label

    def paths(self, folder: str = "") -> Sequence[str]:
        """Regular files below the folder, sorted."""
        self._log.add(FOLDER, folder)
        return self._tree.paths(folder)

    def links(self, folder: str = "") -> Sequence[str]:
        """Symbolic links below the folder, sorted."""
        self._log.add(FOLDER, folder)
        return self._tree.links(folder)

    def listing(self, folder: str = "") -> Listing:
        """Both `paths` and `links`."""
        self._log.add(FOLDER, folder)
        return self._tree.listing(folder)

    def folder_links(self, folder: str = "") -> Sequence[str]:
        """Links below the folder that do not lead to a regular file."""
        self._log.add(FOLDER, folder)
        return self._tree.folder_links(folder)

    def link_on(self, path: str) -> str | None:
        """The first part of the path that is a symbolic link."""
        self._log.add(FILE, path)
        return self._tree.link_on(path)

    def has(self, path: str) -> bool:
        """Whether `read` would succeed."""
        self._log.add(FILE, path)
        return self._tree.has(path)

    def read(self, path: str) -> bytes:
        """The content of the file."""
        self._log.add(FILE, path)
        return self._tree.read(path)

    def blob_id(self, path: str) -> str:
        """The git blob id of the content."""
        self._log.add(FILE, path)
        return self._tree.blob_id(path)

    def stored_blob_id(self, path: str) -> str | None:
        """The git blob id of a file, if it is known without reading the file."""
        self._log.add(FILE, path)
        return self._tree.stored_blob_id(path)

    def stamp(self, path: str) -> FileStamp | None:
        """The stamp of a listed file."""
        self._log.add(FILE, path)
        return self._tree.stamp(path)
