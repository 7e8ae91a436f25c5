"""What a JSON Schema says about types, and nothing else: what CEL is told of a variable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias
from urllib.parse import unquote

from compiler.foundation.json_data import Json, Object, as_list, as_object


class Scalar(Enum):
    """A value without parts; `DYN` is any value at all."""

    STRING = "string"
    INT = "integer"
    DOUBLE = "number"
    BOOL = "boolean"
    DYN = "dyn"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements have one shape."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map with keys that nobody knows beforehand."""

    value: "Shape"


@dataclass(eq=False, slots=True)
class Struct:
    """A map whose keys are known; it may hold itself, so it is filled after it is made."""

    fields: "dict[str, Shape]"


Shape: TypeAlias = Scalar | ListOf | MapOf | Struct

_NAMES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")
_TOO_LARGE = 2**1000
_OPEN = "x-kubernetes-preserve-unknown-fields"
_PARTS = {"properties", "additionalProperties", "patternProperties", _OPEN}


def shape(schema: Object) -> Shape:
    """The shape of what satisfies the schema.

    Whatever applies to the same place is merged, alternatives and conditions included, because a condition may ask
    for any of them. Where they differ, and where nothing is said, the shape is `DYN`.
    """
    return _Reader(schema).shape([schema])


class Shapes(Mapping[str, Shape]):
    """The shapes of variables by name, each read when it is first asked for; `beside`: those of others, which are shapes here, too."""

    def __init__(self, schemas: Mapping[str, Object], beside: "Shapes | None" = None) -> None:
        self._schemas = schemas
        self._beside: Mapping[str, Shape] = {} if beside is None else beside
        self._read: dict[str, Shape] = {}

    def __getitem__(self, name: str) -> Shape:
        """The shape of a variable."""
        if name not in self._schemas:
            return self._beside[name]
        if name not in self._read:
            self._read[name] = shape(self._schemas[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a variable."""
        return name in self._schemas or name in self._beside

    def __iter__(self) -> Iterator[str]:
        """The names of the variables."""
        yield from self._schemas
        yield from (name for name in self._beside if name not in self._schemas)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._schemas.keys() | self._beside.keys())


class _Reader:
    def __init__(self, root: Object) -> None:
        self._root = root
        self._structs: dict[frozenset[int], Struct] = {}

    def shape(self, schemas: Iterable[Json]) -> Shape:
        seen: dict[int, Object] = {}
        for schema in schemas:
            self._collect(schema, seen)
        nodes = list(seen.values())
        kinds = _kinds(nodes)
        if kinds == {"object"}:
            return self._object([node for node in nodes if not _PARTS.isdisjoint(node)])
        if kinds == {"array"}:
            return ListOf(self.shape(_items(nodes)))
        if kinds == {"integer", "number"}:
            return Scalar.DOUBLE
        return Scalar(kinds.pop()) if len(kinds) == 1 else Scalar.DYN

    def _object(self, nodes: Sequence[Object]) -> Shape:
        known: dict[str, list[Json]] = {}
        for node in nodes:
            for name, rule in as_object(node.get("properties")).items():
                known.setdefault(name, []).append(rule)
        others = [rule for node in nodes for rule in _others(node)]
        if others or not known:
            return MapOf(Scalar.DYN if known else self.shape(others))
        key = frozenset(map(id, nodes))
        if key not in self._structs:
            struct = self._structs[key] = Struct({})
            struct.fields.update((name, self.shape(rules)) for name, rules in known.items())
        return self._structs[key]

    def _collect(self, schema: Json, seen: dict[int, Object]) -> None:
        if not isinstance(schema, Mapping) or id(schema) in seen:
            return
        seen[id(schema)] = schema
        below = [schema.get(keyword) for keyword in _CONDITIONS]
        below += [one for keyword in _JUNCTORS for one in as_list(schema.get(keyword))]
        for one in (self._resolved(schema.get("$ref")), *below):
            self._collect(one, seen)

    def _resolved(self, reference: Json) -> Json:
        """What a reference within the document leads to; nothing is known of another document."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        node: Json = self._root
        for part in unquote(reference[1:]).split("/")[1:]:
            node = as_object(node).get(part.replace("~1", "/").replace("~0", "~"))
        return node


def _others(node: Object) -> Iterator[Json]:
    """The rules for keys that are not named, where there may be such keys."""
    rule = node.get("additionalProperties")
    if rule is not None and rule is not False:
        yield rule
    yield from as_object(node.get("patternProperties")).values()
    if node.get(_OPEN) is True:
        yield True


def _items(nodes: Iterable[Object]) -> Iterator[Json]:
    for node in nodes:
        yield node.get("items")
        yield from as_list(node.get("prefixItems"))


def _kinds(nodes: Sequence[Object]) -> set[str]:
    """The types that are named, or else follow from the values or the parts that are; null is no type here."""
    named = {str(name) for node in nodes for name in _names(node.get("type"))}
    values = [value for node in nodes for value in (*as_list(node.get("enum")), *_constant(node))]
    implied = {_kind(value) for value in values}
    for keyword, kind in (("properties", "object"), ("additionalProperties", "object"), ("items", "array")):
        implied |= {kind for node in nodes if keyword in node}
    return (named or implied) - {"null"}


def _names(named: Json) -> Sequence[Json]:
    return [named] if isinstance(named, str) else as_list(named)


def _constant(node: Object) -> list[Json]:
    return [node["const"]] if "const" in node else []


def _kind(value: Json) -> str:
    """The name that JSON Schema has for what the value is."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "object"
    return _NAMES.get(type(value), "array")


def prepared(value: Json, form: Shape) -> Json:
    """The value as CEL gets it: plain dicts and lists without nulls in maps, numbers as the schema means them.

    A `number` is always a double and an `integer` always an int, however it was written, so that an expression
    does not fail on `2` where it holds on `2.5`.
    """
    if isinstance(value, dict):
        below = form.fields if isinstance(form, Struct) else {}
        others = form.value if isinstance(form, MapOf) else Scalar.DYN
        return {
            key: one if one.__class__ is str else prepared(one, below.get(key, others))
            for key, one in value.items()
            if one is not None
        }
    if isinstance(value, list):
        item = items(form)
        return [one if one.__class__ is str else prepared(one, item) for one in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return _number(value, form)
    return prepared(dict(value) if isinstance(value, Mapping) else list(value), form)


def items(form: Shape) -> Shape:
    """The shape of elements."""
    return form.item if isinstance(form, ListOf) else Scalar.DYN


def _number(value: int | float, form: Shape) -> int | float:  # noqa: PYI041 - the difference is the point
    if form is Scalar.DOUBLE and isinstance(value, int) and abs(value) < _TOO_LARGE:
        return float(value)
    if form is Scalar.INT and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
