"""Suggests the known word that a misspelled one probably means."""

import re
from collections.abc import Iterable
from functools import lru_cache

_MIN_ABBREVIATION_LENGTH = 3
"""Shorter abbreviations fit too many words."""


def closest_match(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the word most probably means; `None` if none is close enough."""
    others = [candidate for candidate in candidates if candidate != word]
    candidates_by_distance = sorted((_distance(word, candidate), candidate) for candidate in others)
    if candidates_by_distance and candidates_by_distance[0][0] <= _max_distance(word):
        return candidates_by_distance[0][1]
    return _closest_abbreviation(word, others)


def is_respelling(word: str, candidate: str) -> bool:
    """Whether the two differ only in case, separators or a plural."""
    return _fold_case(word) == _fold_case(candidate)


def _closest_abbreviation(word: str, candidates: Iterable[str]) -> str | None:
    """The only candidate that abbreviates the word, or that the word abbreviates, such as `prod` for `production`."""
    pairs = {candidate: sorted((_fold_case(word), _fold_case(candidate)), key=len) for candidate in candidates}
    for abbreviates in (_is_prefix, _is_suffix, _is_shortened):
        matches = [
            candidate
            for candidate, (short, long) in pairs.items()
            if len(short) >= _MIN_ABBREVIATION_LENGTH and abbreviates(short, long)
        ]
        if matches:
            return matches[0] if len(matches) == 1 else None
    return None


def _is_prefix(short: str, long: str) -> bool:
    return long.startswith(short)


def _is_suffix(short: str, long: str) -> bool:
    return long.endswith(short) and 3 * len(short) > 2 * len(long)


def _is_shortened(short: str, long: str) -> bool:
    """Whether the short word is at least half of the long one, with letters left out after the first."""
    letters = iter(long)
    return short[0] == long[0] and 2 * len(short) >= len(long) and all(letter in letters for letter in short)


def quote_list(words: Iterable[str], *, conjunction: str = "or") -> str:
    """The words as a list in a sentence: `a`, `b` or `c`."""
    quoted_words = [f"`{word}`" for word in words]
    return f" {conjunction} ".join(filter(None, [", ".join(quoted_words[:-1]), *quoted_words[-1:]]))


def hyphenate(name: str) -> str:
    """`UseCase` as `use-case`: the word for a kind on the command line."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _max_distance(word: str) -> int:
    return min(3, (len(word) + 1) // 3)


def _distance(word: str, candidate: str) -> int:
    """The number of typing mistakes between two words. Differences in case, separators and a plural count as none."""
    if _fold_case(word) == _fold_case(candidate):
        return 0
    source, target = word.lower(), candidate.lower()
    # Each surplus letter, and each letter that the other word lacks, is at least one mistake.
    if max(abs(len(word) - len(candidate)), len({*source} - {*target})) > _max_distance(word):
        return len(word) + len(candidate)
    return _alignment_distance(source, target)


@lru_cache(maxsize=4096)
def _fold_case(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(".", "").replace(" ", "").rstrip("s")


def _alignment_distance(source: str, target: str) -> int:
    """The optimal string alignment distance: an insertion, deletion, substitution or swap of neighbours counts as one."""
    second_last_row: list[int] = []
    row = list(range(len(target) + 1))
    for i, a in enumerate(source, 1):
        last_row, row = row, [i]
        for j, b in enumerate(target, 1):
            cost = min(last_row[j] + 1, row[j - 1] + 1, last_row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == target[j - 2] and source[i - 2] == b:
                cost = min(cost, second_last_row[j - 2] + 1)
            row.append(cost)
        second_last_row = last_row
    return row[-1]
