"""The schemas that a cluster keeps of its own resources, made strict, and their defaults."""

from collections.abc import Mapping

from compiler.foundation.json_data import Json, Object, as_list, as_object
from compiler.json_schema.object_meta import METADATA

_OPEN = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_SAME_FORMATS = {"date", "date-time", "ipv4", "ipv6", "uuid", "email"}
"""The formats that mean in a cluster what they mean in JSON Schema; `duration`, for one, does not."""

_RANGES: Mapping[str, Object] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
}
_IDENTITY: Object = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}


def structural(schema: Object) -> Object:
    """The structural schema of a resource as strict JSON Schema: closed, typed, and with its `metadata` checked."""
    strict = dict(_strict(schema))
    if "properties" in strict:
        known = {**_IDENTITY, **as_object(strict["properties"]), "metadata": METADATA}
        strict["properties"] = known
        strict["required"] = sorted({*map(str, as_list(strict.get("required"))), "apiVersion", "kind", "metadata"})
    return strict


def with_defaults(schema: Object, data: Json) -> Json:
    """The data with the defaults that the API server would fill in before it validates; only what changes is copied."""
    if isinstance(data, Mapping):
        return _with_default_keys(schema, data)
    items = schema.get("items")
    if isinstance(data, list) and isinstance(items, Mapping):
        filled = [with_defaults(items, item) for item in data]
        return filled if any(new is not old for new, old in zip(filled, data, strict=True)) else data
    return data


def _with_default_keys(schema: Object, data: Object) -> Json:
    known, others = as_object(schema.get("properties")), as_object(schema.get("additionalProperties"))
    absent = {
        name: as_object(rule)["default"]
        for name, rule in known.items()
        if "default" in as_object(rule) and _unset(data, name, as_object(rule))
    }
    whole = {**data, **absent} if absent else data
    filled = {name: with_defaults(as_object(known.get(name, others)), value) for name, value in whole.items()}
    return filled if absent or any(filled[name] is not value for name, value in data.items()) else data


def _unset(data: Object, name: str, rule: Object) -> bool:
    """Absent, or a null that the schema does not take: the API server drops it before it fills in."""
    return name not in data or (data[name] is None and rule.get("nullable") is not True)


def _strict(schema: Object, *, closed: bool = True) -> Object:
    """`closed` is false inside `allOf` and its like: there a schema only adds conditions to the one around it."""
    out = dict(schema)
    _types(out)
    _limits(out)
    for keyword in _JUNCTORS:
        if keyword in out:
            out[keyword] = [_strict(as_object(one), closed=False) for one in as_list(out[keyword])]
    if "not" in out:
        out["not"] = _strict(as_object(out["not"]), closed=False)
    if isinstance(out.get("items"), Mapping):
        out["items"] = _strict(as_object(out["items"]), closed=closed)
    if isinstance(out.get("additionalProperties"), Mapping):
        out["additionalProperties"] = _strict(as_object(out["additionalProperties"]), closed=closed)
    _properties(out, closed=closed)
    return out


def _properties(out: dict[str, Json], *, closed: bool) -> None:
    properties = as_object(out.get("properties"))
    known: dict[str, Json] = {name: _strict(as_object(rule), closed=closed) for name, rule in properties.items()}
    if out.get(_EMBEDDED) is True:
        known = {**_IDENTITY, "metadata": {"type": "object"}, **known}
    if known or "properties" in out:
        out["properties"] = known
        if closed and out.get(_OPEN) is not True:
            out.setdefault("additionalProperties", False)
    if out.get(_OPEN) is True and out.get("additionalProperties") is False:
        del out["additionalProperties"]


def _types(out: dict[str, Json]) -> None:
    if out.get(_INT_OR_STRING) is True:
        out["type"] = ["integer", "string"]
    if out.get("nullable") is True:
        named = out.get("type")
        if named is not None:
            out["type"] = [*([named] if isinstance(named, str) else as_list(named)), "null"]
        if "enum" in out:
            out["enum"] = [*as_list(out["enum"]), None]


def _limits(out: dict[str, Json]) -> None:
    named = out.get("format")
    if isinstance(named, str) and named not in _SAME_FORMATS:
        del out["format"]
        for keyword, bound in _RANGES.get(named, {}).items():
            out.setdefault(keyword, bound)
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # OpenAPI 3.0 writes a boolean beside the bound
        if isinstance(out.get(exclusive), bool) and out.pop(exclusive) and inclusive in out:
            out[exclusive] = out.pop(inclusive)
