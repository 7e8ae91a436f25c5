"""Many conditions asked as few: a list of them costs one evaluation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.cel.cel_environment import CelEnvironment
from compiler.cel.expression import Activation, Expression

Answer = TypeVar("Answer", bool, int)
_MAX_BATCH_LENGTH = 20_000
"""So many characters of conditions are asked as one: each evaluation looks at all variables anew. CEL's parser takes five times as many."""


@dataclass(frozen=True, slots=True)
class ExpressionBatch:
    """Conditions that were compiled as lists."""

    lists: tuple[Expression, ...]

    def evaluate(self, activation: Activation, kind: type[Answer]) -> list[Answer] | None:
        """What each comes to, in order; nothing where one of them has no answer of that kind."""
        all_results: list[Answer] = []
        for expression in self.lists:
            results = expression.evaluate_value(activation)
            if not isinstance(results, list) or not {kind}.issuperset(map(type, results)):
                return None
            all_results += results
        return all_results


def compile_batch(environment: CelEnvironment, texts: Sequence[str]) -> ExpressionBatch | None:
    """The conditions as few lists; nothing where one of them is no expression."""
    compile_results = [
        environment.compile(f"[{', '.join(part)}]", expect="any", check_types=False)
        for part in _split_texts([f"({text}\n)" for text in texts])
    ]
    lists = tuple(expression for expression in compile_results if isinstance(expression, Expression))
    return ExpressionBatch(lists) if len(lists) == len(compile_results) else None


def _split_texts(texts: Sequence[str]) -> Iterator[list[str]]:
    """The conditions in groups that are short enough to be compiled as one."""
    part: list[str] = []
    for text in texts:
        if part and sum(map(len, part)) + len(text) > _MAX_BATCH_LENGTH:
            yield part
            part = []
        part.append(text)
    if part:
        yield part
