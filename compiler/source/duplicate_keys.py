"""Finds the first of two duplicate keys by reading the text again."""

from yaml.events import CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent

from compiler.source import yaml_backend


def find_first_key(text: str, start: Event, key: str) -> Event | None:
    """The location of the first occurrence of a key in the map that starts at `start`."""
    next_event = yaml_backend.open_events(text).get_event
    while (event := next_event()) is not None and not _is_same_event(event, start):
        pass
    level, is_key = 0, True
    while level >= 0 and (event := next_event()) is not None:
        if is_key and level == 0 and isinstance(event, ScalarEvent) and event.value == key:
            return event
        level += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        is_key = is_key != (level == 0)
    return None


def _is_same_event(event: Event, reference: Event) -> bool:
    return event.__class__ is reference.__class__ and _index_range(event) == _index_range(reference)


def _index_range(event: Event) -> tuple[int, int]:
    start, end = event.start_mark, event.end_mark
    return (-1, -1) if start is None or end is None else (start.index, end.index)
