"""Fixes of findings as edits of a text: what is not edited stays as it is, to the byte."""

from collections.abc import Iterable
from typing import NamedTuple

from compiler.diagnostics.finding import Fix, Place


class Edited(NamedTuple):
    """A text with fixes in it; those that lie over another one were left out."""

    text: str
    applied: tuple[Fix, ...]
    left_out: tuple[Fix, ...]


def edited(text: str, fixes: Iterable[Fix]) -> Edited:
    """The text with each fix in place of what its place covers; of two that overlap the first wins."""
    starts = _starts(text)
    spans = sorted({(*_span(fix.place, starts, text), fix.text): fix for fix in fixes}.items(), key=lambda one: one[0])
    applied: list[Fix] = []
    left_out: list[Fix] = []
    out: list[str] = []
    done = 0
    for (start, end, instead), fix in spans:
        if start < done or end < start:
            left_out.append(fix)
            continue
        out += [text[done:start], instead]
        done = end
        applied.append(fix)
    return Edited("".join((*out, text[done:])), tuple(applied), tuple(left_out))


def _starts(text: str) -> list[int]:
    """Where each line begins; only a line feed ends one, as places count them."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _span(place: Place, starts: list[int], text: str) -> tuple[int, int]:
    return _offset(place.line, place.column, starts, text), _offset(place.end_line, place.end_column, starts, text)


def _offset(line: int, column: int, starts: list[int], text: str) -> int:
    return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))
