"""Why a condition does not hold: the values that it looked at, down to the elements of lists that failed it.

A conjunction is taken apart, `all` and `exists` are asked of each element, an implication (`!has(x) || …`) fails where its
last part does. What is left is a comparison or a call: it fails at the values that it reads.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, SELECT, Node
from compiler.foundation.json_data import Json, Pointer

Ask = Callable[[Node, Mapping[str, Json]], Json]
"""What a part of an expression comes to, with the elements that stand for loop variables."""

_MOST = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """A value that a condition failed at; `missing` where it is not there and should be."""

    pointer: Pointer
    missing: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """Loop variables: the element that each stands for, and where that is."""

    values: Mapping[str, Json]
    pointers: Mapping[str, Pointer]

    def bound(self, name: str, value: Json, pointer: Pointer) -> "_Scope":
        return _Scope({**self.values, name: value}, {**self.pointers, name: pointer})


def why(expr: Node, data: Mapping[str, Json], ask: Ask) -> tuple[Reason, ...]:
    """The values that a condition which does not hold failed at, each once, in the order of the condition."""
    search = _Search(data, ask)
    found = dict.fromkeys(search.of(expr, _Scope({}, {}), wanted=True))
    return tuple(found)[:_MOST]


class _Search:
    def __init__(self, data: Mapping[str, Json], ask: Ask) -> None:
        self._data = data
        self._ask = ask

    def of(self, expr: Node, scope: _Scope, *, wanted: bool) -> Iterator[Reason]:
        """Why the part is not what was wanted of it."""
        call = expr.node(CALL) if CALL in expr else None
        name = call.text(2) if call else ""
        if call and name == "!_":
            yield from self.of(call.nodes(3)[0], scope, wanted=not wanted)
        elif call and name in {"_&&_", "_||_"}:
            yield from self._joined(call.nodes(3), scope, wanted=wanted, every=(name == "_&&_") == wanted)
        elif call and name == "_?_:_":
            condition, then, otherwise = call.nodes(3)
            yield from self.of(then if self._ask(condition, scope.values) is True else otherwise, scope, wanted=wanted)
        elif COMPREHENSION in expr:
            yield from self._elements(expr, scope, wanted=wanted)
        else:
            yield from self._read(expr, scope)

    def _joined(self, parts: list[Node], scope: _Scope, *, wanted: bool, every: bool) -> Iterator[Reason]:
        """`every`: each part that is not as wanted is at fault; else none was, and the last says what was asked."""
        at_fault = [part for part in parts if self._ask(part, scope.values) is not wanted]
        for part in at_fault if every else at_fault[-1:]:
            yield from self.of(part, scope, wanted=wanted)

    def _elements(self, expr: Node, scope: _Scope, *, wanted: bool) -> Iterator[Reason]:
        loop = expr.node(COMPREHENSION)
        source, step = loop.node(2), loop.node(6)
        predicate = step.node(CALL).nodes(3)[-1] if CALL in step else None
        operator = step.node(CALL).text(2) if CALL in step else ""
        pointer = self._pointer(source, scope)
        held = self._ask(source, scope.values)
        if pointer is None or predicate is None or operator not in {"_&&_", "_||_"} or loop.text(8):
            yield from self._read(expr, scope)
        elif (operator == "_&&_") != wanted:
            yield Reason(pointer)  # exists: no element did; not all: every one did
        else:
            for key, element in _members(held):
                inner = scope.bound(loop.text(1), key if isinstance(held, dict) else element, (*pointer, key))
                if self._ask(predicate, inner.values) is not wanted:
                    below = list(self.of(predicate, inner, wanted=wanted))
                    yield from [one for one in below if _is_below(one.pointer, (*pointer, key))] or [
                        Reason((*pointer, key))
                    ]

    def _read(self, expr: Node, scope: _Scope) -> Iterator[Reason]:
        """The values that a comparison or a call reads; what is compared with comes last, and only where nothing else is read."""
        paths = list(dict.fromkeys(self._paths(expr, scope)))
        for path in paths[:1]:
            yield self._reason(path)

    def _reason(self, path: Pointer) -> Reason:
        here: Json = dict(self._data)
        for index, part in enumerate(path):
            known = isinstance(here, dict) and part in here
            if not known and not (isinstance(here, list) and isinstance(part, int) and part < len(here)):
                return Reason(path[: index + 1], missing=True)
            here = here[part]  # type: ignore[index]  # a map with a key, or a list with an index
        return Reason(path)

    def _paths(self, expr: Node, scope: _Scope) -> Iterator[Pointer]:
        path = self._pointer(expr, scope)
        if path is not None:
            yield path
        elif CALL in expr:
            for part in (*expr.node(CALL).nodes(1), *expr.node(CALL).nodes(3)):
                yield from self._paths(part, scope)
        elif COMPREHENSION in expr:
            yield from self._paths(expr.node(COMPREHENSION).node(2), scope)
        elif SELECT in expr:
            yield from self._paths(expr.node(SELECT).node(1), scope)

    def _pointer(self, expr: Node, scope: _Scope) -> Pointer | None:
        """The path that the part is, from a variable on."""
        if IDENT in expr:
            name = expr.node(IDENT).text(1)
            return scope.pointers.get(name, (name,) if name in self._data else None)
        if SELECT in expr:
            above = self._pointer(expr.node(SELECT).node(1), scope)
            return None if above is None else (*above, expr.node(SELECT).text(2))
        call = expr.node(CALL)
        if CALL in expr and call.text(2) == "_[_]":
            above, key = self._pointer(call.nodes(3)[0], scope), self._key(call.nodes(3)[1], scope)
            return None if above is None or key is None else (*above, key)
        return None

    def _key(self, expr: Node, scope: _Scope) -> str | int | None:
        if CONST in expr or IDENT in expr:
            value = self._ask(expr, scope.values)
            return value if isinstance(value, str | int) and not isinstance(value, bool) else None
        return None


def _members(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _is_below(pointer: Pointer, above: Pointer) -> bool:
    return pointer[: len(above)] == above
