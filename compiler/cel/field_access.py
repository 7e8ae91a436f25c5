"""Collects the values that an expression reads, from its serialised AST (`cel/expr/syntax.proto`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, STRUCT, Node, parse_ast
from compiler.foundation.json_data import Pointer

PRESENCE_TEST = "?"
"""Ends a path of which only the presence is read, as in `has()`."""
_TEST_ONLY = 3


class _Path(NamedTuple):
    """A path that starts at a variable; `element_path` is the path within an element of a list, if it leads into one."""

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
        """The path of any element."""
        return self._replace(element_path=self.element_path or ())


_Scope = Mapping[str, _Path | None]


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """The longest paths that an expression reads, each starting with the variable's name; elements of a list count as the list.

    `element_paths` adds the path within an element; a list that is only iterated or counted is not in it. `iterated_paths` holds the
    same for lists that the macros `map` and `filter` iterate.
    """

    paths: set[Pointer] = field(default_factory=set)
    element_paths: set[tuple[Pointer, Pointer]] = field(default_factory=set)
    iterated_paths: set[tuple[Pointer, Pointer]] = field(default_factory=set)


@lru_cache(maxsize=4096)
def collect_field_access(ast_bytes: bytes) -> FieldAccess:
    """Collect every value that the expression reads. The sessions of a process share the result: do not change it."""
    access = FieldAccess()
    _visit(parse_ast(ast_bytes), {}, access)
    return access


def _visit(expr: Node, scope: _Scope, access: FieldAccess, *, is_counted: bool = False) -> _Path | None:
    """Record what the subexpression reads and return the path that it names; with `is_counted`, no element of the list is read."""
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
    return const.text(6) if 6 in const else const.integer(3)  # noqa: PLR2004 - the field number of string_value


def _visit_comprehension(node: Node, scope: _Scope, access: FieldAccess) -> None:
    """`all`, `exists` and similar macros: the loop variable is an element of the list or map."""
    source = _visit(node.node(2), scope, access, is_counted=True)
    element = source and source.element
    if source and LIST in node.node(4):
        access.iterated_paths.add((source.pointer, source.element_path or ()))
    inner = {**scope, node.text(1): element, node.text(8): element, node.text(3): None}
    for part in (4, 5, 6, 7):
        _visit(node.node(part), inner, access)
