"""Derives CEL types from JSON Schemas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias
from urllib.parse import unquote

from compiler.foundation.json_data import Json, Object
from compiler.json_schema.schema_node import SchemaNode, resolve_pointer


class Scalar(Enum):
    """A value without parts; `DYN` accepts any value."""

    STRING = "string"
    INT = "integer"
    DOUBLE = "number"
    BOOL = "boolean"
    DYN = "dyn"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements have one type."""

    item: "CelType"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map whose keys are not known in advance."""

    value: "CelType"


@dataclass(eq=False, slots=True)
class Struct:
    """A map with known keys. It can contain itself, so its fields are filled after it is created."""

    fields: "dict[str, CelType]"


CelType: TypeAlias = Scalar | ListOf | MapOf | Struct

_JSON_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_TOO_LARGE = 2**1000
_PRESERVE_UNKNOWN_FIELDS = "x-kubernetes-preserve-unknown-fields"
_OBJECT_KEYWORDS = {"properties", "additionalProperties", "patternProperties", _PRESERVE_UNKNOWN_FIELDS}


def type_from_schema(schema: Object) -> CelType:
    """The type of every value that satisfies the schema.

    Subschemas for the same location are merged, alternatives and conditionals included, because a condition may name a field of
    any of them. Where they differ, and where the schema is silent, the type is `DYN`.
    """
    return _SchemaConverter(schema).convert([schema])


class CelTypes(Mapping[str, CelType]):
    """The types of variables by name, each derived on first use; `base` holds the types of further variables."""

    def __init__(self, schemas: Mapping[str, Object], base: "CelTypes | None" = None) -> None:
        self._schemas = schemas
        self._base: Mapping[str, CelType] = {} if base is None else base
        self._cache: dict[str, CelType] = {}

    def __getitem__(self, name: str) -> CelType:
        """The type of a variable."""
        if name not in self._schemas:
            return self._base[name]
        if name not in self._cache:
            self._cache[name] = type_from_schema(self._schemas[name])
        return self._cache[name]

    def __contains__(self, name: object) -> bool:
        """Whether the variable exists."""
        return name in self._schemas or name in self._base

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the variables."""
        yield from self._schemas
        yield from (name for name in self._base if name not in self._schemas)

    def __len__(self) -> int:
        """The number of variables."""
        return len(self._schemas.keys() | self._base.keys())


class _SchemaConverter:
    def __init__(self, root: Object) -> None:
        self._root = root
        self._structs: dict[frozenset[int], Struct] = {}

    def convert(self, schemas: Iterable[Json]) -> CelType:
        nodes_by_id: dict[int, SchemaNode] = {}
        for schema in schemas:
            self._collect_nodes(schema, nodes_by_id)
        nodes = list(nodes_by_id.values())
        type_names = _type_names(nodes)
        if type_names == {"object"}:
            return self._convert_object([node for node in nodes if not _OBJECT_KEYWORDS.isdisjoint(node.keywords)])
        if type_names == {"array"}:
            return ListOf(self.convert(_item_schemas(nodes)))
        if type_names == {"integer", "number"}:
            return Scalar.DOUBLE
        return Scalar(type_names.pop()) if len(type_names) == 1 else Scalar.DYN

    def _convert_object(self, nodes: Sequence[SchemaNode]) -> CelType:
        properties: dict[str, list[Json]] = {}
        for node in nodes:
            for name, rule in node.properties.items():
                properties.setdefault(name, []).append(rule)
        extra_rules = [rule for node in nodes for rule in _additional_schemas(node)]
        if extra_rules or not properties:
            return MapOf(Scalar.DYN if properties else self.convert(extra_rules))
        key = frozenset(id(node.keywords) for node in nodes)
        if key not in self._structs:
            struct = self._structs[key] = Struct({})
            struct.fields.update((name, self.convert(rules)) for name, rules in properties.items())
        return self._structs[key]

    def _collect_nodes(self, schema: Json, nodes_by_id: dict[int, SchemaNode]) -> None:
        if not isinstance(schema, Mapping) or id(schema) in nodes_by_id:
            return
        node = nodes_by_id[id(schema)] = SchemaNode(schema)
        self._collect_nodes(self._resolve_reference(node.text("$ref")), nodes_by_id)
        for subschema in node.schemas_for_same_value():
            self._collect_nodes(subschema.keywords, nodes_by_id)

    def _resolve_reference(self, reference: str) -> Json:
        """The schema that a reference within the document points to; references to other documents are not resolved."""
        is_local = reference.startswith("#")
        return resolve_pointer(self._root, unquote(reference[1:]).split("/")[1:]) if is_local else None


def _additional_schemas(node: SchemaNode) -> Iterator[Json]:
    """The schemas of keys that the schema does not name, if such keys are allowed."""
    rule = node.keywords.get("additionalProperties")
    if rule is not None and rule is not False:
        yield rule
    yield from node.pattern_properties.values()
    if node.keywords.get(_PRESERVE_UNKNOWN_FIELDS) is True:
        yield True


def _item_schemas(nodes: Iterable[SchemaNode]) -> Iterator[Json]:
    for node in nodes:
        yield node.keywords.get("items")
        yield from node.prefix_items


def _type_names(nodes: Sequence[SchemaNode]) -> set[str]:
    """The type names of the schema, explicit or implied by `enum`, `const` or its keywords; without `null`."""
    explicit_types = {name for node in nodes for name in node.types}
    values = [value for node in nodes for value in (*node.enum, *_const_values(node))]
    implied_types = {_json_type(value) for value in values}
    for keyword, type_name in (("properties", "object"), ("additionalProperties", "object"), ("items", "array")):
        implied_types |= {type_name for node in nodes if keyword in node}
    return (explicit_types or implied_types) - {"null"}


def _const_values(node: SchemaNode) -> list[Json]:
    return [node.keywords["const"]] if "const" in node else []


def _json_type(value: Json) -> str:
    """The JSON Schema name of the value's type."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "object"
    return _JSON_TYPES.get(type(value), "array")


def to_cel_value(value: Json, cel_type: CelType) -> Json:
    """The value as CEL needs it: plain dicts and lists, no nulls in maps, numbers of the type that the schema names.

    A `number` is always a double and an `integer` always an int, whatever its spelling, so that an expression that accepts `2.5`
    also accepts `2`.
    """
    if isinstance(value, dict):
        field_types = cel_type.fields if isinstance(cel_type, Struct) else {}
        value_type = cel_type.value if isinstance(cel_type, MapOf) else Scalar.DYN
        return {
            key: child
            if child.__class__ is str or child.__class__ is bool
            else to_cel_value(child, field_types.get(key, value_type))
            for key, child in value.items()
            if child is not None
        }
    if isinstance(value, list):
        element_type = item_type(cel_type)
        return [
            child if child.__class__ is str or child.__class__ is bool else to_cel_value(child, element_type)
            for child in value
        ]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return _to_cel_number(value, cel_type)
    return to_cel_value(dict(value) if isinstance(value, Mapping) else list(value), cel_type)


def item_type(cel_type: CelType) -> CelType:
    """The type of the elements."""
    return cel_type.item if isinstance(cel_type, ListOf) else Scalar.DYN


def _to_cel_number(value: int | float, cel_type: CelType) -> int | float:  # noqa: PYI041 - bool, int and float are distinct on purpose
    if cel_type is Scalar.DOUBLE and isinstance(value, int) and abs(value) < _TOO_LARGE:
        return float(value)
    if cel_type is Scalar.INT and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
