"""Words that people write, and the ones they probably meant."""

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that the word most probably stands for; none where every one is too far away to be a slip."""
    ranked = sorted((_slips(word, candidate), candidate) for candidate in candidates if candidate != word)
    if not ranked or ranked[0][0] > _tolerance(word):
        return None
    return ranked[0][1]


def listed(words: Iterable[str], *, last: str = "or") -> str:
    """The words as a sentence lists them: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return f" {last} ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def _tolerance(word: str) -> int:
    return min(3, (len(word) + 1) // 3)


def _slips(word: str, candidate: str) -> int:
    """How many slips lead from one to the other; case and the choice of `-`, `_` or nothing count as one at most."""
    if _folded(word) == _folded(candidate):
        return 1
    if abs(len(word) - len(candidate)) > _tolerance(word):
        return len(word) + len(candidate)
    return _edits(word.lower(), candidate.lower())


def _folded(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").rstrip("s")


def _edits(left: str, right: str) -> int:
    """The optimal string alignment distance: insertion, deletion, substitution, and a swap of neighbours, one each."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
