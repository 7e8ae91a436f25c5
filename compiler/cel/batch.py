"""Many conditions asked as few: a list of them costs one evaluation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.cel.cel_environment import Expressions
from compiler.cel.expression import Expression, Values

Answer = TypeVar("Answer", bool, int)
_LONG = 20_000
"""So many characters of conditions are asked as one: each evaluation looks at all variables anew. CEL's parser takes five times as many."""


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions that were compiled as lists."""

    lists: tuple[Expression, ...]

    def answers(self, values: Values, kind: type[Answer]) -> list[Answer] | None:
        """What each comes to, in order; nothing where one of them has no answer of that kind."""
        found: list[Answer] = []
        for one in self.lists:
            answers = one.value(values)
            if not isinstance(answers, list) or not {kind}.issuperset(map(type, answers)):
                return None
            found += answers
        return found


def together(expressions: Expressions, texts: Sequence[str]) -> Together | None:
    """The conditions as few lists; nothing where one of them is no expression."""
    compiled = [
        expressions.compile(f"[{', '.join(part)}]", expect="any", checked=False)
        for part in _parts([f"({text}\n)" for text in texts])
    ]
    lists = tuple(one for one in compiled if isinstance(one, Expression))
    return Together(lists) if len(lists) == len(compiled) else None


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """The conditions in groups that are short enough to be compiled as one."""
    part: list[str] = []
    for text in texts:
        if part and sum(map(len, part)) + len(text) > _LONG:
            yield part
            part = []
        part.append(text)
    if part:
        yield part
