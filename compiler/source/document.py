"""A document of the language: plain data, and where its author wrote each of it."""

from dataclasses import dataclass, field

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer
from compiler.source.node_positions import NodePosition, positions_of


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. Places are found by reading the text again, so that a fleet does not keep them."""

    path: str
    index: int
    data: Object = field(repr=False)
    text: str = field(repr=False)
    line: int

    def location(self, pointer: Pointer) -> Location:
        """Where the value stands; for a value that is not there, the key of its nearest ancestor."""
        node, is_exact = self._root_node.nearest(pointer)
        return self._location(node.start, node.end) if is_exact else self._location(*node.key_range)

    def key_location(self, pointer: Pointer) -> Location:
        """Where the key, or the list's element, stands; for one that is not there, that of its nearest ancestor."""
        node, _ = self._root_node.nearest(pointer)
        return self._location(*node.key_range)

    def scalar_text(self, pointer: Pointer) -> str | None:
        """The scalar as its author wrote it, quotes included; None for maps, lists and what is not there."""
        node, is_exact = self._root_node.nearest(pointer)
        return self.text[slice(*node.scalar_range)] if is_exact and node.scalar_range else None

    @property
    def _root_node(self) -> NodePosition:
        return positions_of(self.text).documents[self.index]

    def _location(self, start: int, end: int) -> Location:
        return positions_of(self.text).lines.location(self.path, start, end)
