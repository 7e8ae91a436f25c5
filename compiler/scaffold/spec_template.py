"""A document to fill in, generated from the schema of its kind.

Required fields have no value, so that `check` asks for each at its line; optional fields are comments. The descriptions come from
the schema.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from compiler.foundation.json_data import Json, Pointer
from compiler.json_schema.schema_node import SchemaNode

_COMMENT_COLUMN = 32
_WIDTH = 120
_UNCOMMENTED_KEYS = frozenset({("apiVersion",), ("kind",), ("name",), ("type",)})
_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*|[0-9]+[.][0-9]+[.][0-9]+")
_NON_STRING_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class SpecTemplate:
    """What is known about a document before it is filled in."""

    schema: SchemaNode
    values: Mapping[Pointer, Json]
    """Values by pointer; `None` includes an optional field without a value. Other required fields stay empty."""
    required_keys: frozenset[str]
    """Keys that are required in addition to those of the schema."""
    excluded_keys: frozenset[str]
    """Keys that a new document leaves out."""
    names_by_kind: Mapping[str, tuple[str, ...]]
    """Kind of document to the names that a reference can use."""
    hints: Mapping[Pointer, str]
    """Comments in addition to the description of a field."""

    def render(self) -> str:
        """The document."""
        text = "".join(f"{line}\n" for line in self._map_lines(self.schema, (), ""))
        return re.sub(r"\n{3,}", "\n\n", text)

    def _map_lines(self, node: SchemaNode, pointer: Pointer, indent: str) -> Iterator[str]:
        fields = {name: self._dereference(node.property_schema(name)) for name in node.properties}
        required_names = [name for name in fields if name in self._required_in(node, pointer)]
        optional_names = [
            name for name in fields if name not in required_names and (pointer or name not in self.excluded_keys)
        ]
        alternatives = _alternative_prefixes(node)
        for name in required_names:
            lines = list(self._field_lines(name, fields[name], (*pointer, name), indent))
            yield from lines if pointer or len(lines) == 1 or not _is_block(lines) else ("", *lines, "")
        if optional_names and not pointer:
            yield from ("", f"{indent}# Optional fields. Remove the ones that you do not need.")
        for name in optional_names:
            yield from self._commented_line(
                f"{indent}# {_format_value(name)}:", fields[name], (*pointer, name), alternatives.get(name, "")
            )

    def _required_in(self, node: SchemaNode, pointer: Pointer) -> frozenset[str]:
        """The required keys of a map; of alternatives, the first with the keys that it requires."""
        first_choice = next(iter(node.alternatives("oneOf")), SchemaNode())
        child_keys = {
            str(value_pointer[len(pointer)])
            for value_pointer in self.values
            if value_pointer[: len(pointer)] == pointer != value_pointer
        }
        keys = {*node.required, *first_choice.required} | child_keys
        keys |= self.required_keys if not pointer else frozenset()
        dependent_keys = node.dependent_required
        return frozenset(keys | {key for name in keys for key in dependent_keys.get(name, ())})

    def _field_lines(self, name: str, node: SchemaNode, pointer: Pointer, indent: str) -> Iterator[str]:
        key = f"{indent}{_format_value(name)}:"
        value = self.values.get(pointer, node.keywords.get("const"))
        if value is not None:
            yield from self._commented_line(f"{key} {_format_value(value)}", node, pointer)
        elif "items" in node:
            yield from self._commented_line(key, node, pointer)
            yield from self._element_lines(self._dereference(node.subschema("items")), (*pointer, 0), f"{indent}  ")
        else:
            yield from self._commented_line(key, node, pointer)
            yield from self._map_lines(node, pointer, f"{indent}  ")

    def _element_lines(self, node: SchemaNode, pointer: Pointer, indent: str) -> Iterator[str]:
        lines = list(self._map_lines(node, pointer, f"{indent}  "))
        if not lines:
            yield from _with_comment(f"{indent}-", node.text("x-modelyard-expects"))
        for index, line in enumerate(lines):
            yield f"{indent}- {line.lstrip()}" if index == 0 else line

    def _commented_line(self, text: str, node: SchemaNode, pointer: Pointer, prefix: str = "") -> Iterator[str]:
        if pointer in _UNCOMMENTED_KEYS:
            yield text
            return
        parts = [
            prefix,
            node.text("description"),
            self._choices_text(node, pointer),
            self.hints.get(pointer, ""),
        ]
        yield from _with_comment(text, " ".join(filter(None, parts)))

    def _choices_text(self, node: SchemaNode, pointer: Pointer) -> str:
        enum = [_format_value(choice) for choice in node.enum if choice is not None]
        names = self.names_by_kind.get(node.text("x-modelyard-ref"), ())
        if enum:
            return f"One of: {', '.join(enum)}."
        return f"Known: {', '.join(names)}." if names and pointer not in self.values else ""

    def _dereference(self, node: SchemaNode) -> SchemaNode:
        """The node with the keywords of its definition, or of its first alternative."""
        while "$ref" in node or "anyOf" in node:
            definition = self.schema.definition(node.text("$ref").rpartition("/")[2]) if "$ref" in node else None
            branch = definition or node.alternatives("anyOf")[0]
            own_keywords = {key: value for key, value in node.keywords.items() if key not in {"$ref", "anyOf"}}
            node = SchemaNode({**branch.keywords, **own_keywords})
        return node


def _is_block(lines: Sequence[str]) -> bool:
    return lines[-1].startswith(" ")


def _alternative_prefixes(node: SchemaNode) -> Mapping[str, str]:
    """The comment prefixes of alternative keys; the first alternative is the one that is written."""
    choices = [branch.required for branch in node.alternatives("oneOf")]
    return {key: f"Instead of `{choices[0][0]}`:" for choice in choices[1:] for key in choice}


def _format_value(value: Json) -> str:
    """A value as YAML on one line: a plain scalar if it is a word, else JSON."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_format_value(key)}: {_format_value(child)}' for key, child in value.items())}}}"
    if isinstance(value, str) and _PLAIN_SCALAR.fullmatch(value) and value.lower() not in _NON_STRING_WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _with_comment(text: str, comment: str) -> Iterator[str]:
    """The text with its comment, or below it if the comment is long."""
    inline_text = f"{text:<{_COMMENT_COLUMN - 1}} # {comment}"
    if not comment:
        yield text
    elif len(inline_text) <= _WIDTH:
        yield inline_text
    else:
        indent = text[: len(text) - len(text.lstrip())]
        yield from (f"{indent}# {line}" for line in wrap(comment, _WIDTH - len(indent) - 2, break_on_hyphens=False))
        yield text
