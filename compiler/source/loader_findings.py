"""What the reader of a file has to say, at the events it says it of."""

from collections import Counter
from typing import NoReturn

from yaml.events import CollectionStartEvent, Event, ScalarEvent

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Fix, Note, Place
from compiler.source.duplicate_keys import first_key
from compiler.source.text_decoding import short

MOST_OF_A_KIND = 100
"""So many findings of one code say enough about a file."""
MOST_LOOKED_AT = 1_500_000
"""So many characters are read again to say where keys stood first; a large file of duplicates says it less often."""


class Stop(Exception):  # noqa: N818 - no error of ours: the finding says it all
    """The rest of the file cannot be read, for the reason that the finding gives."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Remarks:
    """The findings of one file."""

    __slots__ = ("_looked_at", "_path", "_said", "_text", "findings")

    def __init__(self, text: str, path: str) -> None:
        self.findings: list[Finding] = []
        self._text = text
        self._path = path
        self._said: Counter[str] = Counter()
        self._looked_at = 0

    def place(self, event: Event) -> Place:
        """Where the event's text stands; of a map or list, where it begins."""
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Place(self._path)
        line, column = start.line + 1, start.column + 1
        if isinstance(event, CollectionStartEvent):
            return Place(self._path, line, column, line, column + 1)
        return Place(self._path, line, column, end.line + 1, end.column + 1)

    def spelled(self, event: ScalarEvent) -> Place | None:
        """Where a plain scalar's own text stands, without the anchor before it; nothing where it goes over lines."""
        end, size = event.end_mark, len(event.value)
        if end is None or self._text[end.index - size : end.index] != event.value:
            return None
        return Place(self._path, end.line + 1, end.column + 1 - size, end.line + 1, end.column + 1)

    def say(
        self,
        code: Code,
        message: str,
        event: Event,
        *,
        help: str | None = None,  # noqa: A002 - the field's name in every finding
        notes: tuple[Note, ...] = (),
        fix: Fix | None = None,
    ) -> None:
        """Adds a finding at the event, unless enough of its kind are there."""
        self._said[code.id] += 1
        if self._said[code.id] <= MOST_OF_A_KIND:
            place = self.place(event)
            self.findings.append(Finding(code, message, place, help=help or code.remedy, notes=notes, fix=fix))

    def stop(self, code: Code, message: str, event: Event, *, help: str | None = None) -> NoReturn:  # noqa: A002
        """Ends the reading of the file with a finding at the event."""
        raise Stop(Finding(code, message, self.place(event), help=help or code.remedy))

    def duplicate(self, key: str, event: Event, start: Event) -> None:
        """Says that a key of the map that begins at `start` stands a second time."""
        if self._said[codes.DUPLICATE_KEY.id] >= MOST_OF_A_KIND:
            return
        self._looked_at += len(self._text)
        first = first_key(self._text, start, key) if self._looked_at <= MOST_LOOKED_AT else None
        notes = () if first is None else (Note("It stands here first.", self.place(first)),)
        self.say(codes.DUPLICATE_KEY, f"`{short(key)}` stands twice in this map.", event, notes=notes)
