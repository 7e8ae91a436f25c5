"""Evaluates many conditions as a few lists: evaluating one list costs about as much as evaluating one condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.cel.cel_environment import CelEnvironment
from compiler.cel.expression import Activation, Expression

Answer = TypeVar("Answer", bool, int)
_MAX_BATCH_LENGTH = 20_000
"""Maximum characters of conditions in one list. Each evaluation converts all variables again, so fewer lists are faster; CEL's parser
accepts about five times as many characters.
"""


@dataclass(frozen=True, slots=True)
class ExpressionBatch:
    """Conditions compiled as lists."""

    lists: tuple[Expression, ...]

    def evaluate(self, activation: Activation, kind: type[Answer]) -> list[Answer] | None:
        """The value of each condition, in order; `None` if one of them fails or is of another type."""
        all_results: list[Answer] = []
        for expression in self.lists:
            results = expression.evaluate_value(activation)
            if not isinstance(results, list) or not {kind}.issuperset(map(type, results)):
                return None
            all_results += results
        return all_results


def compile_batch(environment: CelEnvironment, texts: Sequence[str]) -> ExpressionBatch | None:
    """Compile the conditions as a few lists; `None` if one of them does not compile."""
    compile_results = [
        environment.compile(f"[{', '.join(part)}]", expect="any", check_types=False)
        for part in _split_texts([f"({text}\n)" for text in texts])
    ]
    lists = tuple(expression for expression in compile_results if isinstance(expression, Expression))
    return ExpressionBatch(lists) if len(lists) == len(compile_results) else None


def _split_texts(texts: Sequence[str]) -> Iterator[list[str]]:
    """Split the conditions into groups short enough to compile as one expression each."""
    part: list[str] = []
    for text in texts:
        if part and sum(map(len, part)) + len(text) > _MAX_BATCH_LENGTH:
            yield part
            part = []
        part.append(text)
    if part:
        yield part
