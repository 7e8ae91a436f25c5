"""Turns the schemas of custom resources into strict JSON Schemas, and applies their defaults."""

from collections.abc import Mapping
from typing import overload

from compiler.foundation.json_data import Json, Object
from compiler.json_schema.object_meta import OBJECT_META
from compiler.json_schema.schema_node import SchemaNode

_PRESERVE_UNKNOWN = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED_RESOURCE = "x-kubernetes-embedded-resource"
_COMBINATORS = ("allOf", "anyOf", "oneOf")
_SAME_FORMATS = {"date", "date-time", "ipv4", "ipv6", "uuid", "email"}
"""Formats with the same meaning in Kubernetes and JSON Schema; `duration`, for example, differs."""

_INTEGER_RANGES: Mapping[str, Object] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
}
_TYPE_META: Object = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}


def to_strict_schema(schema: Object) -> Object:
    """A resource's structural schema as strict JSON Schema: closed, typed, and with `metadata` checked."""
    strict = dict(_make_strict(schema))
    if "properties" in strict:
        node = SchemaNode(strict)
        strict["required"] = sorted({*node.required, "apiVersion", "kind", "metadata"})
        strict["properties"] = {**_TYPE_META, **node.properties, "metadata": OBJECT_META}
    return strict


@overload
def apply_defaults(schema: Json, data: Object) -> Object: ...
@overload
def apply_defaults(schema: Json, data: Json) -> Json: ...
def apply_defaults(schema: Json, data: Json) -> Json:
    """The data with the defaults that the API server applies before validation; unchanged parts are shared."""
    if not isinstance(schema, Mapping):
        return data
    if isinstance(data, Mapping):
        return _apply_key_defaults(schema, data)
    items = schema.get("items")
    if isinstance(data, list) and isinstance(items, Mapping):
        new_items = [apply_defaults(items, item) for item in data]
        return new_items if any(new is not old for new, old in zip(new_items, data, strict=True)) else data
    return data


def _apply_key_defaults(schema: Object, data: Object) -> Object:
    properties = SchemaNode(schema).properties
    extra_schema = schema.get("additionalProperties")
    default_values = {
        name: rule["default"]
        for name, rule in properties.items()
        if isinstance(rule, Mapping) and "default" in rule and _is_unset(data, name, rule)
    }
    full_data = {**data, **default_values} if default_values else data
    new_data = {name: apply_defaults(properties.get(name, extra_schema), value) for name, value in full_data.items()}
    return new_data if default_values or any(new_data[name] is not value for name, value in data.items()) else data


def _is_unset(data: Object, name: str, rule: Object) -> bool:
    """Whether the value is absent, or a null that the schema does not accept, which the API server drops before defaulting."""
    return name not in data or (data[name] is None and rule.get("nullable") is not True)


def _make_strict(schema: Json, *, is_closed: bool = True) -> Object:
    """`is_closed` is false within `allOf` and similar keywords: there, a schema only adds conditions."""
    if not isinstance(schema, Mapping):
        return {}
    strict_node = dict(schema)
    _convert_types(strict_node)
    _convert_limits(strict_node)
    for keyword in _COMBINATORS:
        if keyword in strict_node:
            alternatives = SchemaNode(schema).alternatives(keyword)
            strict_node[keyword] = [_make_strict(node.keywords, is_closed=False) for node in alternatives]
    if "not" in strict_node:
        strict_node["not"] = _make_strict(strict_node["not"], is_closed=False)
    for keyword in ("items", "additionalProperties"):
        if isinstance(strict_node.get(keyword), Mapping):
            strict_node[keyword] = _make_strict(strict_node[keyword], is_closed=is_closed)
    _close_properties(strict_node, is_closed=is_closed)
    return strict_node


def _close_properties(schema: dict[str, Json], *, is_closed: bool) -> None:
    strict_properties: dict[str, Json] = {
        name: _make_strict(rule, is_closed=is_closed) for name, rule in SchemaNode(schema).properties.items()
    }
    if schema.get(_EMBEDDED_RESOURCE) is True:
        strict_properties = {**_TYPE_META, "metadata": {"type": "object"}, **strict_properties}
    if strict_properties or "properties" in schema:
        schema["properties"] = strict_properties
        if is_closed and schema.get(_PRESERVE_UNKNOWN) is not True:
            schema.setdefault("additionalProperties", False)
    if schema.get(_PRESERVE_UNKNOWN) is True and schema.get("additionalProperties") is False:
        del schema["additionalProperties"]


def _convert_types(schema: dict[str, Json]) -> None:
    if schema.get(_INT_OR_STRING) is True:
        schema["type"] = ["integer", "string"]
    if schema.get("nullable") is True:
        node = SchemaNode(schema)
        if node.types:
            schema["type"] = [*node.types, "null"]
        if "enum" in schema:
            schema["enum"] = [*node.enum, None]


def _convert_limits(schema: dict[str, Json]) -> None:
    format_name = schema.get("format")
    if isinstance(format_name, str) and format_name not in _SAME_FORMATS:
        del schema["format"]
        for keyword, limit in _INTEGER_RANGES.get(format_name, {}).items():
            schema.setdefault(keyword, limit)
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # OpenAPI 3.0 has a boolean `exclusiveMinimum` next to the bound
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and inclusive in schema:
            schema[exclusive] = schema.pop(inclusive)
