"""Bounds how much larger than its input the value of an expression can become: repeated concatenation doubles it each time."""

from collections.abc import Mapping

from compiler.cel.cel_ast import CALL, COMPREHENSION, IDENT, LIST, SELECT, STRUCT, Node, parse_ast

MAX_COPIES = 100
"""Maximum copies of the input that any value of an expression may contain; ordinary expressions need fewer than ten."""

_CopiesByVariable = Mapping[str, int]


class _TooManyCopiesError(Exception):
    """A value contains more than `MAX_COPIES` copies of the input."""


def exceeds_size_limit(ast_bytes: bytes) -> bool:
    """Whether any intermediate value may contain more than `MAX_COPIES` copies of the input."""
    try:
        _count_copies(parse_ast(ast_bytes), {})
    except _TooManyCopiesError:
        return True
    return False


def _count_copies(expr: Node, scope: _CopiesByVariable) -> int:
    """The maximum number of copies of the input in the value; a variable or a constant counts as one."""
    copies = 1
    if IDENT in expr:
        copies = scope.get(expr.node(IDENT).text(1), 1)
    elif SELECT in expr:
        copies = _count_copies(expr.node(SELECT).node(1), scope)
    elif CALL in expr:
        call = expr.node(CALL)
        parts = [_count_copies(child, scope) for child in (*call.nodes(1), *call.nodes(3))]
        copies = sum(parts) if call.text(2) == "_+_" else max(parts, default=1)
    elif LIST in expr:
        copies = sum(_count_copies(child, scope) for child in expr.node(LIST).nodes(1))
    elif STRUCT in expr:
        copies = sum(_count_copies(child.node(part), scope) for child in expr.node(STRUCT).nodes(2) for part in (3, 4))
    elif COMPREHENSION in expr:
        copies = _count_loop_copies(expr.node(COMPREHENSION), scope)
    if copies > MAX_COPIES:
        raise _TooManyCopiesError
    return copies


def _count_loop_copies(node: Node, scope: _CopiesByVariable) -> int:
    """The copies in the result of a loop: each iteration adds what it builds from one element, and all elements together are the list.

    The accumulator is named `@result`, which an author cannot write. The macros use it exactly once.
    """
    element = _count_copies(node.node(2), scope)
    inner = {**scope, node.text(1): element, node.text(8): element}
    accumulator = node.text(3)
    _count_copies(node.node(5), {**inner, accumulator: 0})
    step_copies = _count_copies(node.node(6), {**inner, accumulator: 0})
    return _count_copies(node.node(4), scope) + _count_copies(node.node(7), {**scope, accumulator: step_copies})
