"""Ranges of releases: `^2.1` (below the next major), `~2.1` (below the next minor), `2.1` (any 2.1.x), `2.1.3` (that one)."""

import re
from typing import TypeAlias

_Precedence: TypeAlias = tuple[tuple[int, int, str], ...]

_RELEASE_PRECEDENCE: _Precedence = ((2, 0, ""),)


def satisfies(version: str, version_range: str) -> bool:
    """Whether a release lies in a range (the caret and tilde of node-semver, without their further forms).

    A pre-release is taken only by a range that names one of the same version.
    """
    match = re.fullmatch(r"([\^~=]?)([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?", version_range)
    if match is None:
        return False
    range_numbers = [int(part) for part in match.group(2, 3, 4) if part is not None]
    core, _, prerelease = version.partition("+")[0].partition("-")
    version_numbers, lower_bound = [int(part) for part in core.split(".")], [*range_numbers, 0, 0][:3]
    if match[1] in {"", "="} and len(range_numbers) == len(lower_bound):
        return (version_numbers, prerelease) == (lower_bound, match[5] or "")
    if prerelease and (version_numbers != lower_bound or not match[5]):
        return False
    fixed_count = _fixed_number_count(match[1], range_numbers)
    return version_numbers[:fixed_count] == lower_bound[:fixed_count] and (
        version_numbers,
        _precedence(prerelease),
    ) >= (lower_bound, _precedence(match[5] or ""))


def _precedence(prerelease: str) -> _Precedence:
    """What orders pre-releases: numbers below words, by value, and a release above them all."""
    parts = prerelease.split(".") if prerelease else ()
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts) or _RELEASE_PRECEDENCE


def _fixed_number_count(operator: str, range_numbers: list[int]) -> int:
    """How many leading numbers may not change."""
    if operator == "^":
        first_nonzero = next((index for index, number in enumerate(range_numbers) if number), len(range_numbers) - 1)
        return first_nonzero + 1
    if operator == "~":
        return min(len(range_numbers), 2)
    return len(range_numbers)
