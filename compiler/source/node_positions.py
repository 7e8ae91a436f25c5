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
from compiler.source import yaml_backend as engine
from compiler.source.text_decoding import Lines
from compiler.source.yaml_keys import key_text, plain_text

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#.*\s*)*|\Z))*")


@dataclass(slots=True)
class Mark:
    """The range of a value, and of the key or list element it stands at."""

    start: int
    end: int
    key: tuple[int, int] = (0, 0)
    spelled: tuple[int, int] | None = None
    children: dict[str | int, Mark] = field(default_factory=dict)

    def nearest(self, pointer: Pointer) -> tuple[Mark, bool]:
        """The mark at the pointer, or else that of its nearest ancestor; and whether it is the one asked for."""
        mark = self
        for part in pointer:
            child = mark.children.get(part)
            if child is None:
                return mark, False
            mark = child
        return mark, True


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of all documents of a text, by their number in it."""

    lines: Lines
    documents: tuple[Mark, ...]


@lru_cache(maxsize=16)
def marks_of(text: str) -> Marks:
    """The marks of a text that could be read; kept for a few texts only, as findings come file by file."""
    return Marks(Lines(text), tuple(_Marker(text).documents()))


class _Marker:
    """Reads the marks of a text; which keys there are it decides exactly as the reader of the data does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: Callable[[], Any] = engine.open_events(text).get_event  # Any: events are told apart by their class
        self._anchors: dict[str, Mark] = {}

    def documents(self) -> Iterator[Mark]:
        """The marks of each document; its first key stands for the root, which has none."""
        self._next()
        while self._next().__class__ is DocumentStartEvent:
            root = self._node(self._next())
            root.key = min((child.key for child in root.children.values()), default=root.key)
            yield root
            self._anchors.clear()
            self._next()

    def _node(self, event: Any) -> Mark:  # noqa: ANN401 - events are told apart by their class
        if event.__class__ is AliasEvent:
            return self._alias(event)
        start, end = self._bare(event)
        mark = Mark(start, end, (start, end))
        if event.__class__ is ScalarEvent:
            mark.spelled = (start, end)
        else:
            fill = self._fill_map if event.__class__ is MappingStartEvent else self._fill_list
            mark.end = fill(mark.children, start)
            mark.key = (start, mark.end)
        if event.anchor:
            self._anchors[event.anchor] = mark
        return mark

    def _alias(self, event: Any) -> Mark:  # noqa: ANN401 - as above
        """An alias stands where it is written; what is in it stands where the anchor is."""
        start, end = event.start_mark.index, event.end_mark.index
        there = self._anchors[event.anchor]
        return Mark(start, end, (start, end), there.spelled, there.children)

    def _fill_map(self, children: dict[str | int, Mark], end: int) -> int:
        """Where the map ends: with its bracket, or with its last value."""
        explicit: dict[str | int, Mark] = {}
        merged: Mark | None = None
        while (event := self._next()).__class__ is not MappingEndEvent:
            key = self._node(event)
            value = self._node(self._next())
            end = max(end, key.end, value.end)
            name = key_text(event)
            if plain_text(event) == "<<":
                merged = merged or value
            elif name is not None and name not in explicit:
                value.key = (key.start, key.end)
                explicit[name] = value
        if merged is not None:
            children |= _taken(merged)
        children |= explicit
        return _closed(event, end)

    def _fill_list(self, children: dict[str | int, Mark], end: int) -> int:
        """Where the list ends: with its bracket, or with its last value."""
        event: Any
        while (event := self._next()).__class__ is not SequenceEndEvent:
            value = self._node(event)
            end = max(end, value.end)
            children[len(children)] = value
        return _closed(event, end)

    def _bare(self, event: Any) -> tuple[int, int]:  # noqa: ANN401 - events are told apart by their class
        """The range of a value without its tag and anchor, and without the empty lines that a parser counts in."""
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor or event.tag:
            match = _PROPERTIES.match(self._text, start)
            start = match.end() if match else start
            if event.__class__ is ScalarEvent:
                start = min(start, end)
        return start, max(start, start + len(self._text[start:end].rstrip()))


def _closed(event: Any, end: int) -> int:  # noqa: ANN401 - events are told apart by their class
    """Where a collection ends: a block's end event has no text and stands where the next thing begins."""
    bracket: int = event.end_mark.index
    return bracket if bracket > event.start_mark.index else end


def _taken(merged: Mark) -> dict[str | int, Mark]:
    """The marks of the keys that a `<<` takes in; of several maps the first wins."""
    if not merged.children or 0 not in merged.children:
        return dict(merged.children)
    taken: dict[str | int, Mark] = {}
    for source in reversed(merged.children.values()):
        taken |= source.children
    return taken
