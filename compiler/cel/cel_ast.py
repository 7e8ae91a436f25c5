"""Compiled expressions as they are serialised (`cel/expr/syntax.proto`): read by field number, and put together again."""

from collections.abc import Iterator

_PARSED_EXPR, _CHECKED_EXPR = 2, 4
CONST, IDENT, SELECT, CALL, LIST, STRUCT, COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_PARSED = b"type.googleapis.com/cel.expr.ParsedExpr"


class Node:
    """A protobuf message, its fields by number."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(content):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def bytes(self, number: int) -> list[bytes]:
        """Every value of a field that is bytes."""
        return [value for value in self._fields.get(number, ()) if isinstance(value, bytes)]

    def node(self, number: int) -> "Node":
        """The message in a field; an empty one where there is none."""
        return Node((self.bytes(number) or [b""])[-1])

    def nodes(self, number: int) -> list["Node"]:
        """Every message in a field."""
        return [Node(value) for value in self.bytes(number)]

    def text(self, number: int) -> str:
        """The text in a field."""
        return (self.bytes(number) or [b""])[-1].decode()

    def integer(self, number: int) -> int | None:
        """The number in a field."""
        value = self._fields.get(number, [None])[-1]
        return value if isinstance(value, int) else None


def tree(serialized: bytes) -> Node:
    """The expression in what a compiled one serialises to."""
    packed = Node(serialized)
    kind = _CHECKED_EXPR if packed.text(1).endswith("CheckedExpr") else _PARSED_EXPR
    return Node(packed.node(2).node(kind).content)


def serialized(expr: Node) -> bytes:
    """What a compiled expression would serialise to, of a part of one."""
    return _field(1, _PARSED) + _field(2, _field(2, expr.content))


def _field(number: int, content: bytes) -> bytes:
    return _written(number << 3 | _BYTES) + _written(len(content)) + content


def _written(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


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
