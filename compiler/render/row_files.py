"""Renders a file that holds rows about all models, row by row.

Its text is that of the file with all rows in memory. Whatever is not as simple as inserting all rows raises `RowsReadError`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.foundation.packed_content import Content, pack_texts
from compiler.foundation.provenance import ObjectValue, RowsValue
from compiler.foundation.rows import Rows, RowsMark, RowsReadError
from compiler.json_schema.validator import Validator
from compiler.plan.planned_units import PlannedFile
from compiler.render.output_formats import dump
from compiler.render.template_engine import FilledTemplate
from compiler.resolve.digests import digest

_PLAIN_KEYS = frozenset({"$schema", "$id", "$defs", "title", "description", "type"})
_OBJECT_KEYS = _PLAIN_KEYS | {"properties", "required", "additionalProperties"}
_LIST_KEYS = _PLAIN_KEYS | {"items", "prefixItems", "minItems"}


def holds_rows(file: PlannedFile) -> bool:
    """Whether the context of a file has rows that are not in memory."""
    return file.model is None and any(
        isinstance(value, ObjectValue) and any(isinstance(member, RowsValue) for member in value.members.values())
        for value in file.context.values()
    )


@dataclass(frozen=True, slots=True)
class RowFile:
    """A file with rows at one pointer of its document."""

    format: str
    document: Json
    pointer: Pointer
    rows: Rows

    @property
    def documents_without_rows(self) -> tuple[Json, ...]:
        """The documents of the file as if there were no rows."""
        return (self._document_with(()),)

    def render(self, validator: Validator | None, schema: Object) -> Content:
        """The content; each row is valid on its own."""
        header = self.rows.header
        if validator is not None and not _accepts_rows_one_by_one(schema, self.pointer, 0 if header is None else 1):
            raise RowsReadError
        texts = self.rows.texts(_Printer(self, validator, digest(schema)))
        return pack_texts(self._csv_parts(texts) if self.format == "csv" else self._json_parts(texts))

    def _csv_parts(self, texts: Iterator[str | None]) -> Iterator[str]:
        return chain((dump((self._document_with(()),), self.format),), map(_require, texts))

    def _json_parts(self, texts: Iterator[str | None]) -> Iterator[str]:
        mark = RowsMark(self.rows)
        before, *after = dump((self._document_with((mark,)),), self.format).split(json.dumps(mark))
        first = next(texts, None)
        if len(after) != 1 or first is None:
            raise RowsReadError
        line_start = before[before.rindex("\n") :]
        yield before + first.replace("\n", line_start)
        for text in texts:
            yield f",{line_start}" + _require(text).replace("\n", line_start)
        yield after[0]

    def _document_with(self, rows: Sequence[Json]) -> Json:
        elements = [*rows] if self.rows.header is None else [self.rows.header, *rows]
        return _with_value(self.document, self.pointer, elements)

    def is_valid(self, row: Json, validator: Validator) -> bool:
        """Whether the file with this row alone is valid."""
        return validator.is_valid(self._document_with((row,)))


class _Printer:
    """Prints the rows of one file, and validates each."""

    def __init__(self, file: RowFile, validator: Validator | None, schema_digest: str) -> None:
        self._file, self._validator = file, validator
        self.key = digest([file.format, schema_digest, validator is not None, *file.documents_without_rows])

    def print(self, row: Json) -> str | None:
        """The text of a row; `None` if the schema rejects it."""
        if self._validator is not None and not self._file.is_valid(row, self._validator):
            return None
        text = dump(([row],) if self._file.format == "csv" else (row,), self._file.format)
        return text if self._file.format == "csv" else text.removesuffix("\n")


def row_file(format_name: str, filled: FilledTemplate) -> RowFile | None:
    """The file with rows that a template makes; `None` if it inserts none."""
    positions = [
        (index, pointer, rows)
        for index, document in enumerate(filled.documents)
        for pointer, rows in _find_rows(document, ())
    ]
    if not positions:
        return None
    [(_, pointer, rows), *others] = positions
    is_table = format_name == "csv" and pointer == () and rows.header is not None
    is_list = format_name == "json" and pointer != () and rows.header is None
    if others or len(filled.documents) != 1 or filled.comments or not (is_table or is_list):
        raise RowsReadError
    return RowFile(format_name, filled.documents[0], pointer, rows)


def _find_rows(value: object, pointer: Pointer) -> Iterator[tuple[Pointer, Rows]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _find_rows(member, (*pointer, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _find_rows(element, (*pointer, index))
    elif isinstance(value, RowsMark):
        yield pointer, value.rows


def _with_value(value: Json, pointer: Pointer, replacement: Json) -> Json:
    """A copy of a value with another value at a pointer of keys."""
    if not pointer:
        return replacement
    if not isinstance(value, dict):
        raise RowsReadError
    key = str(pointer[0])
    return {**value, key: _with_value(value[key], pointer[1:], replacement)}


def _accepts_rows_one_by_one(schema: Object, pointer: Pointer, header_count: int) -> bool:
    """Whether a list of rows at a pointer is valid if the list of each row is."""
    node: Json = schema
    for part in pointer:
        if not isinstance(node, dict) or not node.keys() <= _OBJECT_KEYS:
            return False
        properties = node.get("properties")
        node = properties.get(str(part)) if isinstance(properties, dict) else None
    if not isinstance(node, dict) or not node.keys() <= _LIST_KEYS:
        return False
    prefix, minimum = node.get("prefixItems", []), node.get("minItems", 0)
    return (
        isinstance(prefix, list)
        and len(prefix) <= header_count
        and isinstance(minimum, (int, float))
        and minimum <= header_count
    )


def _require(text: str | None) -> str:
    if text is None:
        raise RowsReadError
    return text
