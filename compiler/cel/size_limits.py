"""How much larger than its data an expression can make a value: text put together of itself doubles with each step."""

from collections.abc import Mapping

from compiler.cel.cel_ast import CALL, COMPREHENSION, IDENT, LIST, SELECT, STRUCT, Node, tree

MOST = 100
"""Copies of what an expression reads that any of its values may hold; a sound one holds a handful."""

_Copies = Mapping[str, int]


class _TooManyError(Exception):
    """A value holds more than `MOST` copies."""


def grows(serialized: bytes) -> bool:
    """Whether a value on the way may hold more copies of what it is made of than `MOST`."""
    try:
        _copies(tree(serialized), {})
    except _TooManyError:
        return True
    return False


def _copies(expr: Node, scope: _Copies) -> int:
    """How many copies of the data the value holds at most; a variable is one, and so is a constant."""
    found = 1
    if IDENT in expr:
        found = scope.get(expr.node(IDENT).text(1), 1)
    elif SELECT in expr:
        found = _copies(expr.node(SELECT).node(1), scope)
    elif CALL in expr:
        call = expr.node(CALL)
        parts = [_copies(one, scope) for one in (*call.nodes(1), *call.nodes(3))]
        found = sum(parts) if call.text(2) == "_+_" else max(parts, default=1)
    elif LIST in expr:
        found = sum(_copies(one, scope) for one in expr.node(LIST).nodes(1))
    elif STRUCT in expr:
        found = sum(_copies(one.node(part), scope) for one in expr.node(STRUCT).nodes(2) for part in (3, 4))
    elif COMPREHENSION in expr:
        found = _looped(expr.node(COMPREHENSION), scope)
    if found > MOST:
        raise _TooManyError
    return found


def _looped(node: Node, scope: _Copies) -> int:
    """What a loop comes to: each round adds what is made of one element, and all elements together are the range.

    What was added before is named `@result`, which nobody can write: it is there once, as the macros have it.
    """
    element = _copies(node.node(2), scope)
    inner = {**scope, node.text(1): element, node.text(8): element}
    total = node.text(3)
    _copies(node.node(5), {**inner, total: 0})
    added = _copies(node.node(6), {**inner, total: 0})
    return _copies(node.node(4), scope) + _copies(node.node(7), {**scope, total: added})
