"""Valid values of the language, made from its published schemas: for each field, models that differ in that field alone."""

import copy
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
"""The keys of a field; `*` is the only element of a list."""
USED_BY_OTHERS = "x-modelyard-used-by"
ABSENT = object()
"""In place of the second value of a field that has one: the field is not set."""
_ENDINGS = ("1", "a", "/a", "1Gi", ".a", "-a", "m")


@dataclass(frozen=True)
class Field:
    """A field that has no declared fields of its own, with two of its values."""

    path: Path
    values: tuple[Any, Any]

    def __str__(self) -> str:
        return ".".join(self.path)


class SchemaValues:
    """Makes values for the schema of a model type; `known` are values of fields whose schema is not enough, by the end of their path."""

    def __init__(self, schema: Mapping[str, Any], known: Mapping[Path, tuple[Any, Any]]) -> None:
        self._schema = schema
        self._known = known

    def fields(self) -> Iterator[Field]:
        """Every field that a target has to use or reject."""
        sections = {key: self._schema["properties"][key] for key in ("deploy", "runtime", "uses")}
        sections["source"] = self._schema["$defs"]["Release"]["properties"]["source"]
        for key, node in sections.items():
            yield from self._fields(node, (key,))

    def changed(self, spec: Mapping[str, Any], field: Field, value: Any, *, is_full: bool) -> dict[str, Any]:
        """The model with the value at the field, and what the maps above it require, or with `is_full` all that they may have."""
        result = copy.deepcopy(dict(spec))
        if value is ABSENT:
            return result
        section, *rest = field.path
        node = (
            self._schema["$defs"]["Release"]["properties"]["source"]
            if section == "source"
            else self._schema["properties"][section]
        )
        result[section] = self._with_value(node, result.get(section), (section,), rest, value, is_full)
        return result

    def _fields(self, node: Mapping[str, Any], path: Path) -> Iterator[Field]:
        node = self._resolved(node)
        if USED_BY_OTHERS in node or path == ("deploy", "options"):
            return
        if node.get("properties"):
            for key, child in node["properties"].items():
                if USED_BY_OTHERS not in child and key != "$delete":
                    yield from self._fields(child, (*path, key))
        elif node.get("type") == "array" and self._resolved(node["items"]).get("properties"):
            key = node.get("x-modelyard-merge")
            yield from (field for field in self._fields(node["items"], (*path, "*")) if field.path[-1] != key)
        else:
            yield Field(path, self._pair(node, path))

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            definition = self._schema["$defs"][node["$ref"].rpartition("/")[2]]
            node = {**definition, **{key: value for key, value in node.items() if key != "$ref"}}
        maps = [self._resolved(one) for one in node.get("anyOf", ()) if self._resolved(one).get("properties")]
        return {**maps[0], **{key: value for key, value in node.items() if key != "anyOf"}} if maps else node

    def _pair(self, node: Mapping[str, Any], path: Path) -> tuple[Any, Any]:
        values = list(itertools.islice(self._values(node, path), 2))
        return (values[0], values[1]) if len(values) > 1 else (values[0], ABSENT)

    def _values(self, node: Mapping[str, Any], path: Path) -> Iterator[Any]:
        """Different valid values of a schema."""
        node = self._resolved(node)
        known = next((self._known[path[start:]] for start in range(len(path)) if path[start:] in self._known), None)
        if known is not None:
            yield from known
            return
        if isinstance(node.get("type"), list):
            for one in node["type"]:
                yield from self._values({**node, "type": one}, path)
            return
        yield from self._values_of_type(node, path)

    def _values_of_type(self, node: Mapping[str, Any], path: Path) -> Iterator[Any]:
        kind = node.get("type")
        if "enum" in node or "const" in node:
            yield from node.get("enum", [node.get("const")])
        elif kind == "object":
            yield from self._maps(node, path)
        elif kind == "array":
            yield from ([value] for value in self._values(node["items"], (*path, "*")))
        elif kind == "boolean":
            yield from (True, False)
        elif kind in {"integer", "number"}:
            least = node.get("minimum", 1)
            yield from range(int(least) + 1, min(int(node.get("maximum", 10**6)), int(least) + 5))
        elif "anyOf" in node or "oneOf" in node:
            for choice in node.get("anyOf", node.get("oneOf")):
                yield from self._values(choice, path)
        else:
            yield from _texts(node)

    def _maps(self, node: Mapping[str, Any], path: Path) -> Iterator[Any]:
        if not node.get("properties"):
            names = list(_texts(node.get("propertyNames", {"examples": ["app"]})))[:1] or ["app"]
            values = node.get("additionalProperties")
            child = values if isinstance(values, Mapping) else {"type": "string"}
            yield from ({names[0]: value} for value in self._values(child, (*path, "*")))
            return
        yield {key: next(self._values(node["properties"][key], (*path, key))) for key in _required(node, ())}

    def _with_value(
        self, node: Mapping[str, Any], present: Any, path: Path, rest: list[str], value: Any, is_full: bool
    ) -> Any:
        if not rest:
            return value
        node = self._resolved(node)
        key, *below = rest
        if key == "*":
            element = present[0] if present and isinstance(present[0], Mapping) else None
            others = present[1:] if present else []
            return [self._with_value(node["items"], element, (*path, "*"), below, value, is_full), *others]
        excluded = _excluded(node, key)
        present = {name: one for name, one in (present or {}).items() if name not in excluded}
        chosen = _required(node, (key, *present))
        if is_full and len(path) > 1:
            chosen = [*chosen, *(name for name in node["properties"] if name not in chosen and name != "$delete")]
        made = {
            name: next(self._values(node["properties"][name], (*path, name)))
            for name in chosen
            if name not in present and name != key
        }
        child = self._with_value(node["properties"][key], present.get(key), (*path, key), below, value, is_full)
        return {name: one for name, one in {**made, **present, key: child}.items() if name not in excluded}


