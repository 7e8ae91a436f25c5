"""A document of the language: plain data, and where its author wrote each of it."""

from dataclasses import dataclass, field

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Object, Pointer
from compiler.source.node_positions import Mark, marks_of


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file. Places are found by reading the text again, so that a fleet does not keep them."""

    path: str
    index: int
    data: Object = field(repr=False)
    text: str = field(repr=False)
    line: int

    def place(self, pointer: Pointer) -> Place:
        """Where the value stands; for a value that is not there, the key of its nearest ancestor."""
        mark, found = self._root.nearest(pointer)
        return self._at(mark.start, mark.end) if found else self._at(*mark.key)

    def key_place(self, pointer: Pointer) -> Place:
        """Where the key, or the list's element, stands; for one that is not there, that of its nearest ancestor."""
        mark, _ = self._root.nearest(pointer)
        return self._at(*mark.key)

    def spelling(self, pointer: Pointer) -> str | None:
        """The scalar as its author wrote it, quotes included; None for maps, lists and what is not there."""
        mark, found = self._root.nearest(pointer)
        return self.text[slice(*mark.spelled)] if found and mark.spelled else None

    @property
    def _root(self) -> Mark:
        return marks_of(self.text).documents[self.index]

    def _at(self, start: int, end: int) -> Place:
        return marks_of(self.text).lines.place(self.path, start, end)
