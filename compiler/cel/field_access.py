"""Which values an expression reads, from its compiled form (`cel/expr/syntax.proto`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, STRUCT, Node, parse_ast
from compiler.foundation.json_data import Pointer

PRESENCE_TEST = "?"
"""The end of a path that leads to no more than whether a value is there."""
_TEST_ONLY = 3


class _Path(NamedTuple):
    """A value named from a variable on; `within`: where it stands in one of many, of which no one is named."""

    pointer: Pointer
    element_path: Pointer | None = None

    def child(self, part: str | int) -> "_Path":
        return (
            _Path((*self.pointer, part))
            if self.element_path is None
            else self._replace(element_path=(*self.element_path, part))
        )

    @property
    def element(self) -> "_Path":
        """Any of the elements."""
        return self._replace(element_path=self.element_path or ())


_Scope = Mapping[str, _Path | None]


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """The longest paths from a variable on, the variable's name first; of elements gone through, their list.

    `within`: each path once more, and how far it leads into elements; a list that is only gone through or counted is not there.
    `listed`: the same of what `map` and `filter` go through.
    """

    paths: set[Pointer] = field(default_factory=set)
    element_paths: set[tuple[Pointer, Pointer]] = field(default_factory=set)
    iterated_paths: set[tuple[Pointer, Pointer]] = field(default_factory=set)


def collect_field_access(ast_bytes: bytes) -> FieldAccess:
    """All that an expression reads."""
    access = FieldAccess()
    _visit(parse_ast(ast_bytes), {}, access)
    return access


def _visit(expr: Node, scope: _Scope, access: FieldAccess, *, is_counted: bool = False) -> _Path | None:
    """Adds what is read below, and answers with the path that the expression itself is; `counted`: of a list no element is read."""
    path = _resolve_path(expr, scope, access)
    if path is not None:
        access.paths.add(path.pointer)
        if not is_counted:
            access.element_paths.add((path.pointer, path.element_path or ()))
    return path


def _resolve_path(expr: Node, scope: _Scope, access: FieldAccess) -> _Path | None:
    if IDENT in expr:
        name = expr.node(IDENT).text(1)
        return scope[name] if name in scope else _Path((name,))
    if SELECT in expr:
        select = expr.node(SELECT)
        operand = _resolve_path(select.node(1), scope, access)
        path = operand.child(select.text(2)) if operand else None
        if path is None or _TEST_ONLY not in select:
            return path
        access.paths.add(path.pointer)
        access.element_paths.add((path.pointer, (*(path.element_path or ()), PRESENCE_TEST)))
        return None
    if CALL in expr:
        return _resolve_call(expr.node(CALL), scope, access)
    if COMPREHENSION in expr:
        _visit_comprehension(expr.node(COMPREHENSION), scope, access)
    for element in expr.node(LIST).nodes(1):
        _visit(element, scope, access)
    for entry in expr.node(STRUCT).nodes(2):
        for part in (3, 4):
            _visit(entry.node(part), scope, access)
    return None


def _resolve_call(call: Node, scope: _Scope, access: FieldAccess) -> _Path | None:
    arguments = call.nodes(3)
    if call.text(2) == "_[_]":
        operand = _resolve_path(arguments[0], scope, access)
        key = _constant_value(arguments[1])
        if operand and key is not None:
            return operand.child(key)
        _visit(arguments[1], scope, access)
        return operand and operand.element
    for part in (*call.nodes(1), *arguments):
        _visit(part, scope, access, is_counted=call.text(2) == "size")
    return None


def _constant_value(expr: Node) -> str | int | None:
    if CONST not in expr:
        return None
    const = expr.node(CONST)
    return const.text(6) if 6 in const else const.integer(3)  # noqa: PLR2004 - the number of string_value


def _visit_comprehension(node: Node, scope: _Scope, access: FieldAccess) -> None:
    """`all`, `exists` and their like: the element stands for the list or map that it is taken from."""
    source = _visit(node.node(2), scope, access, is_counted=True)
    element = source and source.element
    if source and LIST in node.node(4):
        access.iterated_paths.add((source.pointer, source.element_path or ()))
    inner = {**scope, node.text(1): element, node.text(8): element, node.text(3): None}
    for part in (4, 5, 6, 7):
        _visit(node.node(part), inner, access)
