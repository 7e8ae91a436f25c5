"""Events to plain data: the meaning of a file, in one pass, within limits that hold while it streams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from sys import intern
from typing import Any, NoReturn, TypeGuard

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Fix, Place
from compiler.foundation.json_data import Json
from compiler.source import yaml_backend as engine
from compiler.source.loader_findings import Remarks
from compiler.source.plain_scalars import WORTH_A_LOOK, Doubt, Refusal, understand
from compiler.source.text_decoding import hidden, short
from compiler.source.yaml_keys import key_text, plain_text
from compiler.source.yaml_tags import tagged_collection, tagged_scalar

DEEPEST = 64
MOST_DOCUMENTS = 1_000
MOST_VALUES = 100_000
_ODD_KEYS = frozenset({"", "<<"})


@dataclass(frozen=True, slots=True)
class Root:
    """A document of a file: its number there, its data, and where that begins."""

    index: int
    data: Json
    place: Place


class Reader:
    """Reads the documents of one file; what is amiss on the way is in `findings`."""

    __slots__ = ("_anchors", "_budget", "_next", "_remarks", "_unfinished", "_with_aliases")

    def __init__(self, text: str, path: str) -> None:
        self._remarks = Remarks(text, path)
        self._next: Callable[[], Any] = engine.open_events(text).get_event  # Any: events are told apart by their class
        self._budget = MOST_VALUES
        self._with_aliases = False
        self._anchors: dict[str, Json] = {}
        self._unfinished: set[str] = set()

    @property
    def findings(self) -> list[Finding]:
        """What was amiss so far."""
        return self._remarks.findings

    def documents(self) -> list[Root]:
        """All documents that are not empty; `Stop` or a `YAMLError` where the file cannot be read."""
        self._next()
        roots: list[Root] = []
        index = 0
        while (event := self._next()).__class__ is DocumentStartEvent:
            if index == MOST_DOCUMENTS:
                self._remarks.stop(codes.TOO_LARGE, f"The file holds more than {MOST_DOCUMENTS:,} documents.", event)
            event = self._next()
            data = self._node(event, 1)
            if plain_text(event) != "":  # comments at most
                roots.append(Root(index, data, self._remarks.place(event)))
            self._anchors.clear()
            if self._budget < 0:
                self._too_much(event)
            self._next()
            index += 1
        return roots

    # --- the loops that reading a whole fleet spends its time in: hence what stands twice, and local names -----------

    def _map(self, start: Event, depth: int) -> dict[str, Json]:
        next_event, room = self._next, self._budget
        data: dict[str, Json] = {}
        key: str | None
        merged: list[dict[str, Json]] | None = None
        while (event := next_event()).__class__ is not MappingEndEvent:
            if (
                event.__class__ is not ScalarEvent
                or event.style
                or event.tag
                or event.anchor
                or (key := event.value) in data
                or key in _ODD_KEYS
            ):
                if plain_text(event) == "<<":
                    merged = self._merge(event, start, merged, depth)
                    continue
                key = self._odd_key(event, start, data, depth)
            event = next_event()
            if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
                value = self._node(event, depth)
            elif (value := event.value)[:1] in WORTH_A_LOOK or not value:
                value = self._plain(event)
            if key is not None:
                data[intern(key)] = value
                if len(data) > room:
                    self._too_much(event)
        self._budget -= len(data)
        return data if merged is None else _merge_into(merged, data)

    def _list(self, depth: int) -> list[Json]:
        next_event, room = self._next, self._budget
        data: list[Json] = []
        append = data.append
        while (event := next_event()).__class__ is not SequenceEndEvent:
            if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
                append(self._node(event, depth))
            elif (value := event.value)[:1] in WORTH_A_LOOK or not value:
                append(self._plain(event))
            else:
                append(value)
            if len(data) > room:
                self._too_much(event)
        self._budget -= len(data)
        return data

    # --- everything that is not a plain key or a plain value ----------------------------------------------------------

    def _node(self, event: Any, depth: int) -> Json:  # noqa: ANN401 - events are told apart by their class
        if event.__class__ is AliasEvent:
            return self._alias(event, depth)
        if self._budget < 0:
            self._too_much(event)
        anchor = event.anchor
        if anchor is None:
            return self._value(event, depth)
        self._unfinished.add(anchor)
        value = self._anchors[anchor] = self._value(event, depth)
        self._unfinished.discard(anchor)
        return value

    def _value(self, event: Any, depth: int) -> Json:  # noqa: ANN401 - events are told apart by their class
        if event.__class__ is ScalarEvent:
            return self._scalar(event)
        if depth > DEEPEST:
            self._remarks.stop(codes.TOO_LARGE, f"The file is nested more than {DEEPEST} levels deep.", event)
        a_map = event.__class__ is MappingStartEvent
        if event.tag and (refusal := tagged_collection(event.tag, "map" if a_map else "seq")):
            self._remarks.say(codes.CUSTOM_TAG, refusal.message, event)
        return self._map(event, depth + 1) if a_map else self._list(depth + 1)

    def _scalar(self, event: ScalarEvent) -> Json:
        if event.style == '"' and (name := hidden(event.value)):
            self._remarks.say(codes.RESERVED_CHARACTER, f"The escapes of this text hide {name}.", event)
        if event.tag:
            value, refusal = tagged_scalar(event.tag, event.value)
            if refusal:
                self._remarks.say(codes.CUSTOM_TAG, refusal.message, event)
            return value
        return event.value if event.style else self._plain(event)

    def _plain(self, event: ScalarEvent) -> Json:
        value, said = understand(event.value)
        if isinstance(said, Doubt):
            help_ = f"Write {said.instead}." if said.safe else f"Quote it if it is text: {said.instead}."
            place = self._remarks.spelled(event)
            fix = Fix(place, said.instead, said.safe) if place else None
            self._remarks.say(codes.AMBIGUOUS_SCALAR, said.message, event, help=help_, fix=fix)
        elif isinstance(said, Refusal):
            self._remarks.say(codes.NUMBER, said.message, event)
        return value

    def _alias(self, event: AliasEvent, depth: int) -> Json:
        name = event.anchor or ""
        if name in self._unfinished:
            self._remarks.stop(codes.ALIAS_BUDGET, f"`*{short(name)}` stands within what it refers to.", event)
        if name not in self._anchors:
            self._remarks.stop(
                codes.YAML_SYNTAX,
                f"Nothing above is called `&{short(name)}`.",
                event,
                help="Name an anchor that stands above.",
            )
        value = self._anchors[name]
        values, height = _expanded(value, self._budget)
        self._budget -= values
        self._with_aliases = True
        if self._budget < 0:
            self._too_much(event)
        if depth + height > DEEPEST + 1:
            self._remarks.stop(codes.ALIAS_BUDGET, f"Aliases nest values more than {DEEPEST} levels deep.", event)
        return value

    def _odd_key(self, event: Any, start: Event, data: Mapping[str, Json], depth: int) -> str | None:  # noqa: ANN401
        """The key's text, where it is a key after all; None where its value is to be left out."""
        if event.__class__ is ScalarEvent:
            if event.tag or event.style == '"':
                self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = event.value if event.style else understand(event.value)[0]
                self._unfinished.discard(event.anchor)
        else:
            self._node(event, depth)
        key = key_text(event)
        if key is None:
            self._remarks.say(
                codes.NOT_A_MAP,
                _no_key(event),
                event,
                help="Write the key out as text; quote text that begins with a bracket.",
            )
        elif key in data:
            self._remarks.duplicate(key, event, start)
            return None
        return key

    def _merge(
        self, event: Event, start: Event, before: list[dict[str, Json]] | None, depth: int
    ) -> list[dict[str, Json]]:
        """The maps whose keys a `<<` takes in, the strongest first."""
        source = self._next()
        value = self._node(source, depth)
        if before is not None:
            self._remarks.duplicate("<<", event, start)
            return before
        maps = value if isinstance(value, list) else [value]
        if _all_maps(maps):
            return maps
        self._remarks.say(codes.MERGE_KEY, "`<<` takes in a map, or a list of maps; this is something else.", source)
        return []

    def _too_much(self, event: Event) -> NoReturn:
        if self._with_aliases:
            message = f"With its aliases written out, the file holds more than {MOST_VALUES:,} values."
            self._remarks.stop(codes.ALIAS_BUDGET, message, event)
        self._remarks.stop(codes.TOO_LARGE, f"The file holds more than {MOST_VALUES:,} values.", event)


def _no_key(event: Event) -> str:
    if event.__class__ is ScalarEvent:
        return "A key is missing before the colon."
    return "This key is an alias." if event.__class__ is AliasEvent else "This key is a map or a list."


def _all_maps(values: list[Json]) -> TypeGuard[list[dict[str, Json]]]:
    return all(isinstance(value, dict) for value in values)


def _merge_into(merged: Sequence[dict[str, Json]], explicit: dict[str, Json]) -> dict[str, Json]:
    """Keys that are written out win, then the first of the maps that has them."""
    data: dict[str, Json] = {}
    for taken in reversed(merged):
        data |= taken
    return data | explicit


def _expanded(value: Json, most: int) -> tuple[int, int]:
    """How many values a value holds, itself not counted, and how many levels; counting ends once there are too many."""
    values = height = 0
    level = [value]
    while values <= most and (level := [item for item in level if isinstance(item, dict | list)]):
        height += 1
        level = list(chain.from_iterable(item.values() if isinstance(item, dict) else item for item in level))
        values += len(level)
    return values, height
