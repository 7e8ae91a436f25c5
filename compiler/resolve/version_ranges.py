"""Version ranges: `^2.1` (below the next major), `~2.1` (below the next minor), `2.1` (any 2.1.x), `2.1.3` (exactly that one)."""

import re
from typing import TypeAlias

_Precedence: TypeAlias = tuple[tuple[int, int, str], ...]

_RELEASE_PRECEDENCE: _Precedence = ((2, 0, ""),)


def satisfies(version: str, version_range: str) -> bool:
    """Whether a version is in a range (caret and tilde as in node-semver, without its other forms).

    A pre-release matches only a range that names a pre-release of the same version.
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


def version_order(version: str) -> tuple[list[int], _Precedence]:
    """A sort key of versions, as Semantic Versioning orders them."""
    core, _, prerelease = version.partition("+")[0].partition("-")
    return [int(part) for part in core.split(".")], _precedence(prerelease)


def _precedence(prerelease: str) -> _Precedence:
    """The sort key of a pre-release: numbers before words, by value, and a release after all its pre-releases."""
    parts = prerelease.split(".") if prerelease else ()
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts) or _RELEASE_PRECEDENCE


def _fixed_number_count(operator: str, range_numbers: list[int]) -> int:
    """The number of leading version parts that must match."""
    if operator == "^":
        first_nonzero = next((index for index, number in enumerate(range_numbers) if number), len(range_numbers) - 1)
        return first_nonzero + 1
    if operator == "~":
        return min(len(range_numbers), 2)
    return len(range_numbers)
