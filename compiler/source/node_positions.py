"""The positions of all nodes of a text, computed on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from compiler.foundation.json_data import Pointer
from compiler.source import yaml_backend
from compiler.source.text_decoding import LineIndex
from compiler.source.yaml_keys import key_text, plain_scalar_text

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#.*\s*)*|\Z))*")


@dataclass(slots=True)
class NodePosition:
    """The range of a value, and of its key or list element."""

    start: int
    end: int
    key_range: tuple[int, int] = (0, 0)
    scalar_range: tuple[int, int] | None = None
    children: dict[str | int, NodePosition] = field(default_factory=dict)

    def nearest(self, pointer: Pointer) -> tuple[NodePosition, bool]:
        """The position at the pointer, else of its nearest ancestor; and whether it is exact."""
        node = self
        for part in pointer:
            child = node.children.get(part)
            if child is None:
                return node, False
            node = child
        return node, True


@dataclass(frozen=True, slots=True)
class TextPositions:
    """The positions of all documents of a text, by document number."""

    lines: LineIndex
    documents: tuple[NodePosition, ...]


@lru_cache(maxsize=16)
def positions_of(text: str) -> TextPositions:
    """The positions of a valid text; cached for a few texts, because findings come file by file."""
    return TextPositions(LineIndex(text), tuple(_PositionReader(text).read_documents()))


class _PositionReader:
    """Reads positions from parser events; it decides what is a key exactly as the data loader does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next_event: Callable[[], Any] = yaml_backend.open_events(
            text
        ).get_event  # Any: events are distinguished by class
        self._anchors: dict[str, NodePosition] = {}

    def read_documents(self) -> Iterator[NodePosition]:
        """Read the positions of each document; the first key is a dummy for the root, which has no key."""
        self._next_event()
        while self._next_event().__class__ is DocumentStartEvent:
            root = self._read_node(self._next_event())
            root.key_range = min((child.key_range for child in root.children.values()), default=root.key_range)
            yield root
            self._anchors.clear()
            self._next_event()

    def _read_node(self, event: Any) -> NodePosition:  # noqa: ANN401 - events are distinguished by class
        if event.__class__ is AliasEvent:
            return self._read_alias(event)
        start, end = self._content_range(event)
        node = NodePosition(start, end, (start, end))
        if event.__class__ is ScalarEvent:
            node.scalar_range = (start, end)
        else:
            fill = self._fill_map if event.__class__ is MappingStartEvent else self._fill_list
            node.end = fill(node.children, start)
            node.key_range = (start, node.end)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _read_alias(self, event: Any) -> NodePosition:  # noqa: ANN401 - as above
        """An alias is located where it is written; its contents where the anchor is."""
        start, end = event.start_mark.index, event.end_mark.index
        anchor_node = self._anchors[event.anchor]
        return NodePosition(start, end, (start, end), anchor_node.scalar_range, anchor_node.children)

    def _fill_map(self, children: dict[str | int, NodePosition], end: int) -> int:
        """Complete the position of a map: it ends with its bracket, or with its last value."""
        explicit: dict[str | int, NodePosition] = {}
        merge_source: NodePosition | None = None
        while (event := self._next_event()).__class__ is not MappingEndEvent:
            key = self._read_node(event)
            value = self._read_node(self._next_event())
            end = max(end, key.end, value.end)
            name = key_text(event)
            if plain_scalar_text(event) == "<<":
                merge_source = merge_source or value
            elif name is not None and name not in explicit:
                value.key_range = (key.start, key.end)
                explicit[name] = value
        if merge_source is not None:
            children |= _merge_key_children(merge_source)
        children |= explicit
        return _collection_end(event, end)

    def _fill_list(self, children: dict[str | int, NodePosition], end: int) -> int:
        """Complete the position of a list: it ends with its bracket, or with its last value."""
        event: Any
        while (event := self._next_event()).__class__ is not SequenceEndEvent:
            value = self._read_node(event)
            end = max(end, value.end)
            children[len(children)] = value
        return _collection_end(event, end)

    def _content_range(self, event: Any) -> tuple[int, int]:  # noqa: ANN401 - as above
        """The range of a value without tag, anchor and trailing blank lines, which the parser includes."""
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            match = _PROPERTIES.match(self._text, start)
            start = match.end() if match else start
            if event.__class__ is ScalarEvent:
                start = min(start, end)
        return start, max(start, start + len(self._text[start:end].rstrip()))


def _collection_end(event: Any, end: int) -> int:  # noqa: ANN401 - as above
    """The end of a collection: the end event of a block has no text and is where the next token begins."""
    bracket: int = event.end_mark.index
    return bracket if bracket > event.start_mark.index else end


def _merge_key_children(merge_source: NodePosition) -> dict[str | int, NodePosition]:
    """The positions of the keys that a `<<` merges; of several maps the first wins."""
    if not merge_source.children or 0 not in merge_source.children:
        return dict(merge_source.children)
    children: dict[str | int, NodePosition] = {}
    for source in reversed(merge_source.children.values()):
        children |= source.children
    return children
