"""A document to fill in, generated from the schema of its kind.

Required fields have no value, so that `check` asks for each at its line; optional fields are comments. The descriptions come from
the schema.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str

_COMMENT_COLUMN = 32
_WIDTH = 120
_UNCOMMENTED_KEYS = frozenset({("apiVersion",), ("kind",), ("name",), ("type",)})
_PLAIN_SCALAR = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*|[0-9]+[.][0-9]+[.][0-9]+")
_NON_STRING_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class SpecTemplate:
    """What is known about a document before it is filled in."""

    schema: Object
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

    def _map_lines(self, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        fields = {name: self._deref(child) for name, child in as_object(node.get("properties")).items()}
        required_names = [name for name in fields if name in self._required_in(node, pointer)]
        optional_names = [
            name for name in fields if name not in required_names and (pointer or name not in self.excluded_keys)
        ]
        alternatives = _alternative_prefixes(node)
        for name in required_names:
            lines = list(self._field_lines(name, fields[name], (*pointer, name), indent))
            yield from lines if pointer or len(lines) == 1 or not _is_block(lines) else ("", *lines, "")
        if optional_names and not pointer:
            yield from ("", f"{indent}# What else it may say. Remove what it does not.")
        for name in optional_names:
            yield from self._commented_line(
                f"{indent}# {_format_value(name)}:", fields[name], (*pointer, name), alternatives.get(name, "")
            )

    def _required_in(self, node: Object, pointer: Pointer) -> frozenset[str]:
        """The required keys of a map; of alternatives, the first with the keys that it requires."""
        first_choice = as_object(next(iter(as_list(node.get("oneOf"))), None))
        child_keys = {
            str(value_pointer[len(pointer)])
            for value_pointer in self.values
            if value_pointer[: len(pointer)] == pointer != value_pointer
        }
        keys = {
            as_str(key) for key in (*as_list(node.get("required")), *as_list(first_choice.get("required")))
        } | child_keys
        keys |= self.required_keys if not pointer else frozenset()
        dependent_keys = as_object(node.get("dependentRequired"))
        return frozenset(keys | {as_str(key) for name in keys for key in as_list(dependent_keys.get(name))})

    def _field_lines(self, name: str, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        key = f"{indent}{_format_value(name)}:"
        if self.values.get(pointer, node.get("const")) is not None:
            yield from self._commented_line(
                f"{key} {_format_value(self.values.get(pointer, node.get('const')))}", node, pointer
            )
        elif "items" in node:
            yield from self._commented_line(key, node, pointer)
            yield from self._element_lines(self._deref(node["items"]), (*pointer, 0), f"{indent}  ")
        else:
            yield from self._commented_line(key, node, pointer)
            yield from self._map_lines(node, pointer, f"{indent}  ")

    def _element_lines(self, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        lines = list(self._map_lines(node, pointer, f"{indent}  "))
        if not lines:
            yield from _with_comment(f"{indent}-", as_str(node.get("x-modelyard-expects")))
        for index, line in enumerate(lines):
            yield f"{indent}- {line.lstrip()}" if index == 0 else line

    def _commented_line(self, text: str, node: Object, pointer: Pointer, prefix: str = "") -> Iterator[str]:
        if pointer in _UNCOMMENTED_KEYS:
            yield text
            return
        parts = [
            prefix,
            as_str(node.get("description")),
            self._choices_text(node, pointer),
            self.hints.get(pointer, ""),
        ]
        yield from _with_comment(text, " ".join(filter(None, parts)))

    def _choices_text(self, node: Object, pointer: Pointer) -> str:
        enum = [_format_value(choice) for choice in as_list(node.get("enum")) if choice is not None]
        names = self.names_by_kind.get(as_str(node.get("x-modelyard-ref")), ())
        if enum:
            return f"One of: {', '.join(enum)}."
        return f"Known: {', '.join(names)}." if names and pointer not in self.values else ""

    def _deref(self, node: Json) -> Object:
        schema = as_object(node)
        while "$ref" in schema or "anyOf" in schema:
            definition = (
                as_object(self.schema["$defs"])[as_str(schema["$ref"]).rpartition("/")[2]] if "$ref" in schema else None
            )
            branch = as_object(definition or as_list(schema["anyOf"])[0])
            schema = {**branch, **{key: value for key, value in schema.items() if key not in {"$ref", "anyOf"}}}
        return schema


def _is_block(lines: Sequence[str]) -> bool:
    return lines[-1].startswith(" ")


def _alternative_prefixes(node: Object) -> Mapping[str, str]:
    """The comment prefixes of alternative keys; the first alternative is the one that is written."""
    choices = [
        [as_str(key) for key in as_list(as_object(branch).get("required"))] for branch in as_list(node.get("oneOf"))
    ]
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
