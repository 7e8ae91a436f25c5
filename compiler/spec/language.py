"""The language as commands use it: the published schemas, compiled when first needed.

Everything here is read from `schemas/modelyard/v1/`; the classes that those files are made from are not imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.json_schema import Validator

ANY_KEY = "*"
"""In rules: every key of a map, or every element of a list."""


@dataclass(frozen=True, slots=True)
class MergeRules:
    """How layers of a value combine: for a list its merge key or `union`; below, the rules of keys and elements."""

    list_strategy: str | None = None
    children: Mapping[str, "MergeRules"] | None = None

    def child(self, key: str) -> "MergeRules":
        """The rules of what stands under a key; those of every key where it has none of its own."""
        children = self.children
        return NO_MERGE_RULES if children is None else children.get(key) or children.get(ANY_KEY) or NO_MERGE_RULES


NO_MERGE_RULES = MergeRules()


@dataclass(frozen=True, slots=True)
class Annotation:
    """Where a schema says something of a value: a pointer in which `*` is every key or element, and what it says."""

    pointer: Pointer
    value: str


AnnotationTree: TypeAlias = "str | Mapping[str, AnnotationTree]"
"""What a mark says of a value, or what is marked below each of its keys (`*`: every key or element)."""

ValueTransform: TypeAlias = Callable[[str, Json, Pointer], Json]
"""What stands instead of a value, by what its mark says, the value, and its pointer."""


class TypeLanguage:
    """What one type of model may say."""

    def __init__(self, schema: Object) -> None:
        self._schema = schema
        self.title = as_str(schema["x-modelyard-title"])
        self.defaults: Object = as_object(schema["x-modelyard-defaults"])
        self.properties = as_object(schema["properties"])
        self.runtime_fields = self._fields_in_digest("runtime")
        self.governance_fields = self._fields_in_digest("governance")

    @cached_property
    def spec_validator(self) -> Validator:
        """Checks a Model document as it is written."""
        return self._definition_validator("Spec")

    @cached_property
    def layer_validator(self) -> Validator:
        """Checks a layer that is not the document's own."""
        return self._definition_validator("Layer")

    @cached_property
    def release_validator(self) -> Validator:
        """Checks the content of a release."""
        return self._definition_validator("Release")

    @cached_property
    def resolved_validator(self) -> Validator:
        """Checks a resolved model."""
        return Validator(self._schema)

    @cached_property
    def merge_rules(self) -> MergeRules:
        """How layers of a model combine."""
        return _merge_rules(self._schema, self._schema)

    @cached_property
    def quantities(self) -> tuple[Annotation, ...]:
        """Where quantities stand in a resolved model, and which."""
        return tuple(iter_annotations("x-modelyard-quantity", self._schema, self._schema))

    @cached_property
    def quantity_tree(self) -> Mapping[str, AnnotationTree]:
        """The same, by key from the root on."""
        return annotation_tree(self.quantities)

    @cached_property
    def references(self) -> tuple[Annotation, ...]:
        """Where a resolved model names documents, and of which kind."""
        return tuple(iter_annotations("x-modelyard-ref", self._schema, self._schema))

    @cached_property
    def release_references(self) -> tuple[Annotation, ...]:
        """Where the content of a release names documents, and of which kind."""
        return tuple(iter_annotations("x-modelyard-ref", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def release_quantities(self) -> tuple[Annotation, ...]:
        """Where quantities stand in the content of a release, and which."""
        return tuple(iter_annotations("x-modelyard-quantity", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def release_merge_keys(self) -> tuple[Annotation, ...]:
        """Where the content of a release holds lists whose elements are known by a key, and that key."""
        merge_annotations = iter_annotations("x-modelyard-merge", {"$ref": "#/$defs/Release"}, self._schema)
        return tuple(annotation for annotation in merge_annotations if annotation.value != "union")

    @cached_property
    def dependencies(self) -> tuple[Annotation, ...]:
        """Where the content of a release names models that are asked while it runs, and by whom."""
        return tuple(iter_annotations("x-modelyard-asks", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def egress_urls(self) -> tuple[Annotation, ...]:
        """Where the content of a release holds a URL that the running model asks."""
        return tuple(iter_annotations("x-modelyard-reached", {"$ref": "#/$defs/Release"}, self._schema))

    @cached_property
    def companion_files(self) -> tuple[Annotation, ...]:
        """Where the content of a release names files beside the spec."""
        return tuple(iter_annotations("x-modelyard-beside", {"$ref": "#/$defs/Release"}, self._schema))

    def _fields_in_digest(self, part: str) -> frozenset[str]:
        """The top-level fields that one of the two digests covers."""
        return frozenset(
            name for name, node in self.properties.items() if as_object(node).get("x-modelyard-digest") == part
        )

    def _definition_validator(self, name: str) -> Validator:
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

    def kind_validator(self, name: str) -> Validator:
        """What checks a document of a kind; for Model see `type`."""
        if name not in self._validators:
            self._validators[name] = Validator(self._kinds[name])
        return self._validators[name]

    def type_language(self, name: str) -> TypeLanguage:
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

    def references(self, kind: str) -> tuple[Annotation, ...]:
        """Where a document of a kind other than Model names documents, and of which kind."""
        return tuple(iter_annotations("x-modelyard-ref", self._kinds[kind], self._kinds[kind]))


def _dereference(node: Any, root: Object) -> Object:
    while isinstance(node, Mapping) and "$ref" in node:
        definition = as_object(root["$defs"])[as_str(node["$ref"]).removeprefix("#/$defs/")]
        node = {**as_object(definition), **{key: value for key, value in node.items() if key != "$ref"}}
    return as_object(node)


def _merge_rules(node: Any, root: Object) -> MergeRules:
    schema = _dereference(node, root)
    children = {name: _merge_rules(child, root) for name, child in as_object(schema.get("properties")).items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        children[ANY_KEY] = _merge_rules(schema["additionalProperties"], root)
    list_strategy = schema.get("x-modelyard-merge")
    if list_strategy is not None:
        children[ANY_KEY] = _merge_rules(schema.get("items", {}), root)
    children = {name: rules for name, rules in children.items() if rules is not NO_MERGE_RULES}
    if not children and list_strategy is None:
        return NO_MERGE_RULES
    return MergeRules(as_str(list_strategy) or None, children or None)


def iter_annotations(keyword: str, node: Any, root: Object, pointer: Pointer = ()) -> Iterator[Annotation]:
    """Every place of a schema that has the keyword; at a list it speaks of the elements."""
    schema = _dereference(node, root)
    is_list = "array" in as_list(schema.get("type")) or schema.get("type") == "array"
    if keyword in schema:
        yield Annotation((*pointer, ANY_KEY) if is_list else pointer, as_str(schema[keyword]))
    for name, child in as_object(schema.get("properties")).items():
        yield from iter_annotations(keyword, child, root, (*pointer, name))
    for child_keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(child_keyword), Mapping):
            yield from iter_annotations(keyword, schema[child_keyword], root, (*pointer, ANY_KEY))
    for choice in as_list(schema.get("anyOf")):
        yield from iter_annotations(keyword, choice, root, pointer)


def iter_values(data: Json, pattern: Pointer) -> Iterator[tuple[Pointer, Json]]:
    """Every value of the data that a mark's pointer speaks of, with its own pointer."""
    for index, part in enumerate(pattern):
        if part == ANY_KEY:
            prefix, suffix = pattern[:index], pattern[index + 1 :]
            for key, child in data.items() if isinstance(data, dict) else enumerate(as_list(data)):
                yield from (((*prefix, key, *pointer), value) for pointer, value in iter_values(child, suffix))
            return
        if not isinstance(data, dict) or part not in data:
            return
        data = data[part]
    yield pattern, data


def annotation_tree(annotations: Iterable[Annotation]) -> Mapping[str, AnnotationTree]:
    """Where the marks stand, by key from the root on."""
    tree: dict[str, object] = {}
    for annotation in annotations:
        node = tree
        for part in annotation.pointer[:-1]:
            node = node.setdefault(str(part), {})  # type: ignore[assignment]  # only maps stand above the last part
        node[str(annotation.pointer[-1])] = annotation.value
    return tree  # type: ignore[return-value]  # what was built has the shape that its name says


def map_values(
    data: Object, tree: Mapping[str, AnnotationTree], transform: ValueTransform, pointer: Pointer = ()
) -> Object:
    """The data with each marked value changed; maps and lists that hold none are shared with it."""
    new_values: dict[str, Json] = {}
    if ANY_KEY in tree:
        any_subtree = tree[ANY_KEY]
        new_values = {key: _map_value(value, any_subtree, transform, (*pointer, key)) for key, value in data.items()}
    else:
        for key, subtree in tree.items():
            if key in data:
                new_values[key] = _map_value(data[key], subtree, transform, (*pointer, key))
    return {**data, **new_values} if new_values else data


def _map_value(value: Json, tree: AnnotationTree, transform: ValueTransform, pointer: Pointer) -> Json:
    if isinstance(tree, str):
        return transform(tree, value, pointer)
    if isinstance(value, dict):
        return map_values(value, tree, transform, pointer)
    if isinstance(value, list) and ANY_KEY in tree:
        subtree = tree[ANY_KEY]
        return [_map_value(item, subtree, transform, (*pointer, index)) for index, item in enumerate(value)]
    return value
