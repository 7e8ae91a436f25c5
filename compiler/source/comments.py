"""Comments of a YAML text: what stands in a quoted or a block scalar is data, whatever it looks like."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from yaml import YAMLError
from yaml.events import Event, ScalarEvent

from compiler.diagnostics.finding import Place
from compiler.source.text_decoding import Lines
from compiler.source.yaml_backend import open_events

_BLOCK = frozenset("|>")


def comments(text: str, path: str, having: re.Pattern[str]) -> Iterator[tuple[Place, str]]:
    """Each comment in which the pattern is found, from its `#` to the end of its line; none of a text that is no YAML."""
    starts = [match.start() for match in re.finditer(r"(?:(?<=\s)|^)#[^\r\n]*", text, re.MULTILINE)]
    wanted = [start for start in starts if having.search(text, start, _end(text, start))]
    if not wanted:
        return
    lines, spans = Lines(text), _scalars(text)
    last = -1
    for start in wanted:
        end = _end(text, start)
        before = bisect_right(spans, (start, len(text))) - 1
        is_data = before >= 0 and start < spans[before][1]
        if start >= last and not is_data:
            last = end
            yield lines.place(path, start, end), text[start:end]


def _end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return len(text[: found if found >= 0 else len(text)].rstrip("\r"))


def _scalars(text: str) -> Sequence[tuple[int, int]]:
    """Where quoted and block scalars stand; the head of a block may have a comment."""
    found: list[tuple[int, int]] = []
    try:
        for event in _events(text):
            if isinstance(event, ScalarEvent) and event.style and event.start_mark and event.end_mark:
                start, end = event.start_mark.index, event.end_mark.index
                found.append((text.find("\n", start) if event.style in _BLOCK else start, end))
    except YAMLError:
        return [(0, len(text))]
    return found


def _events(text: str) -> Iterator[Event]:
    reader = open_events(text)
    while (event := reader.get_event()) is not None:
        yield event
