"""Converts parser events to JSON data in one pass, within limits that hold while reading."""

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
from compiler.diagnostics.finding import Finding, Fix, Location
from compiler.foundation.json_data import Json
from compiler.source import yaml_backend
from compiler.source.likely_causes import Cause, template_at
from compiler.source.loader_findings import LoaderFindings
from compiler.source.plain_scalars import SPECIAL_FIRST_CHARACTERS, AmbiguousScalar, InvalidNode, resolve_scalar
from compiler.source.text_decoding import reserved_character_name, truncate
from compiler.source.yaml_keys import key_text, plain_scalar_text
from compiler.source.yaml_tags import check_collection_tag, resolve_tagged_scalar

MAX_DEPTH = 64
MAX_DOCUMENTS = 1_000
MAX_VALUES = 100_000
_SPECIAL_KEYS = frozenset({"", "<<"})


@dataclass(frozen=True, slots=True)
class DocumentRoot:
    """A document of a file: its number, its data, and its start."""

    index: int
    data: Json
    location: Location


class YamlLoader:
    """Loads the documents of one file; problems are in `findings`."""

    __slots__ = (
        "_anchors",
        "_has_aliases",
        "_loader_findings",
        "_next_event",
        "_open_anchors",
        "_text",
        "_values_left",
    )

    def __init__(self, text: str, path: str) -> None:
        self._loader_findings = LoaderFindings(text, path)
        self._text = text
        self._next_event: Callable[[], Any] = yaml_backend.open_events(
            text
        ).get_event  # Any: events are distinguished by class
        self._values_left = MAX_VALUES
        self._has_aliases = False
        self._anchors: dict[str, Json] = {}
        self._open_anchors: set[str] = set()

    @property
    def findings(self) -> list[Finding]:
        """The problems found so far."""
        return self._loader_findings.findings

    def load_documents(self) -> list[DocumentRoot]:
        """Load all non-empty documents; raises `UnreadableFile` or `YAMLError` if the file cannot be read."""
        self._next_event()
        roots: list[DocumentRoot] = []
        index = 0
        while (event := self._next_event()).__class__ is DocumentStartEvent:
            if index == MAX_DOCUMENTS:
                self._loader_findings.abort(
                    codes.TOO_LARGE, f"The file has more than {MAX_DOCUMENTS:,} documents.", event
                )
            event = self._next_event()
            data = self._load_node(event, 1)
            if plain_scalar_text(event) != "":  # at most comments follow
                roots.append(DocumentRoot(index, data, self._loader_findings.location(event)))
            self._anchors.clear()
            if self._values_left < 0:
                self._abort_too_large(event)
            self._next_event()
            index += 1
        return roots

    # --- hot loops: loading a fleet spends its time here, hence duplicated code and local names ------------------------

    def _load_map(self, start: Event, depth: int) -> dict[str, Json]:
        next_event, limit = self._next_event, self._values_left
        data: dict[str, Json] = {}
        key: str | None
        merge_sources: list[dict[str, Json]] | None = None
        while (event := next_event()).__class__ is not MappingEndEvent:
            if (
                event.__class__ is not ScalarEvent
                or event.style
                or event.tag
                or event.anchor
                or (key := event.value) in data
                or key in _SPECIAL_KEYS
            ):
                if plain_scalar_text(event) == "<<":
                    merge_sources = self._load_merge_key(event, start, merge_sources, depth)
                    continue
                key = self._load_special_key(event, start, data, depth)
            event = next_event()
            if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
                value = self._load_node(event, depth)
            elif (value := event.value)[:1] in SPECIAL_FIRST_CHARACTERS or not value:
                value = self._load_plain_scalar(event)
            if key is not None:
                data[intern(key)] = value
                if len(data) > limit:
                    self._abort_too_large(event)
        self._values_left -= len(data)
        return data if merge_sources is None else _apply_merge_key(merge_sources, data)

    def _load_list(self, depth: int) -> list[Json]:
        next_event, limit = self._next_event, self._values_left
        data: list[Json] = []
        append = data.append
        while (event := next_event()).__class__ is not SequenceEndEvent:
            if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
                append(self._load_node(event, depth))
            elif (value := event.value)[:1] in SPECIAL_FIRST_CHARACTERS or not value:
                append(self._load_plain_scalar(event))
            else:
                append(value)
            if len(data) > limit:
                self._abort_too_large(event)
        self._values_left -= len(data)
        return data

    # --- everything other than plain keys and plain values -----------------------------------------------------------

    def _load_node(self, event: Any, depth: int) -> Json:  # noqa: ANN401 - events are distinguished by class
        if event.__class__ is AliasEvent:
            return self._load_alias(event, depth)
        if self._values_left < 0:
            self._abort_too_large(event)
        anchor = event.anchor
        if anchor is None:
            return self._load_value(event, depth)
        self._open_anchors.add(anchor)
        value = self._anchors[anchor] = self._load_value(event, depth)
        self._open_anchors.discard(anchor)
        return value

    def _load_value(self, event: Any, depth: int) -> Json:  # noqa: ANN401 - as above
        if event.__class__ is ScalarEvent:
            return self._load_scalar(event)
        if depth > MAX_DEPTH:
            self._loader_findings.abort(
                codes.TOO_LARGE, f"The file is nested more than {MAX_DEPTH} levels deep.", event
            )
        is_map = event.__class__ is MappingStartEvent
        if event.tag and (problem := check_collection_tag(event.tag, "map" if is_map else "seq")):
            self._loader_findings.add(codes.CUSTOM_TAG, problem.message, event)
        return self._load_map(event, depth + 1) if is_map else self._load_list(depth + 1)

    def _load_scalar(self, event: ScalarEvent) -> Json:
        if event.style == '"' and (name := reserved_character_name(event.value)):
            self._loader_findings.add(
                codes.RESERVED_CHARACTER, f"The escape sequences of this text produce {name}.", event
            )
        if event.tag:
            value, problem = resolve_tagged_scalar(event.tag, event.value)
            if problem:
                self._loader_findings.add(codes.CUSTOM_TAG, problem.message, event)
            return value
        return event.value if event.style else self._load_plain_scalar(event)

    def _load_plain_scalar(self, event: ScalarEvent) -> Json:
        value, issue = resolve_scalar(event.value)
        if isinstance(issue, AmbiguousScalar):
            help_ = f"Write {issue.replacement}." if issue.safe else f"Quote it if it is text: {issue.replacement}."
            location = self._loader_findings.scalar_location(event)
            fix = Fix(location, issue.replacement, issue.safe) if location else None
            self._loader_findings.add(codes.AMBIGUOUS_SCALAR, issue.message, event, help=help_, fix=fix)
        elif isinstance(issue, InvalidNode):
            self._loader_findings.add(codes.NUMBER_OUT_OF_RANGE, issue.message, event)
        return value

    def _load_alias(self, event: AliasEvent, depth: int) -> Json:
        name = event.anchor or ""
        if name in self._open_anchors:
            self._loader_findings.abort(
                codes.ALIAS_BUDGET, f"The alias `*{truncate(name)}` is inside its own anchor.", event
            )
        if name not in self._anchors:
            self._loader_findings.abort(
                codes.YAML_SYNTAX,
                f"There is no anchor `&{truncate(name)}` above.",
                event,
                help="Use the name of an anchor above this line.",
            )
        value = self._anchors[name]
        value_count, height = _measure_values(value, self._values_left)
        self._values_left -= value_count
        self._has_aliases = True
        if self._values_left < 0:
            self._abort_too_large(event)
        if depth + height > MAX_DEPTH + 1:
            self._loader_findings.abort(
                codes.ALIAS_BUDGET, f"Aliases nest values more than {MAX_DEPTH} levels deep.", event
            )
        return value

    def _load_special_key(self, event: Any, start: Event, data: Mapping[str, Json], depth: int) -> str | None:  # noqa: ANN401 - as above
        """The key's text if it is valid after all; `None` if its value must be skipped."""
        if event.__class__ is ScalarEvent:
            if event.tag or event.style == '"':
                self._load_scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = event.value if event.style else resolve_scalar(event.value)[0]
                self._open_anchors.discard(event.anchor)
        else:
            self._load_node(event, depth)
        key = key_text(event)
        if key is None and (template := self._template_cause(event)):
            self._loader_findings.add(codes.NOT_A_DOCUMENT, template.message, event, help=template.help)
        elif key is None:
            self._loader_findings.add(
                codes.NOT_A_DOCUMENT,
                _invalid_key_message(event),
                event,
                help="Write the key out as text; quote text that begins with a bracket.",
            )
        elif key in data:
            self._loader_findings.add_duplicate_key(key, event, start)
            return None
        return key

    def _template_cause(self, event: Any) -> Cause | None:  # noqa: ANN401 - the class of an event distinguishes it
        """The template expression that YAML takes for a map as a key: `{{ name }}`."""
        is_map = event.__class__ is MappingStartEvent
        return template_at(self._text, event.start_mark.index) if is_map else None

    def _load_merge_key(
        self, event: Event, start: Event, previous_sources: list[dict[str, Json]] | None, depth: int
    ) -> list[dict[str, Json]]:
        """The maps that a `<<` merges, strongest first."""
        source = self._next_event()
        value = self._load_node(source, depth)
        if previous_sources is not None:
            self._loader_findings.add_duplicate_key("<<", event, start)
            return previous_sources
        maps = value if isinstance(value, list) else [value]
        if _are_all_maps(maps):
            return maps
        self._loader_findings.add(codes.MERGE_KEY, "`<<` requires a map or a list of maps.", source)
        return []

    def _abort_too_large(self, event: Event) -> NoReturn:
        if self._has_aliases:
            message = f"With its aliases expanded, the file has more than {MAX_VALUES:,} values."
            self._loader_findings.abort(codes.ALIAS_BUDGET, message, event)
        self._loader_findings.abort(codes.TOO_LARGE, f"The file has more than {MAX_VALUES:,} values.", event)


def _invalid_key_message(event: Event) -> str:
    if event.__class__ is ScalarEvent:
        return "A key is missing before the colon."
    return "This key is an alias." if event.__class__ is AliasEvent else "This key is a map or a list."


def _are_all_maps(values: list[Json]) -> TypeGuard[list[dict[str, Json]]]:
    return all(isinstance(value, dict) for value in values)


def _apply_merge_key(merge_sources: Sequence[dict[str, Json]], explicit: dict[str, Json]) -> dict[str, Json]:
    """Merge maps: explicit keys win, then those of the first map that has them."""
    data: dict[str, Json] = {}
    for source in reversed(merge_sources):
        data |= source
    return data | explicit


def _measure_values(value: Json, limit: int) -> tuple[int, int]:
    """The number of values in a value, without itself, and its depth; counting stops at the limit."""
    values = height = 0
    level = [value]
    while values <= limit and (level := [item for item in level if isinstance(item, dict | list)]):
        height += 1
        level = list(chain.from_iterable(item.values() if isinstance(item, dict) else item for item in level))
        values += len(level)
    return values, height
