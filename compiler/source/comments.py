"""Finds comments in YAML text; text in quoted or block scalars is not a comment."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from yaml import YAMLError
from yaml.events import Event, ScalarEvent

from compiler.diagnostics.finding import Location
from compiler.source.text_decoding import LineIndex
from compiler.source.yaml_backend import open_events

_BLOCK_STYLES = frozenset("|>")


def find_comments(text: str, path: str, pattern: re.Pattern[str]) -> Iterator[tuple[Location, str]]:
    """Each comment that matches the pattern, from its `#` to the end of its line; empty if the text is not valid YAML."""
    starts = [match.start() for match in re.finditer(r"(?:(?<=\s)|^)#[^\r\n]*", text, re.MULTILINE)]
    matching_starts = [start for start in starts if pattern.search(text, start, _comment_end(text, start))]
    if not matching_starts:
        return
    lines, spans = LineIndex(text), _scalar_spans(text)
    previous_end = -1
    for start in matching_starts:
        end = _comment_end(text, start)
        span_index = bisect_right(spans, (start, len(text))) - 1
        is_data = span_index >= 0 and start < spans[span_index][1]
        if start >= previous_end and not is_data:
            previous_end = end
            yield lines.location(path, start, end), text[start:end]


def _comment_end(text: str, start: int) -> int:
    newline_index = text.find("\n", start)
    return len(text[: newline_index if newline_index >= 0 else len(text)].rstrip("\r"))


def _scalar_spans(text: str) -> Sequence[tuple[int, int]]:
    """The ranges of quoted and block scalars; the header of a block scalar can have a comment."""
    spans: list[tuple[int, int]] = []
    try:
        for event in _events(text):
            if isinstance(event, ScalarEvent) and event.style and event.start_mark and event.end_mark:
                start, end = event.start_mark.index, event.end_mark.index
                spans.append((text.find("\n", start) if event.style in _BLOCK_STYLES else start, end))
    except YAMLError:
        return [(0, len(text))]
    return spans


def _events(text: str) -> Iterator[Event]:
    reader = open_events(text)
    while (event := reader.get_event()) is not None:
        yield event
