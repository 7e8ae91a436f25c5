"""Which values an expression reads, from its compiled form (`cel/expr/syntax.proto`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, STRUCT, Node, tree
from compiler.foundation.json_data import Pointer

PRESENT = "?"
"""The end of a path that leads to no more than whether a value is there."""
_TEST_ONLY = 3


class _Path(NamedTuple):
    """A value named from a variable on; `within`: where it stands in one of many, of which no one is named."""

    pointer: Pointer
    within: Pointer | None = None

    def below(self, part: str | int) -> "_Path":
        return _Path((*self.pointer, part)) if self.within is None else self._replace(within=(*self.within, part))

    @property
    def one(self) -> "_Path":
        """Any of the elements."""
        return self._replace(within=self.within or ())


_Scope = Mapping[str, _Path | None]


@dataclass(frozen=True, slots=True)
class Read:
    """The longest paths from a variable on, the variable's name first; of elements gone through, their list.

    `within`: each path once more, and how far it leads into elements; a list that is only gone through or counted is not there.
    `listed`: the same of what `map` and `filter` go through.
    """

    paths: set[Pointer] = field(default_factory=set)
    within: set[tuple[Pointer, Pointer]] = field(default_factory=set)
    listed: set[tuple[Pointer, Pointer]] = field(default_factory=set)


def read(serialized: bytes) -> Read:
    """All that an expression reads."""
    found = Read()
    _visit(tree(serialized), {}, found)
    return found


def _visit(expr: Node, scope: _Scope, found: Read, *, counted: bool = False) -> _Path | None:
    """Adds what is read below, and answers with the path that the expression itself is; `counted`: of a list no element is read."""
    path = _path(expr, scope, found)
    if path is not None:
        found.paths.add(path.pointer)
        if not counted:
            found.within.add((path.pointer, path.within or ()))
    return path


def _path(expr: Node, scope: _Scope, found: Read) -> _Path | None:
    if IDENT in expr:
        name = expr.node(IDENT).text(1)
        return scope[name] if name in scope else _Path((name,))
    if SELECT in expr:
        select = expr.node(SELECT)
        operand = _path(select.node(1), scope, found)
        path = operand.below(select.text(2)) if operand else None
        if path is None or _TEST_ONLY not in select:
            return path
        found.paths.add(path.pointer)
        found.within.add((path.pointer, (*(path.within or ()), PRESENT)))
        return None
    if CALL in expr:
        return _call(expr.node(CALL), scope, found)
    if COMPREHENSION in expr:
        _comprehension(expr.node(COMPREHENSION), scope, found)
    for element in expr.node(LIST).nodes(1):
        _visit(element, scope, found)
    for entry in expr.node(STRUCT).nodes(2):
        for part in (3, 4):
            _visit(entry.node(part), scope, found)
    return None


def _call(call: Node, scope: _Scope, found: Read) -> _Path | None:
    arguments = call.nodes(3)
    if call.text(2) == "_[_]":
        operand = _path(arguments[0], scope, found)
        key = _constant(arguments[1])
        if operand and key is not None:
            return operand.below(key)
        _visit(arguments[1], scope, found)
        return operand and operand.one
    for one in (*call.nodes(1), *arguments):
        _visit(one, scope, found, counted=call.text(2) == "size")
    return None


def _constant(expr: Node) -> str | int | None:
    if CONST not in expr:
        return None
    const = expr.node(CONST)
    return const.text(6) if 6 in const else const.integer(3)  # noqa: PLR2004 - the number of string_value


def _comprehension(node: Node, scope: _Scope, found: Read) -> None:
    """`all`, `exists` and their like: the element stands for the list or map that it is taken from."""
    source = _visit(node.node(2), scope, found, counted=True)
    element = source and source.one
    if source and LIST in node.node(4):
        found.listed.add((source.pointer, source.within or ()))
    inner = {**scope, node.text(1): element, node.text(8): element, node.text(3): None}
    for part in (4, 5, 6, 7):
        _visit(node.node(part), inner, found)
