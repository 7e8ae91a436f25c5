"""Applies fixes to a text; everything else keeps its bytes."""

from collections.abc import Iterable
from typing import NamedTuple

from compiler.diagnostics.finding import Fix, Location


class FixResult(NamedTuple):
    """A text with fixes applied; overlapping fixes were skipped."""

    text: str
    applied_fixes: tuple[Fix, ...]
    skipped_fixes: tuple[Fix, ...]


def apply_fixes(text: str, fixes: Iterable[Fix]) -> FixResult:
    """Apply each fix; of two that overlap, the first wins."""
    starts = _line_starts(text)
    spans = sorted(
        {(*_span(fix.location, starts, text), fix.text): fix for fix in fixes}.items(), key=lambda item: item[0]
    )
    applied_fixes: list[Fix] = []
    skipped_fixes: list[Fix] = []
    chunks: list[str] = []
    copied_until = 0
    for (start, end, replacement), fix in spans:
        if start < copied_until or end < start:
            skipped_fixes.append(fix)
            continue
        chunks += [text[copied_until:start], replacement]
        copied_until = end
        applied_fixes.append(fix)
    return FixResult("".join((*chunks, text[copied_until:])), tuple(applied_fixes), tuple(skipped_fixes))


def _line_starts(text: str) -> list[int]:
    """The start of each line; only a line feed ends a line, as in locations."""
    starts = [0]
    newline_index = text.find("\n")
    while newline_index >= 0:
        starts.append(newline_index + 1)
        newline_index = text.find("\n", newline_index + 1)
    return starts


def _span(location: Location, starts: list[int], text: str) -> tuple[int, int]:
    return _offset(location.line, location.column, starts, text), _offset(
        location.end_line, location.end_column, starts, text
    )


def _offset(line: int, column: int, starts: list[int], text: str) -> int:
    return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))
