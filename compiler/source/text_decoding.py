"""Decodes files to text that can be reviewed: UTF-8 without deceptive characters."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.source.hidden_characters import find_hidden_runs, hidden_text

_RESERVED_RANGES = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000\ue001\ufffe\uffff"
_RESERVED_IN_TEXT = re.compile(f"[{_RESERVED_RANGES}]|\r(?!\n)")
_RESERVED_IN_VALUE = re.compile(f"[{_RESERVED_RANGES}]")
_SAFE_ASCII_BYTES = bytes(range(0x20, 0x7F)) + b"\n"
_WHOLE_FILE_CAUSES = frozenset("\0\r")
_MAX_FINDINGS = 10
_MAX_EXCERPT_LENGTH = 60


class LineIndex:
    """The start of each line, to convert an index to line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def location(self, path: str, start: int, end: int) -> Location:
        """The location of the characters from `start` to `end`, exclusive."""
        return Location(path, *self._line_and_column(start), *self._line_and_column(end))

    def _line_and_column(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


def decode(data: bytes | str, path: str) -> tuple[str, tuple[Finding, ...]]:
    """The text without byte order mark, and why it must not be parsed, if so."""
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            return "", (_not_utf8_finding(data, error.start, path),)
    text = text.removeprefix("\ufeff")
    if isinstance(data, bytes) and not data.translate(None, _SAFE_ASCII_BYTES):
        return text, ()
    return text, _character_findings(text, path)


def reserved_character_name(value: str) -> str | None:
    """The first reserved or hidden characters in a value, which only an escape can produce."""
    match = _RESERVED_IN_VALUE.search(value)
    if match:
        return _character_name(match[0])
    run = next(find_hidden_runs(value), None)
    return _run_name(value[slice(*run)]) if run else None


def truncate(text: str) -> str:
    """The text, truncated to fit into a sentence."""
    return text if len(text) <= _MAX_EXCERPT_LENGTH else text[:_MAX_EXCERPT_LENGTH] + "…"


def hidden_character_findings(content: bytes, path: str) -> tuple[Finding, ...]:
    """Findings about hidden characters of a file that is read as text; none if it is not UTF-8 or holds NUL characters."""
    if content.isascii():
        return ()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return ()
    text = text.removeprefix("\ufeff")
    return () if "\0" in text else _findings(text, path, _hidden_problems(text))


def _character_findings(text: str, path: str) -> tuple[Finding, ...]:
    reserved = [
        (*match.span(), _character_name(match[0]), _remedy(match[0]))
        for match in islice(_one_per_cause(_RESERVED_IN_TEXT.finditer(text)), _MAX_FINDINGS)
    ]
    return _findings(text, path, [*reserved, *_hidden_problems(text)])


def _hidden_problems(text: str) -> list[tuple[int, int, str, str]]:
    """The first runs of hidden characters: start, end, name and remedy of each."""
    return [
        (start, end, _run_name(text[start:end]), _remedy(text[start], end - start))
        for start, end in islice(find_hidden_runs(text), _MAX_FINDINGS)
    ]


def _findings(text: str, path: str, problems: list[tuple[int, int, str, str]]) -> tuple[Finding, ...]:
    if not problems:
        return ()
    lines = LineIndex(text)
    return tuple(
        Finding(
            codes.RESERVED_CHARACTER,
            f"The file contains {name}, which reviewers cannot see.",
            lines.location(path, start, end),
            help=remedy,
        )
        for start, end, name, remedy in sorted(problems)[:_MAX_FINDINGS]
    )


def _one_per_cause(matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    """The matches, and only the first of each character that one setting of an editor repeats in the whole file."""
    reported: set[str] = set()
    for match in matches:
        if match[0] not in reported:
            yield match
        if match[0] in _WHOLE_FILE_CAUSES:
            reported.add(match[0])


def _character_name(character: str) -> str:
    return f"the character U+{ord(character):04X}"


def _run_name(run: str) -> str:
    first = f"{_character_name(run[0])} ({unicodedata.name(run[0], 'without a name').lower()})"
    if len(run) == 1:
        return first
    if tagged_text := hidden_text(run):
        return f"{len(run)} characters that spell `{truncate(tagged_text)}`"
    return f"{first} and {len(run) - 1} more characters"


def _remedy(character: str, length: int = 1) -> str:
    if character == "\0":
        return "Save the file as UTF-8; NUL characters come from UTF-16 or from binary files."
    if character == "\r":
        return "Save the file with Unix or Windows line endings."
    return "Remove them." if length > 1 else "Remove the character."


def _not_utf8_finding(data: bytes, index: int, path: str) -> Finding:
    decoded_prefix = data[:index].decode().removeprefix("\ufeff")
    location = LineIndex(decoded_prefix).location(path, len(decoded_prefix), len(decoded_prefix))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Finding(codes.NOT_UTF8, "The file is UTF-16.", location, help="Save the file as UTF-8.")
    message = f"The byte 0x{data[index]:02X} is not UTF-8."
    return Finding(codes.NOT_UTF8, message, location, help="Save the file as UTF-8.")
