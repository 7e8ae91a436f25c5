"""The operands of a condition and their values: policy examples must make each of them both true and false."""

from collections.abc import Callable, Iterator

from compiler.cel.cel_ast import CALL, CONST, SELECT, Node
from compiler.foundation.json_data import Json

_EXPR, _EXPR_ID, _SOURCE_INFO, _POSITIONS = 2, 2, 3, 4
_CONNECTIVES = frozenset({"_&&_", "_||_", "!_", "_?_:_"})


def evaluate_branches(text: str, parsed_expr: Node, evaluate: Callable[[Node], Json]) -> Iterator[tuple[int, bool]]:
    """Each operand with its 0-based offset in the text and whether it is true; an operand that fails counts as false."""
    offsets = _offsets(parsed_expr)
    for part in _leaf_conditions(parsed_expr.node(_EXPR)):
        part_offsets = [offsets[number] for number in _expression_ids(part) if number in offsets]
        yield _name_start(text, min(part_offsets, default=0)), evaluate(part) is True


def _name_start(text: str, offset: int) -> int:
    """The offset where the name before an offset starts; for a call, CEL reports the offset of its parenthesis."""
    while offset and (text[offset - 1].isalnum() or text[offset - 1] in "_."):
        offset -= 1
    return offset


def _leaf_conditions(expr: Node) -> Iterator[Node]:
    call = expr.node(CALL)
    if CALL in expr and call.text(2) in _CONNECTIVES:
        for part in call.nodes(3):
            yield from _leaf_conditions(part)
    elif CONST not in expr:
        yield expr


def _offsets(parsed_expr: Node) -> dict[int, int]:
    """The offset of each expression, by expression id."""
    offsets: dict[int, int] = {}
    for entry in parsed_expr.node(_SOURCE_INFO).nodes(_POSITIONS):
        offsets[entry.integer(1) or 0] = entry.integer(2) or 0
    return offsets


def _expression_ids(expr: Node) -> Iterator[int]:
    """The ids of an expression and of all its subexpressions."""
    number = expr.integer(_EXPR_ID)
    if number is not None:
        yield number
    if SELECT in expr:
        yield from _expression_ids(expr.node(SELECT).node(1))
    if CALL in expr:
        for part in (*expr.node(CALL).nodes(1), *expr.node(CALL).nodes(3)):
            yield from _expression_ids(part)
