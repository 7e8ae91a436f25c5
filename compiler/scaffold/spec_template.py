"""A document to fill in, made from the schema of its kind.

What must be said stands there with nothing after its colon, which `check` asks for at that very line; what may be said stands
in a comment. The schema's own descriptions say what each is, so that nothing is told twice.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str

_COLUMN = 32
_WIDTH = 120
_UNTOLD = frozenset({("apiVersion",), ("kind",), ("name",), ("type",)})
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*|[0-9]+[.][0-9]+[.][0-9]+")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a document before anybody writes it."""

    schema: Object
    given: Mapping[Pointer, Json]
    """Values by place, none where it is to be said all the same; everything else that is required is left open."""
    required: frozenset[str]
    """Keys of the document that must be said, beside those that the schema itself asks for."""
    left_out: frozenset[str]
    """Keys of the document that no new one says."""
    named: Mapping[str, tuple[str, ...]]
    """Kind of document to the names that a reference may have."""
    hints: Mapping[Pointer, str]
    """What is worth saying of a place beside its description."""

    def text(self) -> str:
        """The document."""
        text = "".join(f"{line}\n" for line in self._map(self.schema, (), ""))
        return re.sub(r"\n{3,}", "\n\n", text)

    def _map(self, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        fields = {name: self._deref(child) for name, child in as_object(node.get("properties")).items()}
        must = [name for name in fields if name in self._asked(node, pointer)]
        may = [name for name in fields if name not in must and (pointer or name not in self.left_out)]
        instead = _instead(node)
        for name in must:
            lines = list(self._field(name, fields[name], (*pointer, name), indent))
            yield from lines if pointer or len(lines) == 1 or not _is_block(lines) else ("", *lines, "")
        if may and not pointer:
            yield from ("", f"{indent}# What else it may say. Remove what it does not.")
        for name in may:
            yield from self._line(f"{indent}# {_written(name)}:", fields[name], (*pointer, name), instead.get(name, ""))

    def _asked(self, node: Object, pointer: Pointer) -> frozenset[str]:
        """Keys of a map that must be said: of a choice, the first; and what they ask for beside them."""
        first = as_object(next(iter(as_list(node.get("oneOf"))), None))
        below = {str(place[len(pointer)]) for place in self.given if place[: len(pointer)] == pointer != place}
        asked = {as_str(key) for key in (*as_list(node.get("required")), *as_list(first.get("required")))} | below
        asked |= self.required if not pointer else frozenset()
        together = as_object(node.get("dependentRequired"))
        return frozenset(asked | {as_str(key) for name in asked for key in as_list(together.get(name))})

    def _field(self, name: str, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        key = f"{indent}{_written(name)}:"
        if self.given.get(pointer, node.get("const")) is not None:
            yield from self._line(f"{key} {_written(self.given.get(pointer, node.get('const')))}", node, pointer)
        elif "items" in node:
            yield from self._line(key, node, pointer)
            yield from self._element(self._deref(node["items"]), (*pointer, 0), f"{indent}  ")
        else:
            yield from self._line(key, node, pointer)
            yield from self._map(node, pointer, f"{indent}  ")

    def _element(self, node: Object, pointer: Pointer, indent: str) -> Iterator[str]:
        lines = list(self._map(node, pointer, f"{indent}  "))
        if not lines:
            yield from _commented(f"{indent}-", as_str(node.get("x-modelyard-expects")))
        for index, line in enumerate(lines):
            yield f"{indent}- {line.lstrip()}" if index == 0 else line

    def _line(self, text: str, node: Object, pointer: Pointer, before: str = "") -> Iterator[str]:
        if pointer in _UNTOLD:
            yield text
            return
        parts = [before, as_str(node.get("description")), self._choices(node, pointer), self.hints.get(pointer, "")]
        yield from _commented(text, " ".join(filter(None, parts)))

    def _choices(self, node: Object, pointer: Pointer) -> str:
        enum = [_written(choice) for choice in as_list(node.get("enum")) if choice is not None]
        names = self.named.get(as_str(node.get("x-modelyard-ref")), ())
        if enum:
            return f"One of: {', '.join(enum)}."
        return f"Known: {', '.join(names)}." if names and pointer not in self.given else ""

    def _deref(self, node: Json) -> Object:
        found = as_object(node)
        while "$ref" in found or "anyOf" in found:
            named = (
                as_object(self.schema["$defs"])[as_str(found["$ref"]).rpartition("/")[2]] if "$ref" in found else None
            )
            chosen = as_object(named or as_list(found["anyOf"])[0])
            found = {**chosen, **{key: value for key, value in found.items() if key not in {"$ref", "anyOf"}}}
        return found


def _is_block(lines: Sequence[str]) -> bool:
    return lines[-1].startswith(" ")


def _instead(node: Object) -> Mapping[str, str]:
    """What begins the comment of a key that stands for another: a choice's, where the first was taken."""
    choices = [[as_str(key) for key in as_list(as_object(one).get("required"))] for one in as_list(node.get("oneOf"))]
    return {key: f"Instead of `{choices[0][0]}`:" for choice in choices[1:] for key in choice}


def _written(value: Json) -> str:
    """A value as YAML writes it on one line: a plain word plain, any other text as JSON."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_written(key)}: {_written(child)}' for key, child in value.items())}}}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def _commented(text: str, comment: str) -> Iterator[str]:
    """The comment beside the text, or above it where it is long."""
    beside = f"{text:<{_COLUMN - 1}} # {comment}"
    if not comment:
        yield text
    elif len(beside) <= _WIDTH:
        yield beside
    else:
        indent = text[: len(text) - len(text.lstrip())]
        yield from (f"{indent}# {line}" for line in wrap(comment, _WIDTH - len(indent) - 2, break_on_hyphens=False))
        yield text
