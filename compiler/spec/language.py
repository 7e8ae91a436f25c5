"""The language as commands use it: the published schemas, compiled on first use.

Everything is read from `schemas/modelyard/v1/`. The classes that generate those files are not imported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.schema_node import SchemaNode, TextKeyword
from compiler.json_schema.validator import Validator
from compiler.spec.merge_rules import ANY_KEY, MergeRules, merge_rules_of
from compiler.spec.target_fields import TargetFields, target_fields


@dataclass(frozen=True, slots=True)
class Annotation:
    """A schema annotation: the pointer of the annotated values, in which `*` is every key or element, and its content."""

    pointer: Pointer
    value: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fields that bound each other: those with an upper bound, and maps by percentile; and the quantity of each field."""

    at_most: tuple[Annotation, ...]
    ascending: tuple[Annotation, ...]
    quantities: Mapping[Pointer, str]

    @classmethod
    def of(cls, annotations: "AnnotationsByKeyword") -> "Bounds":
        """The bounds among the annotations of a schema."""
        quantities = {
            annotation.pointer: annotation.value for annotation in annotations.get("x-modelyard-quantity", ())
        }
        at_most = tuple(
            Annotation(annotation.pointer, bound)
            for annotation in annotations.get("x-modelyard-at-most", ())
            for bound in annotation.value.split()
        )
        return cls(at_most, annotations.get("x-modelyard-ascending", ()), quantities)


AnnotationTree: TypeAlias = "str | Mapping[str, AnnotationTree]"
"""The content of an annotation, or the annotations below each key (`*`: every key or element)."""

ValueTransform: TypeAlias = Callable[[str, Json, Pointer], Json]
"""Returns the replacement of a value, from the annotation's content, the value and its pointer."""


class TypeLanguage:
    """The schemas and annotations of one model type."""

    def __init__(self, schema: Object) -> None:
        self._schema = SchemaNode(schema)
        self.title = self._schema.text("x-modelyard-title")
        self.defaults = self._schema.type_defaults
        self.must_select_pods = "x-modelyard-must-select-pods" in self._schema
        self.properties = self._schema.properties
        self.runtime_fields = self._fields_in_digest("runtime")
        self.governance_fields = self._fields_in_digest("governance")

    @cached_property
    def spec_validator(self) -> Validator:
        """Validates a Model document as written."""
        return self._definition_validator("Spec")

    @cached_property
    def layer_validator(self) -> Validator:
        """Validates a layer that is not the document itself."""
        return self._definition_validator("Layer")

    @cached_property
    def release_validator(self) -> Validator:
        """Validates the content of a release."""
        return self._definition_validator("Release")

    @cached_property
    def resolved_validator(self) -> Validator:
        """Validates a resolved model."""
        return Validator(self._schema.keywords, is_deferred=True)

    @cached_property
    def merge_rules(self) -> MergeRules:
        """How layers of a model merge."""
        return merge_rules_of(self._schema, self._schema)

    @cached_property
    def quantities(self) -> tuple[Annotation, ...]:
        """The quantities in a resolved model: their pointers and kinds."""
        return self._resolved_annotations.get("x-modelyard-quantity", ())

    @cached_property
    def quantity_tree(self) -> Mapping[str, AnnotationTree]:
        """The same quantities as a tree, by key from the root."""
        return annotation_tree(self.quantities)

    @cached_property
    def references(self) -> tuple[Annotation, ...]:
        """The references in a resolved model: their pointers and the kinds of document."""
        return self._resolved_annotations.get("x-modelyard-ref", ())

    @cached_property
    def bounds(self) -> Bounds:
        """The fields of a resolved model that bound each other."""
        return Bounds.of(self._resolved_annotations)

    @cached_property
    def release_bounds(self) -> Bounds:
        """The fields in the content of a release that bound each other, or are bounded by the model."""
        return Bounds.of(self._release_annotations)

    @cached_property
    def target_fields(self) -> TargetFields:
        """The fields that a target must use or reject."""
        return target_fields(self._schema)

    @cached_property
    def dates(self) -> tuple[Annotation, ...]:
        """Where a Model document has fields for dates."""
        return _dates(annotations_by_keyword(_SPEC, self._schema))

    @cached_property
    def release_references(self) -> tuple[Annotation, ...]:
        """The references in the content of a release: their pointers and the kinds of document."""
        return self._release_annotations.get("x-modelyard-ref", ())

    @cached_property
    def release_quantities(self) -> tuple[Annotation, ...]:
        """The quantities in the content of a release: their pointers and kinds."""
        return self._release_annotations.get("x-modelyard-quantity", ())

    @cached_property
    def release_merge_keys(self) -> tuple[Annotation, ...]:
        """The keyed lists in the content of a release: their pointers and merge keys."""
        merge_annotations = self._release_annotations.get("x-modelyard-merge", ())
        return tuple(annotation for annotation in merge_annotations if annotation.value != "union")

    @cached_property
    def dependencies(self) -> tuple[Annotation, ...]:
        """The models that a running release calls: the pointers of their names, and who calls them."""
        return self._release_annotations.get("x-modelyard-dependency", ())

    @cached_property
    def release_controls(self) -> tuple[Annotation, ...]:
        """The controls that a release declares: their pointers, and whether they are `enforced` or `verified`."""
        annotations = self._release_annotations.get("x-modelyard-control", ())
        return tuple(
            Annotation(annotation.pointer[:-1], annotation.value) if annotation.pointer[-1] == ANY_KEY else annotation
            for annotation in annotations
        )

    @cached_property
    def model_controls(self) -> tuple[Annotation, ...]:
        """The controls that a model declares outside of its releases."""
        annotations = self._resolved_annotations.get("x-modelyard-control", ())
        return tuple(annotation for annotation in annotations if annotation.pointer[0] in {"deploy", "governance"})

    @cached_property
    def egress_urls(self) -> tuple[Annotation, ...]:
        """The URLs that a running release calls: their pointers."""
        return self._release_annotations.get("x-modelyard-egress-url", ())

    @cached_property
    def companion_files(self) -> tuple[Annotation, ...]:
        """The companion files that the content of a release names: their pointers."""
        return self._release_annotations.get("x-modelyard-companion-file", ())

    @cached_property
    def _resolved_annotations(self) -> "AnnotationsByKeyword":
        return annotations_by_keyword(self._schema, self._schema)

    @cached_property
    def _release_annotations(self) -> "AnnotationsByKeyword":
        return annotations_by_keyword(_RELEASE, self._schema)

    def _fields_in_digest(self, part: str) -> frozenset[str]:
        """The top-level fields that one of the two digests covers."""
        return frozenset(
            name for name, node in self.properties.items() if SchemaNode.parse(node).text("x-modelyard-digest") == part
        )

    def _definition_validator(self, name: str) -> Validator:
        return Validator({"$ref": f"#/$defs/{name}", "$defs": self._schema.definitions}, is_deferred=True)


