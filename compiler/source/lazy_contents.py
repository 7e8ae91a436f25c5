"""Contents of files that are not in memory: data is decoded, and text is read, when something needs it."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from compiler.foundation.errors import HostError
from compiler.foundation.json_data import Object
from compiler.source.stored_file import StoredFile
from compiler.source.text_decoding import decode
from compiler.source.tree import NoSuchFile, Tree, blob_id

MAX_DECODED_DOCUMENTS = 1000
"""Documents whose data is in memory because it was used lately."""
_MAX_TEXTS = 32

DataByIndex: TypeAlias = Mapping[int, Object]


class ContentsCache:
    """Reads the contents of files of a tree, and keeps those that were used lately."""

    def __init__(self, tree: Tree, load_data: Callable[["LazyContents"], DataByIndex]) -> None:
        """`load_data` returns the data of the documents of a file."""
        self._tree = tree
        self._load_data = load_data
        self._recent_data: dict[LazyContents, DataByIndex] = {}
        self._older_data: dict[LazyContents, DataByIndex] = {}
        self._recent_count = 0
        self._texts: dict[LazyContents, str] = {}

    def data_of(self, contents: "LazyContents") -> DataByIndex:
        """The data of the documents of a file."""
        data = self._recent_data.get(contents)
        if data is None:
            data = self._older_data.get(contents)
            data = self._load_data(contents) if data is None else data
            self.add_data(contents, data)
        return data

    def add_data(self, contents: "LazyContents", data: DataByIndex) -> None:
        """Keep data. Once there is more than half of the maximum, only what is used again from then on is kept."""
        if self._recent_count >= MAX_DECODED_DOCUMENTS // 2:
            self._older_data, self._recent_data, self._recent_count = self._recent_data, {}, 0
        self._recent_data[contents] = data
        self._recent_count += len(data)

    def text_of(self, contents: "LazyContents") -> str:
        """The text of a file; raises `HostError` if it is no longer the text that was read first."""
        text = self._texts.pop(contents, None)
        if text is None:
            text = decode(self._read_again(contents.file), contents.file.path)[0]
            if len(self._texts) >= _MAX_TEXTS:
                del self._texts[next(iter(self._texts))]
        self._texts[contents] = text
        return text

    def _read_again(self, file: StoredFile) -> bytes:
        try:
            content = self._tree.read(file.path)
        except NoSuchFile:
            content = b""
        if blob_id(content) != file.blob_id:
            raise HostError(f"`{file.path}` changed while the project was read.", help="Run the command again.")
        return content


class LazyContents:
    """The contents of a file as they were when the file was read first."""

    __slots__ = ("_cache", "file")

    def __init__(self, cache: ContentsCache, file: StoredFile) -> None:
        self._cache = cache
        self.file = file

    @property
    def text_digest(self) -> str:
        """A digest of the text: the git blob id."""
        return self.file.blob_id

    @property
    def text(self) -> str:
        """The text of the file."""
        return self._cache.text_of(self)

    @property
    def has_tool_comments(self) -> bool:
        """Whether the text may contain a comment for this tool."""
        return self.file.has_tool_comments

    def data(self, index: int) -> Object:
        """The data of the document with this index."""
        return self._cache.data_of(self)[index]

    def data_digest(self, index: int) -> bytes:
        """A digest of the data of the document with this index."""
        return next(document.data_digest for document in self.file.documents if document.index == index)
