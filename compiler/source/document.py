"""A document of the language: JSON data, and the location of each value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer
from compiler.source.packed_data import data_digest
from compiler.source.tree import blob_id

if TYPE_CHECKING:
    from compiler.source.node_positions import NodePosition, TextPositions

_MARKER = re.compile(r"^(?:---|\.\.\.)(?:[ \t]+|\n|\Z)", re.MULTILINE)
"""The start or the end of a document; at the start of a line it is nothing else, not even in a text of several lines."""
_TOOL_COMMENT = re.compile(r"modelyard\s*:")
"""What a comment for this tool contains in lower case: a case-insensitive search takes ten times as long."""
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])&\w", re.MULTILINE)


class FileContents(Protocol):
    """The text of a file and the data of its documents, in memory or read when they are needed."""

    @property
    def text_digest(self) -> str:
        """A digest of the text."""
        ...

    @property
    def text(self) -> str:
        """The text of the file."""
        ...

    @property
    def has_tool_comments(self) -> bool:
        """Whether the text may contain a comment for this tool."""
        ...

    def data(self, index: int) -> Object:
        """The data of the document with this index."""
        ...

    def data_digest(self, index: int) -> bytes:
        """A digest of the data of the document with this index."""
        ...


class MemoryContents:
    """The contents of a file that was parsed and is kept in memory."""

    __slots__ = ("_data_by_index", "text")

    def __init__(self, text: str, data_by_index: Mapping[int, Object]) -> None:
        self.text = text
        self._data_by_index = data_by_index

    @property
    def text_digest(self) -> str:
        """A digest of the text."""
        return blob_id(self.text.encode("utf-8", "surrogatepass"))

    @property
    def has_tool_comments(self) -> bool:
        """Whether the text may contain a comment for this tool."""
        return may_have_tool_comments(self.text)

    def data(self, index: int) -> Object:
        """The data of the document with this index."""
        return self._data_by_index[index]

    def data_digest(self, index: int) -> bytes:
        """A digest of the data of the document with this index."""
        return data_digest(self._data_by_index[index])


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. Locations are found by parsing the text again, so that a fleet does not keep them in memory."""

    path: str
    index: int
    contents: FileContents = field(repr=False)
    line: int

    @property
    def data(self) -> Object:
        """The data. The same object is returned as long as it is in use, but it may be read again later."""
        return self.contents.data(self.index)

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.contents.text

    @property
    def has_tool_comments(self) -> bool:
        """Whether the file may contain a comment for this tool."""
        return self.contents.has_tool_comments

    @property
    def text_digest(self) -> str:
        """A digest of the file's text: everything about the document, comments and locations included."""
        return self.contents.text_digest

    @property
    def data_digest(self) -> bytes:
        """A digest of the data alone."""
        return self.contents.data_digest(self.index)

    def with_data(self, data: Object) -> Document:
        """The document with other data and the locations of its text."""
        return replace(self, contents=MemoryContents(self.text, {self.index: data}))

    def location(self, pointer: Pointer) -> Location:
        """The location of the value; for a missing value, of the key of its nearest ancestor."""
        node, is_exact = self._root_node.nearest(pointer)
        return self._location(node.start, node.end) if is_exact else self._location(*node.key_range)

    def key_location(self, pointer: Pointer) -> Location:
        """The location of the key or list element; for a missing one, of the nearest ancestor."""
        node, _ = self._root_node.nearest(pointer)
        return self._location(*node.key_range)

    def scalar_text(self, pointer: Pointer) -> str | None:
        """The scalar as written, with quotes; `None` for maps, lists and missing values."""
        node, is_exact = self._root_node.nearest(pointer)
        return self.text[slice(*node.scalar_range)] if is_exact and node.scalar_range else None

    def text_of(self, pointer: Pointer) -> str:
        """The text of the value, or of the alias that refers to it; empty for a value that does not exist."""
        node, is_exact = self._root_node.nearest(pointer)
        return self.text[node.start : node.end] if is_exact else ""

    def key_text(self, pointer: Pointer) -> str:
        """The text of the key, quotes included; empty for a key that is not there."""
        node, is_exact = self._root_node.nearest(pointer)
        return self.text[slice(*node.key_range)] if is_exact else ""

    @property
    def own_text(self) -> str:
        """The text of this document alone, with the comments between it and the markers around it."""
        position = self._root_node.start
        markers = list(_MARKER.finditer(self.text))
        start = max((marker.end() for marker in markers if marker.end() <= position), default=0)
        end = min((marker.start() for marker in markers if marker.start() >= position), default=len(self.text))
        return self.text[start:end]

    @property
    def has_anchors(self) -> bool:
        """Whether the text of one value may be the value of several fields."""
        return _ANCHOR.search(self.text) is not None

    @property
    def _root_node(self) -> NodePosition:
        return self._positions.documents[self.index]

    def _location(self, start: int, end: int) -> Location:
        return self._positions.lines.location(self.path, start, end)

    @property
    def _positions(self) -> TextPositions:
        """The positions of the text; imported here, since only findings and edits need positions."""
        from compiler.source.node_positions import positions_of  # noqa: PLC0415 - as the docstring says

        return positions_of(self.text)


def may_have_tool_comments(text: str) -> bool:
    """Whether a text may contain a comment for this tool, such as `# modelyard: ignore[…]: …`."""
    return _TOOL_COMMENT.search(text.lower()) is not None
