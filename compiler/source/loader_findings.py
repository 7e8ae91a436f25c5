"""The findings of loading a file, located at parser events."""

from collections import Counter
from typing import NoReturn

from yaml.events import CollectionStartEvent, Event, ScalarEvent

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Fix, Location, Note
from compiler.source.duplicate_keys import find_first_key
from compiler.source.text_decoding import truncate

MAX_FINDINGS_PER_CODE = 100
"""Maximum findings of one code per file."""
MAX_RESCANNED_CHARACTERS = 1_500_000
"""Maximum characters read again to locate first occurrences; beyond that, duplicates are reported without them."""


class UnreadableFile(Exception):  # noqa: N818 - not an error in Modelyard: the finding says what is wrong
    """The rest of the file cannot be read; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class LoaderFindings:
    """The findings of one file."""

    __slots__ = ("_counts", "_path", "_rescanned_characters", "_text", "findings")

    def __init__(self, text: str, path: str) -> None:
        self.findings: list[Finding] = []
        self._text = text
        self._path = path
        self._counts: Counter[str] = Counter()
        self._rescanned_characters = 0

    def location(self, event: Event) -> Location:
        """The location of the event's text; for a map or list, of its start."""
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Location(self._path)
        line, column = start.line + 1, start.column + 1
        if isinstance(event, CollectionStartEvent):
            return Location(self._path, line, column, line, column + 1)
        return Location(self._path, line, column, end.line + 1, end.column + 1)

    def scalar_location(self, event: ScalarEvent) -> Location | None:
        """The location of a plain scalar without its anchor; `None` if it spans several lines."""
        end, size = event.end_mark, len(event.value)
        if end is None or self._text[end.index - size : end.index] != event.value:
            return None
        return Location(self._path, end.line + 1, end.column + 1 - size, end.line + 1, end.column + 1)

    def add(
        self,
        code: Code,
        message: str,
        event: Event,
        *,
        help: str | None = None,  # noqa: A002 - the same name as the field of a finding
        notes: tuple[Note, ...] = (),
        fix: Fix | None = None,
    ) -> None:
        """Add a finding at the event, unless the file has many of that code already."""
        self._counts[code.id] += 1
        if self._counts[code.id] <= MAX_FINDINGS_PER_CODE:
            location = self.location(event)
            self.findings.append(Finding(code, message, location, help=help or code.remedy, notes=notes, fix=fix))

    def abort(self, code: Code, message: str, event: Event, *, help: str | None = None) -> NoReturn:  # noqa: A002 - as above
        """Stop reading the file with a finding at the event."""
        raise UnreadableFile(Finding(code, message, self.location(event), help=help or code.remedy))

    def add_duplicate_key(self, key: str, event: Event, start: Event) -> None:
        """Report a duplicate key of the map that starts at `start`."""
        if self._counts[codes.DUPLICATE_KEY.id] >= MAX_FINDINGS_PER_CODE:
            return
        self._rescanned_characters += len(self._text)
        first = (
            find_first_key(self._text, start, key) if self._rescanned_characters <= MAX_RESCANNED_CHARACTERS else None
        )
        notes = () if first is None else (Note("The first one is here.", self.location(first)),)
        self.add(codes.DUPLICATE_KEY, f"`{truncate(key)}` is twice in this map.", event, notes=notes)