def _required(node: Mapping[str, Any], present: tuple[str, ...]) -> list[str]:
    """The keys that a map needs in addition to those that are present."""
    keys = [key for key in node.get("required", ()) if key not in present]
    choices = [choice["required"] for choice in node.get("oneOf", ()) if "required" in choice]
    if choices and not any(set(choice) <= {*present, *keys} for choice in choices):
        keys += choices[0]
    for _ in range(2):
        for key, others in node.get("dependentRequired", {}).items():
            keys += [other for other in others if key in {*present, *keys} and other not in {*present, *keys}]
    return list(dict.fromkeys(keys))


def _excluded(node: Mapping[str, Any], key: str) -> set[str]:
    """The keys that a map cannot have together with a key, and what only they need."""
    choices = [choice["required"] for choice in node.get("oneOf", ()) if "required" in choice]
    needed = node.get("dependentRequired", {})
    together = {key, *needed.get(key, ())}
    if not any(together & {*choice} for choice in choices):
        return set()
    others = {name for choice in choices if not together & {*choice} for name in choice}
    return {*others, *(name for other in others for name in needed.get(other, ()))} - together


def _texts(node: Mapping[str, Any]) -> Iterator[str]:
    examples = [one for one in node.get("examples", ()) if isinstance(one, str)] or [
        "/a",
        "a",
        "1",
        "1Gi",
        "50%",
        "A",
        "1h",
    ]
    changed = [
        text
        for example in examples
        for text in (
            example,
            *(re.sub("[0-9](?=[^0-9]*$)", digit, example) for digit in "123"),
            *(f"{example}{ending}" for ending in _ENDINGS),
        )
    ]
    pattern = re.compile(node.get("pattern", ""))
    yield from dict.fromkeys(
        text for text in changed if pattern.search(text) and len(text) <= node.get("maxLength", 1000)
    )
