"""Finds the values that make a condition false, down to the elements of lists.

A conjunction is split into its operands, `all` and `exists` are evaluated for each element, and an implication
(`!has(x) || …`) fails at its last operand. The rest are comparisons and calls: they fail at the values that they read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, SELECT, Node
from compiler.foundation.json_data import Json, Pointer

EvaluateNode = Callable[[Node, Mapping[str, Json]], Json]
"""Evaluates a subexpression with elements bound to loop variables."""

_MAX_REASONS = 100


@dataclass(frozen=True, slots=True)
class FailureReason:
    """A value at which a condition fails; `is_missing` if the condition requires it and it is absent."""

    pointer: Pointer
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """The loop variables: the current element of each, and its pointer."""

    values: Mapping[str, Json]
    pointers: Mapping[str, Pointer]

    def with_variable(self, name: str, value: Json, pointer: Pointer) -> "_Scope":
        return _Scope({**self.values, name: value}, {**self.pointers, name: pointer})


def failure_reasons(expr: Node, data: Mapping[str, Json], evaluate: EvaluateNode) -> tuple[FailureReason, ...]:
    """The values at which a false condition fails, each once, in the order of the condition."""
    search = _Search(data, evaluate)
    reasons = dict.fromkeys(search.reasons(expr, _Scope({}, {}), expected_result=True))
    return tuple(reasons)[:_MAX_REASONS]


class _Search:
    def __init__(self, data: Mapping[str, Json], evaluate: EvaluateNode) -> None:
        self._data = data
        self._evaluate = evaluate

    def reasons(self, expr: Node, scope: _Scope, *, expected_result: bool) -> Iterator[FailureReason]:
        """Why the subexpression does not have the expected result."""
        call = expr.node(CALL) if CALL in expr else None
        name = call.text(2) if call else ""
        if call and name == "!_":
            yield from self.reasons(call.nodes(3)[0], scope, expected_result=not expected_result)
        elif call and name in {"_&&_", "_||_"}:
            yield from self._operand_reasons(
                call.nodes(3), scope, expected_result=expected_result, blame_all=(name == "_&&_") == expected_result
            )
        elif call and name == "_?_:_":
            condition, then_branch, else_branch = call.nodes(3)
            yield from self.reasons(
                then_branch if self._evaluate(condition, scope.values) is True else else_branch,
                scope,
                expected_result=expected_result,
            )
        elif COMPREHENSION in expr:
            yield from self._element_reasons(expr, scope, expected_result=expected_result)
        else:
            yield from self._read_value_reasons(expr, scope)

    def _operand_reasons(
        self, parts: list[Node], scope: _Scope, *, expected_result: bool, blame_all: bool
    ) -> Iterator[FailureReason]:
        """With `blame_all`, every operand without the expected result is a reason; else only the last operand is."""
        failed_parts = [part for part in parts if self._evaluate(part, scope.values) is not expected_result]
        for part in failed_parts if blame_all else failed_parts[-1:]:
            yield from self.reasons(part, scope, expected_result=expected_result)

    def _element_reasons(self, expr: Node, scope: _Scope, *, expected_result: bool) -> Iterator[FailureReason]:
        loop = expr.node(COMPREHENSION)
        source, step = loop.node(2), loop.node(6)
        predicate = step.node(CALL).nodes(3)[-1] if CALL in step else None
        operator = step.node(CALL).text(2) if CALL in step else ""
        pointer = self._pointer(source, scope)
        collection = self._evaluate(source, scope.values)
        if pointer is None or predicate is None or operator not in {"_&&_", "_||_"} or loop.text(8):
            yield from self._read_value_reasons(expr, scope)
        elif (operator == "_&&_") != expected_result:
            yield FailureReason(pointer)  # `exists` fails if no element passes, `!all` if every element passes
        else:
            for key, element in _members(collection):
                inner = scope.with_variable(
                    loop.text(1), key if isinstance(collection, dict) else element, (*pointer, key)
                )
                if self._evaluate(predicate, inner.values) is not expected_result:
                    inner_reasons = list(self.reasons(predicate, inner, expected_result=expected_result))
                    yield from [reason for reason in inner_reasons if _is_within(reason.pointer, (*pointer, key))] or [
                        FailureReason((*pointer, key))
                    ]

    def _read_value_reasons(self, expr: Node, scope: _Scope) -> Iterator[FailureReason]:
        """The values that a comparison or call reads. A right-hand side counts only if nothing else is read."""
        paths = list(dict.fromkeys(self._read_paths(expr, scope)))
        for path in paths[:1]:
            yield self._reason_at(path)

    def _reason_at(self, path: Pointer) -> FailureReason:
        value: Json = dict(self._data)
        for index, part in enumerate(path):
            match value, part:
                case dict(), str() if part in value:
                    value = value[part]
                case list(), int() if part < len(value):
                    value = value[part]
                case _:
                    return FailureReason(path[: index + 1], is_missing=True)
        return FailureReason(path)

    def _read_paths(self, expr: Node, scope: _Scope) -> Iterator[Pointer]:
        path = self._pointer(expr, scope)
        if path is not None:
            yield path
        elif CALL in expr:
            for part in (*expr.node(CALL).nodes(1), *expr.node(CALL).nodes(3)):
                yield from self._read_paths(part, scope)
        elif COMPREHENSION in expr:
            yield from self._read_paths(expr.node(COMPREHENSION).node(2), scope)
        elif SELECT in expr:
            yield from self._read_paths(expr.node(SELECT).node(1), scope)

    def _pointer(self, expr: Node, scope: _Scope) -> Pointer | None:
        """The pointer that the subexpression names, starting at a variable."""
        if IDENT in expr:
            name = expr.node(IDENT).text(1)
            return scope.pointers.get(name, (name,) if name in self._data else None)
        if SELECT in expr:
            parent = self._pointer(expr.node(SELECT).node(1), scope)
            return None if parent is None else (*parent, expr.node(SELECT).text(2))
        call = expr.node(CALL)
        if CALL in expr and call.text(2) == "_[_]":
            parent, key = self._pointer(call.nodes(3)[0], scope), self._constant_key(call.nodes(3)[1], scope)
            return None if parent is None or key is None else (*parent, key)
        return None

    def _constant_key(self, expr: Node, scope: _Scope) -> str | int | None:
        if CONST in expr or IDENT in expr:
            value = self._evaluate(expr, scope.values)
            return value if isinstance(value, str | int) and not isinstance(value, bool) else None
        return None


def _members(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_within(pointer: Pointer, ancestor: Pointer) -> bool:
    return pointer[: len(ancestor)] == ancestor
