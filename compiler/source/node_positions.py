"""Where everything stands in a text, found out only when somebody asks."""

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
    """The range of a value, and of the key or list element it stands at."""

    start: int
    end: int
    key_range: tuple[int, int] = (0, 0)
    scalar_range: tuple[int, int] | None = None
    children: dict[str | int, NodePosition] = field(default_factory=dict)

    def nearest(self, pointer: Pointer) -> tuple[NodePosition, bool]:
        """The mark at the pointer, or else that of its nearest ancestor; and whether it is the one asked for."""
        node = self
        for part in pointer:
            child = node.children.get(part)
            if child is None:
                return node, False
            node = child
        return node, True


@dataclass(frozen=True, slots=True)
class TextPositions:
    """The marks of all documents of a text, by their number in it."""

    lines: LineIndex
    documents: tuple[NodePosition, ...]


@lru_cache(maxsize=16)
def positions_of(text: str) -> TextPositions:
    """The marks of a text that could be read; kept for a few texts only, as findings come file by file."""
    return TextPositions(LineIndex(text), tuple(_PositionReader(text).read_documents()))


class _PositionReader:
    """Reads the marks of a text; which keys there are it decides exactly as the reader of the data does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next_event: Callable[[], Any] = yaml_backend.open_events(
            text
        ).get_event  # Any: events are told apart by their class
        self._anchors: dict[str, NodePosition] = {}

    def read_documents(self) -> Iterator[NodePosition]:
        """The marks of each document; its first key stands for the root, which has none."""
        self._next_event()
        while self._next_event().__class__ is DocumentStartEvent:
            root = self._read_node(self._next_event())
            root.key_range = min((child.key_range for child in root.children.values()), default=root.key_range)
            yield root
            self._anchors.clear()
            self._next_event()

    def _read_node(self, event: Any) -> NodePosition:  # noqa: ANN401 - events are told apart by their class
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
        """An alias stands where it is written; what is in it stands where the anchor is."""
        start, end = event.start_mark.index, event.end_mark.index
        anchor_node = self._anchors[event.anchor]
        return NodePosition(start, end, (start, end), anchor_node.scalar_range, anchor_node.children)

    def _fill_map(self, children: dict[str | int, NodePosition], end: int) -> int:
        """Where the map ends: with its bracket, or with its last value."""
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
        """Where the list ends: with its bracket, or with its last value."""
        event: Any
        while (event := self._next_event()).__class__ is not SequenceEndEvent:
            value = self._read_node(event)
            end = max(end, value.end)
            children[len(children)] = value
        return _collection_end(event, end)

    def _content_range(self, event: Any) -> tuple[int, int]:  # noqa: ANN401 - events are told apart by their class
        """The range of a value without its tag and anchor, and without the empty lines that a parser counts in."""
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            match = _PROPERTIES.match(self._text, start)
            start = match.end() if match else start
            if event.__class__ is ScalarEvent:
                start = min(start, end)
        return start, max(start, start + len(self._text[start:end].rstrip()))


def _collection_end(event: Any, end: int) -> int:  # noqa: ANN401 - events are told apart by their class
    """Where a collection ends: a block's end event has no text and stands where the next thing begins."""
    bracket: int = event.end_mark.index
    return bracket if bracket > event.start_mark.index else end


def _merge_key_children(merge_source: NodePosition) -> dict[str | int, NodePosition]:
    """The marks of the keys that a `<<` takes in; of several maps the first wins."""
    if not merge_source.children or 0 not in merge_source.children:
        return dict(merge_source.children)
    children: dict[str | int, NodePosition] = {}
    for source in reversed(merge_source.children.values()):
        children |= source.children
    return children
