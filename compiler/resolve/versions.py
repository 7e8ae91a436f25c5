"""Ranges of releases: `^2.1` (below the next major), `~2.1` (below the next minor), `2.1` (any 2.1.x), `2.1.3` (that one)."""

import re


def satisfies(version: str, wanted: str) -> bool:
    """Whether a release lies in a range (the caret and tilde of node-semver, without their further forms)."""
    match = re.fullmatch(r"([\^~=]?)([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(-[0-9A-Za-z.-]+)?", wanted)
    if match is None:
        return False
    given = [int(part) for part in match.group(2, 3, 4) if part is not None]
    core, _, pre = version.partition("+")[0].partition("-")
    have = [int(part) for part in core.split(".")]
    if match[5] or pre:
        return have == given and f"-{pre}" == (match[5] or "-")
    low = [*given, 0, 0][:3]
    return have >= low and have[: _fixed(match[1], given)] == low[: _fixed(match[1], given)]


def _fixed(operator: str, given: list[int]) -> int:
    """How many leading numbers may not change."""
    if operator == "^":
        leading = next((index for index, number in enumerate(given) if number), len(given) - 1)
        return leading + 1
    if operator == "~":
        return min(len(given), 2)
    return len(given)
