"""Reports parts of a schema that have no effect: an unknown keyword is valid in JSON Schema, and ignored."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.suggestions import closest_match

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCHEMA, _LIST, _MAP, _DATA = "schema", "list", "map", "data"
KEYWORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
             "unevaluatedItems", "unevaluatedProperties"), _SCHEMA,
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _LIST),
        **dict.fromkeys(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"), _MAP),
        **dict.fromkeys(
            ("$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary", "const",
             "contentEncoding", "contentMediaType", "default", "dependentRequired", "deprecated", "description", "enum", "examples",
             "exclusiveMaximum", "exclusiveMinimum", "format", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum",
             "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "pattern", "readOnly", "required",
             "title", "type", "uniqueItems", "writeOnly"), _DATA,
        ),
    }
)  # fmt: skip
"""Each keyword of JSON Schema 2020-12 and what it contains: a schema, a list or map of schemas, or data."""


class LintIssue(NamedTuple):
    """A location in a schema, and the problem."""

    pointer: Pointer
    message: str
    help: str | None


def lint_schema(schema: Json, pointer: Pointer = ()) -> Iterator[LintIssue]:
    """Unknown keywords, other dialects, and references that leave the schema."""
    if not isinstance(schema, Mapping):
        return
    for key, value in schema.items():
        keyword_pointer = (*pointer, key)
        yield from _keyword_issues(key, value, keyword_pointer)
        for subpointer, subschema in _subschemas(KEYWORDS.get(key), value):
            yield from lint_schema(subschema, (*keyword_pointer, *subpointer))


def _keyword_issues(key: str, value: Json, pointer: Pointer) -> Iterator[LintIssue]:
    if key not in KEYWORDS:
        suggestion = closest_match(key, KEYWORDS)
        if not key.startswith("x-"):
            yield LintIssue(
                pointer,
                f"`{key}` is not a keyword of JSON Schema",
                f"did you mean `{suggestion}`?" if suggestion else None,
            )
    elif key == "$schema" and str(value).rstrip("#") != DIALECT:
        yield LintIssue(pointer, f"the dialect of the schema is not {DIALECT}", "remove `$schema`")
    elif key in {"$ref", "$dynamicRef"} and not str(value).startswith("#"):
        yield LintIssue(
            pointer, f"`{value}` refers to another document, which is never fetched", "copy the definition to `$defs`"
        )


def _subschemas(kind: str | None, value: Json) -> Iterator[tuple[Pointer, Json]]:
    """The subschemas of a keyword, each with its pointer."""
    if kind == _SCHEMA:
        yield (), value
    elif kind == _LIST and isinstance(value, list):
        yield from (((index,), subschema) for index, subschema in enumerate(value))
    elif kind == _MAP and isinstance(value, Mapping):
        yield from (((name,), subschema) for name, subschema in value.items())
