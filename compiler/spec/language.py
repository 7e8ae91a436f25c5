"""The language as commands use it: the published schemas, compiled when first needed.

Everything here is read from `schemas/modelyard/v1/`; the classes that those files are made from are not imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.json_schema import Validator

ANY = "*"
"""In rules: every key of a map, or every element of a list."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How layers of a value combine: for a list its merge key or `union`; below, the rules of keys and elements."""

    list_by: str | None = None
    below: Mapping[str, "Rules"] | None = None

    def child(self, key: str) -> "Rules":
        """The rules of what stands under a key; those of every key where it has none of its own."""
        below = self.below
        return NO_RULES if below is None else below.get(key) or below.get(ANY) or NO_RULES


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a schema says something of a value: a pointer in which `*` is every key or element, and what it says."""

    pointer: Pointer
    value: str


Places: TypeAlias = "str | Mapping[str, Places]"
"""What a mark says of a value, or what is marked below each of its keys (`*`: every key or element)."""

Change: TypeAlias = Callable[[str, Json, Pointer], Json]
"""What stands instead of a value, by what its mark says, the value, and its pointer."""


class TypeLanguage:
    """What one type of model may say."""

    def __init__(self, schema: Object) -> None:
        self._schema = schema
        self.title = as_str(schema["x-modelyard-title"])
        self.defaults: Object = as_object(schema["x-modelyard-defaults"])
        self.properties = as_object(schema["properties"])
        self.runtime_fields = self._digested("runtime")
        self.governance_fields = self._digested("governance")

    @cached_property
    def spec(self) -> Validator:
        """Checks a Model document as it is written."""
        return self._part("Spec")

    @cached_property
    def layer(self) -> Validator:
        """Checks a layer that is not the document's own."""
        return self._part("Layer")

    @cached_property
    def release(self) -> Validator:
        """Checks the content of a release."""
        return self._part("Release")

    @cached_property
    def whole(self) -> Validator:
        """Checks a resolved model."""
        return Validator(self._schema)

    @cached_property
    def rules(self) -> Rules:
        """How layers of a model combine."""
        return _rules(self._schema, self._schema)

    @cached_property
    def quantities(self) -> tuple[Mark, ...]:
        """Where quantities stand in a resolved model, and which."""
        return tuple(marks("x-modelyard-quantity", self._schema, self._schema))

    @cached_property
    def quantity_places(self) -> Mapping[str, Places]:
        """The same, by key from the root on."""
        return places(self.quantities)

    @cached_property
    def references(self) -> tuple[Mark, ...]:
        """Where a resolved model names documents, and of which kind."""
        return tuple(marks("x-modelyard-ref", self._schema, self._schema))

    @cached_property
    def release_references(self) -> tuple[Mark, ...]:
        """Where the content of a release names documents, and of which kind."""
        return tuple(marks("x-modelyard-ref", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def release_quantities(self) -> tuple[Mark, ...]:
        """Where quantities stand in the content of a release, and which."""
        return tuple(marks("x-modelyard-quantity", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def release_names(self) -> tuple[Mark, ...]:
        """Where the content of a release holds lists whose elements are known by a key, and that key."""
        found = marks("x-modelyard-merge", {"$ref": "#/$defs/Release"}, self._schema)
        return tuple(mark for mark in found if mark.value != "union")

    @cached_property
    def asked(self) -> tuple[Mark, ...]:
        """Where the content of a release names models that are asked while it runs, and by whom."""
        return tuple(marks("x-modelyard-asks", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def reached(self) -> tuple[Mark, ...]:
        """Where the content of a release holds a URL that the running model asks."""
        return tuple(marks("x-modelyard-reached", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def beside(self) -> tuple[Mark, ...]:
        """Where the content of a release names files beside the spec."""
        return tuple(marks("x-modelyard-beside", {"$ref": "#/$defs/Release"}, self._schema))

    def _digested(self, part: str) -> frozenset[str]:
        """The top-level fields that one of the two digests covers."""
        return frozenset(
            name for name, node in self.properties.items() if as_object(node).get("x-modelyard-digest") == part
        )

    def _part(self, name: str) -> Validator:
        return Validator({"$ref": f"#/$defs/{name}", "$defs": self._schema["$defs"]})


class Language:
    """Every kind and type, by name."""

    def __init__(self, kinds: Mapping[str, Object], types: Mapping[str, Object]) -> None:
        self._kinds = kinds
        self._types = types
        self._validators: dict[str, Validator] = {}
        self._type_languages: dict[str, TypeLanguage] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of all kinds of document."""
        return tuple(sorted(self._kinds))

    @property
    def types(self) -> tuple[str, ...]:
        """Names of all types of model."""
        return tuple(sorted(self._types))

    def kind(self, name: str) -> Validator:
        """What checks a document of a kind; for Model see `type`."""
        if name not in self._validators:
            self._validators[name] = Validator(self._kinds[name])
        return self._validators[name]

    def type(self, name: str) -> TypeLanguage:
        """The language of one type of model."""
        if name not in self._type_languages:
            self._type_languages[name] = TypeLanguage(self._types[name])
        return self._type_languages[name]

    def model_schema(self) -> Object:
        """The one schema that holds every field of every type."""
        return self._kinds["Model"]

    def kind_schema(self, name: str) -> Object:
        """The published schema of a kind."""
        return self._kinds[name]

    def references(self, kind: str) -> tuple[Mark, ...]:
        """Where a document of a kind other than Model names documents, and of which kind."""
        return tuple(marks("x-modelyard-ref", self._kinds[kind], self._kinds[kind]))


def _deref(node: Any, root: Object) -> Object:
    while isinstance(node, Mapping) and "$ref" in node:
        definition = as_object(root["$defs"])[as_str(node["$ref"]).removeprefix("#/$defs/")]
        node = {**as_object(definition), **{key: value for key, value in node.items() if key != "$ref"}}
    return as_object(node)


def _rules(node: Any, root: Object) -> Rules:
    schema = _deref(node, root)
    below = {name: _rules(child, root) for name, child in as_object(schema.get("properties")).items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        below[ANY] = _rules(schema["additionalProperties"], root)
    list_by = schema.get("x-modelyard-merge")
    if list_by is not None:
        below[ANY] = _rules(schema.get("items", {}), root)
    below = {name: rules for name, rules in below.items() if rules is not NO_RULES}
    if not below and list_by is None:
        return NO_RULES
    return Rules(as_str(list_by) or None, below or None)


def marks(keyword: str, node: Any, root: Object, pointer: Pointer = ()) -> Iterator[Mark]:
    """Every place of a schema that has the keyword; at a list it speaks of the elements."""
    schema = _deref(node, root)
    is_list = "array" in as_list(schema.get("type")) or schema.get("type") == "array"
    if keyword in schema:
        yield Mark((*pointer, ANY) if is_list else pointer, as_str(schema[keyword]))
    for name, child in as_object(schema.get("properties")).items():
        yield from marks(keyword, child, root, (*pointer, name))
    for below in ("additionalProperties", "items"):
        if isinstance(schema.get(below), Mapping):
            yield from marks(keyword, schema[below], root, (*pointer, ANY))
    for choice in as_list(schema.get("anyOf")):
        yield from marks(keyword, choice, root, pointer)


def matches(data: Json, pattern: Pointer) -> Iterator[tuple[Pointer, Json]]:
    """Every value of the data that a mark's pointer speaks of, with its own pointer."""
    for index, part in enumerate(pattern):
        if part == ANY:
            above, below = pattern[:index], pattern[index + 1 :]
            for key, child in data.items() if isinstance(data, dict) else enumerate(as_list(data)):
                yield from (((*above, key, *pointer), value) for pointer, value in matches(child, below))
            return
        if not isinstance(data, dict) or part not in data:
            return
        data = data[part]
    yield pattern, data


def places(marks: Iterable[Mark]) -> Mapping[str, Places]:
    """Where the marks stand, by key from the root on."""
    tree: dict[str, object] = {}
    for mark in marks:
        here = tree
        for part in mark.pointer[:-1]:
            here = here.setdefault(str(part), {})  # type: ignore[assignment]  # only maps stand above the last part
        here[str(mark.pointer[-1])] = mark.value
    return tree  # type: ignore[return-value]  # what was built has the shape that its name says


def replaced(data: Object, below: Mapping[str, Places], change: Change, pointer: Pointer = ()) -> Object:
    """The data with each marked value changed; maps and lists that hold none are shared with it."""
    changed: dict[str, Json] = {}
    if ANY in below:
        each = below[ANY]
        changed = {key: _value(value, each, change, (*pointer, key)) for key, value in data.items()}
    else:
        for key, places_ in below.items():
            if key in data:
                changed[key] = _value(data[key], places_, change, (*pointer, key))
    return {**data, **changed} if changed else data


def _value(value: Json, below: Places, change: Change, pointer: Pointer) -> Json:
    if isinstance(below, str):
        return change(below, value, pointer)
    if isinstance(value, dict):
        return replaced(value, below, change, pointer)
    if isinstance(value, list) and ANY in below:
        each = below[ANY]
        return [_value(item, each, change, (*pointer, index)) for index, item in enumerate(value)]
    return value
