"""Suggests the known word that a misspelled one probably means."""

from collections.abc import Iterable


def closest_match(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the word most probably means; `None` if none is close enough."""
    candidates_by_distance = sorted(
        (_distance(word, candidate), candidate) for candidate in candidates if candidate != word
    )
    if not candidates_by_distance or candidates_by_distance[0][0] > _max_distance(word):
        return None
    return candidates_by_distance[0][1]


def quote_list(words: Iterable[str], *, conjunction: str = "or") -> str:
    """The words as a list in a sentence: `a`, `b` or `c`."""
    quoted_words = [f"`{word}`" for word in words]
    return f" {conjunction} ".join(filter(None, [", ".join(quoted_words[:-1]), *quoted_words[-1:]]))


def _max_distance(word: str) -> int:
    return min(3, (len(word) + 1) // 3)


def _distance(word: str, candidate: str) -> int:
    """The number of typing mistakes between two words. Differences in case and in `-`, `_` or no separator count as one at most."""
    if _fold_case(word) == _fold_case(candidate):
        return 1
    if abs(len(word) - len(candidate)) > _max_distance(word):
        return len(word) + len(candidate)
    return _alignment_distance(word.lower(), candidate.lower())


def _fold_case(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").rstrip("s")


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
