"""Describes values, types and limits in words, without JSON Schema terms."""

import json
from collections.abc import Callable, Mapping

from compiler.foundation.json_data import Json
from compiler.json_schema.schema_node import SchemaNode

_TYPES = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}

_FORMATS = {
    "date": "a date such as 2026-01-31",
    "date-time": "a date and time such as 2026-01-31T12:00:00Z",
    "time": "a time such as 12:00:00Z",
    "duration": "an ISO 8601 duration such as P30D",
    "email": "an e-mail address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "regex": "a regular expression",
    "uri": "a URI with its scheme",
    "uri-reference": "a URI or a path",
    "uuid": "a UUID",
}

_LIMITS: Mapping[str, tuple[str, str]] = {
    "minLength": ("at least {}", "character"),
    "maxLength": ("at most {}", "character"),
    "minItems": ("at least {}", "element"),
    "maxItems": ("at most {}", "element"),
    "minProperties": ("at least {}", "key"),
    "maxProperties": ("at most {}", "key"),
}

_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
}

_MAX_TEXT_LENGTH = 60
_MAX_EXAMPLE_LENGTH = 40
MAX_LISTED_OPTIONS = 3
"""The maximum number of values listed in a sentence."""


def format_value(value: Json) -> str:
    """The value as JSON, truncated if long; for a map or list, only what it is."""
    if isinstance(value, Mapping):
        return "a map" if value else "an empty map"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_TEXT_LENGTH else text[: _MAX_TEXT_LENGTH - 2] + '…"' * isinstance(value, str)


def abbreviate(text: str) -> str:
    """The text, cut where it is long for an example."""
    return text if len(text) <= _MAX_EXAMPLE_LENGTH else f"{text[: _MAX_EXAMPLE_LENGTH - 1]}…"


def describe_types(node: SchemaNode) -> str:
    """The types that the schema accepts. Null is left out, because omitting the key has the same effect."""
    offered_names = [name for name in node.types if name != "null"] or node.types
    return " or ".join(dict.fromkeys(_TYPES.get(name, name) for name in offered_names))


def describe_options(node: SchemaNode) -> str:
    """The values that the schema accepts; only their number if there are many."""
    values = node.accepted_values
    if len(values) > MAX_LISTED_OPTIONS:
        return f"one of {sum(value is not None for value in values)} values"
    return " or ".join(filter(None, [", ".join(map(format_value, values[:-1])), *map(format_value, values[-1:])]))


def author_description(node: SchemaNode) -> str | None:
    """The first sentence of the expectation that the schema's author wrote."""
    return node.text("x-modelyard-expects") or first_sentence(node)


def first_sentence(node: SchemaNode) -> str | None:
    """The first sentence of the description, as a part of another sentence."""
    sentence = node.text("description").partition("\n")[0].partition(". ")[0].strip().removesuffix(".")
    if not sentence:
        return None
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]


def describe_limit(keyword: str, node: SchemaNode) -> str | None:
    """The limit set by a keyword about length, number or range."""
    limit_value = node.keywords.get(keyword)
    if keyword in _LIMITS:
        words, unit = _LIMITS[keyword]
        if keyword == "minLength" and limit_value == 1:
            return "text that is not empty"
        return f"{words.format(limit_value)} {unit}{'s' * (limit_value != 1)}"
    return _BOUNDS[keyword].format(format_value(limit_value)) if keyword in _BOUNDS else None


def describe_measure(keyword: str, value: Json, fallback: Callable[[], str]) -> str:
    """The size of the value, if the keyword limits a size; else the fallback."""
    if keyword in _LIMITS and isinstance(value, str | list | tuple | Mapping) and len(value) > 0:
        return str(len(value))
    return fallback()


def describe_expectation(keyword: str, node: SchemaNode) -> str | None:
    """What one keyword of a schema expects of a value."""
    if keyword == "type":
        return node.text("x-modelyard-expects") or describe_types(node)
    if keyword in {"enum", "const"}:
        return describe_options(node)
    description = author_description(node) if keyword in {"pattern", "format"} else node.text("x-modelyard-expects")
    if description:
        return description
    if keyword == "format":
        return _FORMATS.get(node.text("format"), f"text of the format {node.text('format')}")
    return f"text that matches {node.text('pattern')}" if keyword == "pattern" else describe_limit(keyword, node)
