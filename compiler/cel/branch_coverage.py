"""The parts that a condition is joined of, and what each comes to: what examples have to show both ways."""

from collections.abc import Callable, Iterator

from compiler.cel.cel_ast import CALL, CONST, SELECT, Node
from compiler.foundation.json_data import Json

_EXPR, _EXPR_ID, _SOURCE_INFO, _POSITIONS = 2, 2, 3, 4
_JOINTS = frozenset({"_&&_", "_||_", "!_", "_?_:_"})


def branches(text: str, parsed: Node, ask: Callable[[Node], Json]) -> Iterator[tuple[int, bool]]:
    """Each part with its 0-based offset in the text, and whether it holds; one that comes to nothing does not hold."""
    offsets = _offsets(parsed)
    for part in _parts(parsed.node(_EXPR)):
        found = [offsets[number] for number in _ids(part) if number in offsets]
        yield _start(text, min(found, default=0)), ask(part) is True


def _start(text: str, offset: int) -> int:
    """The beginning of the name that stands before an offset: of a call, CEL knows where its parenthesis is."""
    while offset and (text[offset - 1].isalnum() or text[offset - 1] in "_."):
        offset -= 1
    return offset


def _parts(expr: Node) -> Iterator[Node]:
    call = expr.node(CALL)
    if CALL in expr and call.text(2) in _JOINTS:
        for part in call.nodes(3):
            yield from _parts(part)
    elif CONST not in expr:
        yield expr


def _offsets(parsed: Node) -> dict[int, int]:
    """The offset of each expression by its id."""
    found: dict[int, int] = {}
    for entry in parsed.node(_SOURCE_INFO).nodes(_POSITIONS):
        found[entry.integer(1) or 0] = entry.integer(2) or 0
    return found


def _ids(expr: Node) -> Iterator[int]:
    """The ids of an expression, and of what it is made of."""
    number = expr.integer(_EXPR_ID)
    if number is not None:
        yield number
    if SELECT in expr:
        yield from _ids(expr.node(SELECT).node(1))
    if CALL in expr:
        for part in (*expr.node(CALL).nodes(1), *expr.node(CALL).nodes(3)):
            yield from _ids(part)