class Language:
    """All kinds and model types, by name."""

    def __init__(self, kinds: Mapping[str, Object], types: Mapping[str, Object]) -> None:
        self._kinds = kinds
        self._types = types
        self._validators: dict[str, Validator] = {}
        self._definition_validators: dict[tuple[str, str], Validator] = {}
        self._type_languages: dict[str, TypeLanguage] = {}
        self._annotations_by_kind: dict[str, AnnotationsByKeyword] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of all kinds."""
        return tuple(sorted(self._kinds))

    @property
    def types(self) -> tuple[str, ...]:
        """The names of all model types."""
        return tuple(sorted(self._types))

    def kind_validator(self, name: str) -> Validator:
        """The validator of documents of a kind. For Model use `type_language`."""
        if name not in self._validators:
            self._validators[name] = Validator(self._kinds[name], is_deferred=True)
        return self._validators[name]

    def definition_validator(self, kind: str, definition: str) -> Validator:
        """The validator of a part of a kind: of an entry of `$defs` in its schema."""
        key = (kind, definition)
        if key not in self._definition_validators:
            schema = {"$ref": f"#/$defs/{definition}", "$defs": self._kinds[kind]["$defs"]}
            self._definition_validators[key] = Validator(schema, is_deferred=True)
        return self._definition_validators[key]

    def type_language(self, name: str) -> TypeLanguage:
        """The language of one model type."""
        if name not in self._type_languages:
            self._type_languages[name] = TypeLanguage(self._types[name])
        return self._type_languages[name]

    def model_schema(self) -> Object:
        """The schema that holds every field of every model type."""
        return self._kinds["Model"]

    def kind_schema(self, name: str) -> Object:
        """The published schema of a kind."""
        return self._kinds[name]

    def date_pointers(self, data: Object) -> Iterator[Pointer]:
        """Where a document has values in fields for dates."""
        annotations: tuple[Annotation, ...] = ()
        match data:
            case {"kind": "Model", "type": str(type_name)} if type_name in self._types:
                annotations = self.type_language(type_name).dates
            case {"kind": str(kind)} if kind in self._kinds and kind != "Model":
                annotations = _dates(self._kind_annotations(kind))
        return (pointer for annotation in annotations for pointer, _ in iter_values(data, annotation.pointer))

    def references(self, kind: str) -> tuple[Annotation, ...]:
        """The references in a document of a kind other than Model: their pointers and the kinds of document."""
        return self._kind_annotations(kind).get("x-modelyard-ref", ())

    def bounds(self, kind: str) -> Bounds:
        """The fields of a document of a kind other than Model that bound each other."""
        return Bounds.of(self._kind_annotations(kind))

    def _kind_annotations(self, kind: str) -> "AnnotationsByKeyword":
        if kind not in self._annotations_by_kind:
            node = SchemaNode(self._kinds[kind])
            self._annotations_by_kind[kind] = annotations_by_keyword(node, node)
        return self._annotations_by_kind[kind]


_SPEC, _RELEASE = (SchemaNode({"$ref": f"#/$defs/{name}"}) for name in ("Spec", "Release"))


def _dates(annotations: "AnnotationsByKeyword") -> tuple[Annotation, ...]:
    return tuple(annotation for annotation in annotations.get("format", ()) if annotation.value == "date")


_ANNOTATIONS: frozenset[TextKeyword] = frozenset({
    "format", "x-modelyard-ascending", "x-modelyard-at-most",
    "x-modelyard-companion-file", "x-modelyard-control", "x-modelyard-dependency", "x-modelyard-egress-url",
    "x-modelyard-merge",
    "x-modelyard-quantity", "x-modelyard-ref",
})  # fmt: skip

AnnotationsByKeyword: TypeAlias = Mapping[TextKeyword, tuple[Annotation, ...]]


def annotations_by_keyword(node: SchemaNode, root: SchemaNode) -> AnnotationsByKeyword:
    """Every annotation in a schema. On a list, the annotation is that of the elements."""
    annotations: dict[TextKeyword, list[Annotation]] = {}
    for keyword, annotation in _iter_annotations(node, root, ()):
        annotations.setdefault(keyword, []).append(annotation)
    return {keyword: tuple(items) for keyword, items in annotations.items()}


def _iter_annotations(node: SchemaNode, root: SchemaNode, pointer: Pointer) -> Iterator[tuple[TextKeyword, Annotation]]:
    schema = node.dereferenced(root)
    for keyword in _ANNOTATIONS.intersection(schema.keywords):
        value_pointer = (*pointer, ANY_KEY) if "array" in schema.types else pointer
        yield keyword, Annotation(value_pointer, schema.text(keyword))
    for name, child in schema.properties.items():
        yield from _iter_annotations(SchemaNode.parse(child), root, (*pointer, name))
    for any_child in filter(None, (schema.subschema("additionalProperties"), schema.subschema("items"))):
        yield from _iter_annotations(any_child, root, (*pointer, ANY_KEY))
    for choice in schema.alternatives("anyOf") if "anyOf" in schema.keywords else ():
        yield from _iter_annotations(choice, root, pointer)


def iter_values(data: Json, pattern: Pointer) -> Iterator[tuple[Pointer, Json]]:
    """Every value that an annotation's pointer matches, with its own pointer."""
    for index, part in enumerate(pattern):
        if part == ANY_KEY:
            prefix, suffix = pattern[:index], pattern[index + 1 :]
            members = (
                data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, (list, tuple)) else ()
            )
            for key, child in members:
                yield from (((*prefix, key, *pointer), value) for pointer, value in iter_values(child, suffix))
            return
        if not isinstance(data, dict) or part not in data:
            return
        data = data[part]
    yield pattern, data


def may_match(data: Json, pattern: Pointer) -> bool:
    """Whether `iter_values` can yield a value: a quick test, which most patterns fail."""
    for part in pattern:
        if part == ANY_KEY:
            return True
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def iter_strings(data: Json, pattern: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every string that an annotation's pointer matches, with its own pointer."""
    for pointer, value in iter_values(data, pattern):
        if isinstance(value, str):
            yield pointer, value


def annotation_tree(annotations: Iterable[Annotation]) -> Mapping[str, AnnotationTree]:
    """The annotations as a tree, by key from the root."""
    groups: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        groups.setdefault(str(annotation.pointer[0]), []).append(annotation)
    return {key: _annotation_subtree(group) for key, group in groups.items()}


def _annotation_subtree(annotations: Iterable[Annotation]) -> AnnotationTree:
    """The parts of annotations with the same first key that follow it."""
    below = [Annotation(annotation.pointer[1:], annotation.value) for annotation in annotations]
    return below[-1].value if not below[-1].pointer else annotation_tree(below)


def map_values(
    data: Object, tree: Mapping[str, AnnotationTree], transform: ValueTransform, pointer: Pointer = ()
) -> Object:
    """The data with each annotated value replaced. Maps and lists without annotated values are shared, not copied."""
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
