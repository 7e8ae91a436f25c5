"""Ranges of releases: `^2.1` (below the next major), `~2.1` (below the next minor), `2.1` (any 2.1.x), `2.1.3` (that one)."""

import re
from typing import TypeAlias

_Precedence: TypeAlias = tuple[tuple[int, int, str], ...]

_RELEASED: _Precedence = ((2, 0, ""),)


def satisfies(version: str, wanted: str) -> bool:
    """Whether a release lies in a range (the caret and tilde of node-semver, without their further forms).

    A pre-release is taken only by a range that names one of the same version.
    """
    match = re.fullmatch(r"([\^~=]?)([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?", wanted)
    if match is None:
        return False
    given = [int(part) for part in match.group(2, 3, 4) if part is not None]
    core, _, pre = version.partition("+")[0].partition("-")
    have, low = [int(part) for part in core.split(".")], [*given, 0, 0][:3]
    if match[1] in {"", "="} and len(given) == len(low):
        return (have, pre) == (low, match[5] or "")
    if pre and (have != low or not match[5]):
        return False
    fixed = _fixed(match[1], given)
    return have[:fixed] == low[:fixed] and (have, _precedence(pre)) >= (low, _precedence(match[5] or ""))


def _precedence(pre: str) -> _Precedence:
    """What orders pre-releases: numbers below words, by value, and a release above them all."""
    parts = pre.split(".") if pre else ()
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts) or _RELEASED


def _fixed(operator: str, given: list[int]) -> int:
    """How many leading numbers may not change."""
    if operator == "^":
        leading = next((index for index, number in enumerate(given) if number), len(given) - 1)
        return leading + 1
    if operator == "~":
        return min(len(given), 2)
    return len(given)
