"""Reads and writes the serialised AST of compiled expressions (`cel/expr/syntax.proto`) by field number."""

from collections.abc import Iterator

_PARSED_EXPR, _CHECKED_EXPR = 2, 4
CONST, IDENT, SELECT, CALL, LIST, STRUCT, COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_PARSED_TYPE_URL = b"type.googleapis.com/cel.expr.ParsedExpr"


class Node:
    """A protobuf message: its fields by number."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _decode_fields(content):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def bytes(self, number: int) -> list[bytes]:
        """Every length-delimited value of a field."""
        return [value for value in self._fields.get(number, ()) if isinstance(value, bytes)]

    def node(self, number: int) -> "Node":
        """The message in a field; an empty message if the field is absent."""
        return Node((self.bytes(number) or [b""])[-1])

    def nodes(self, number: int) -> list["Node"]:
        """Every message in a field."""
        return [Node(value) for value in self.bytes(number)]

    def text(self, number: int) -> str:
        """The text in a field."""
        return (self.bytes(number) or [b""])[-1].decode()

    def integer(self, number: int) -> int | None:
        """The integer in a field."""
        value = self._fields.get(number, [None])[-1]
        return value if isinstance(value, int) else None


def parse_ast(ast_bytes: bytes) -> Node:
    """The root expression of a serialised AST."""
    any_message = Node(ast_bytes)
    kind = _CHECKED_EXPR if any_message.text(1).endswith("CheckedExpr") else _PARSED_EXPR
    return Node(any_message.node(2).node(kind).content)


def serialize(expr: Node) -> bytes:
    """Serialise a subexpression as if it were a compiled expression of its own."""
    return _encode_field(1, _PARSED_TYPE_URL) + _encode_field(2, _encode_field(2, expr.content))


def _encode_field(number: int, content: bytes) -> bytes:
    return _encode_varint(number << 3 | _BYTES) + _encode_varint(len(content)) + content


def _encode_varint(value: int) -> bytes:
    output = bytearray()
    while value >= 0x80:  # noqa: PLR2004 - a varint has seven bits per byte
        output.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*output, value])


def _decode_fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    offset = 0
    while offset < len(content):
        tag, offset = _decode_varint(content, offset)
        kind = tag & 7
        if kind == _VARINT:
            value, offset = _decode_varint(content, offset)
            yield tag >> 3, value
            continue
        size = 8 if kind == _FIXED64 else 4
        if kind == _BYTES:
            size, offset = _decode_varint(content, offset)
        yield tag >> 3, content[offset : offset + size]
        offset += size


def _decode_varint(content: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the high bit marks all but the last byte of a varint
            return value, offset
