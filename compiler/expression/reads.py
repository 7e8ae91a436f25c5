"""Which values an expression reads, from its compiled form (`cel/expr/syntax.proto`)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from compiler.values import Pointer

_PARSED_EXPR, _CHECKED_EXPR = 2, 4
_CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class _Path(NamedTuple):
    """A value named from a variable on; not open where it is one of many, of which no one is named."""

    pointer: Pointer
    open: bool = True

    def below(self, part: str | int) -> "_Path":
        return _Path((*self.pointer, part)) if self.open else self


_Scope = Mapping[str, _Path | None]


def reads(serialized: bytes) -> frozenset[Pointer]:
    """The longest paths from a variable on, the variable's name first; of elements gone through, their list."""
    packed = _Node(serialized)
    kind = _CHECKED_EXPR if packed.text(1).endswith("CheckedExpr") else _PARSED_EXPR
    found: set[Pointer] = set()
    _visit(_Node(packed.node(2).node(kind).content), {}, found)
    return frozenset(found)


class _Node:
    """A protobuf message, its fields by number."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(content):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def bytes(self, number: int) -> list[bytes]:
        return [value for value in self._fields.get(number, ()) if isinstance(value, bytes)]

    def node(self, number: int) -> "_Node":
        return _Node((self.bytes(number) or [b""])[-1])

    def nodes(self, number: int) -> list["_Node"]:
        return [_Node(value) for value in self.bytes(number)]

    def text(self, number: int) -> str:
        return (self.bytes(number) or [b""])[-1].decode()

    def integer(self, number: int) -> int | None:
        value = self._fields.get(number, [None])[-1]
        return value if isinstance(value, int) else None


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(content, at)
            yield tag >> 3, value
            continue
        size = 8 if kind == _FIXED64 else 4
        if kind == _BYTES:
            size, at = _varint(content, at)
        yield tag >> 3, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            return value, at


def _visit(expr: _Node, scope: _Scope, found: set[Pointer]) -> _Path | None:
    """Adds what is read below, and answers with the path that the expression itself is."""
    path = _path(expr, scope, found)
    if path is not None:
        found.add(path.pointer)
    return path


def _path(expr: _Node, scope: _Scope, found: set[Pointer]) -> _Path | None:
    if _IDENT in expr:
        name = expr.node(_IDENT).text(1)
        return scope[name] if name in scope else _Path((name,))
    if _SELECT in expr:
        select = expr.node(_SELECT)
        operand = _path(select.node(1), scope, found)
        return operand.below(select.text(2)) if operand else None
    if _CALL in expr:
        return _call(expr.node(_CALL), scope, found)
    if _COMPREHENSION in expr:
        _comprehension(expr.node(_COMPREHENSION), scope, found)
    for element in expr.node(_LIST).nodes(1):
        _visit(element, scope, found)
    for entry in expr.node(_STRUCT).nodes(2):
        for part in (3, 4):
            _visit(entry.node(part), scope, found)
    return None


def _call(call: _Node, scope: _Scope, found: set[Pointer]) -> _Path | None:
    arguments = call.nodes(3)
    if call.text(2) == "_[_]":
        operand = _path(arguments[0], scope, found)
        key = _constant(arguments[1])
        if operand and key is not None:
            return operand.below(key)
        _visit(arguments[1], scope, found)
        return operand and operand._replace(open=False)
    for one in (*call.nodes(1), *arguments):
        _visit(one, scope, found)
    return None


def _constant(expr: _Node) -> str | int | None:
    if _CONST not in expr:
        return None
    const = expr.node(_CONST)
    return const.text(6) if 6 in const else const.integer(3)  # noqa: PLR2004 - the number of string_value


def _comprehension(node: _Node, scope: _Scope, found: set[Pointer]) -> None:
    """`all`, `exists` and their like: the element stands for the list or map that it is taken from."""
    source = _visit(node.node(2), scope, found)
    element = source and source._replace(open=False)
    inner = {**scope, node.text(1): element, node.text(8): element, node.text(3): None}
    for part in (4, 5, 6, 7):
        _visit(node.node(part), inner, found)
