"""A document of the language: JSON data, and the location of each value."""

import re
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer
from compiler.source.node_positions import NodePosition, positions_of

_MARKER = re.compile(r"^(?:---|\.\.\.)(?:[ \t]+|\n|\Z)", re.MULTILINE)
"""The start or the end of a document; at the start of a line it is nothing else, not even in a text of several lines."""
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])&\w", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. Locations are found by parsing the text again, so that a fleet does not keep them in memory."""

    path: str
    index: int
    data: Object = field(repr=False)
    text: str = field(repr=False)
    line: int

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
        return positions_of(self.text).documents[self.index]

    def _location(self, start: int, end: int) -> Location:
        return positions_of(self.text).lines.location(self.path, start, end)
