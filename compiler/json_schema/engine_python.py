"""The fallback engine for platforms without a jsonschema-rs wheel: the jsonschema package, with the same results.

It uses Python's regular expressions, which can take exponential time; do not use it for untrusted schemas.
"""

import re
from collections.abc import Iterator, Mapping

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import SchemaError as BrokenSchema
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry, Resource
from referencing.exceptions import CannotDetermineSpecification, Unresolvable
from referencing.jsonschema import DRAFT202012

from compiler.foundation.json_data import Json, Object, as_list, as_str
from compiler.json_schema.engine import KeywordFailure, SchemaError
from compiler.json_schema.jsonschema_patches import KEYWORDS, KEYWORDS_WITH_KEYS, LEGACY_KEYWORDS, keep_schema_paths
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.string_formats import format_checker

_CONTAINS_LIMITS = {"minContains", "maxContains"}
_DATA_KEYWORDS = {"const", "enum", "default", "example", "examples"}


class PythonEngine:
    """A schema evaluated by jsonschema."""

    def __init__(self, schema_registry: SchemaRegistry) -> None:
        self.schema_registry = schema_registry
        schema = {**schema_registry.root, "$id": schema_registry.uri}
        validator_class = _validator_class(schema)
        try:
            validator_class.check_schema(schema)
            registry = Registry().with_resources(
                (uri, Resource.from_contents(resource, default_specification=DRAFT202012))
                for uri, resource in [*schema_registry.resources.items(), (schema_registry.uri, schema)]
            )
            for uri, resource in registry.crawl().items():
                _resolve_all_references(registry.crawl(), uri, resource.contents)
        except BrokenSchema as error:
            raise SchemaError(error.message, tuple(error.absolute_path)) from error
        except (Unresolvable, CannotDetermineSpecification, re.error) as error:
            raise SchemaError(f"{error} cannot be resolved") from error
        keyword_functions = LEGACY_KEYWORDS if validator_class is not Draft202012Validator else KEYWORDS
        extended_class = extend(validator_class, keyword_functions)  # type: ignore[no-untyped-call]  # the stubs leave it untyped
        keep_schema_paths(extended_class)
        self._validator = extended_class(schema, registry=registry, format_checker=format_checker())

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""
        return bool(self._validator.is_valid(data))

    def iter_failures(self, data: Json) -> Iterator[KeywordFailure]:
        """Every failure, including consequences of others."""
        return map(_to_failure, self._validator.iter_errors(data))


def _validator_class(schema: Object) -> type[Validator]:
    declared_dialect = as_str(schema.get("$schema"))
    validator_class = validator_for(schema, default=Draft202012Validator)
    if declared_dialect and declared_dialect.rstrip("#") != as_str(validator_class.META_SCHEMA.get("$schema")).rstrip(
        "#"
    ):
        raise SchemaError(f"Unknown meta-schema: {declared_dialect}")
    return validator_class


def _to_failure(error: ValidationError) -> KeywordFailure:
    keyword = str(error.validator) if error.validator else "false"
    node: Object = error.schema if isinstance(error.schema, Mapping) else {}
    names = (
        tuple(error.validator_value)
        if keyword in KEYWORDS_WITH_KEYS and isinstance(error.validator_value, list)
        else ()
    )
    branches: list[list[KeywordFailure]] = (
        [[] for _ in as_list(node.get(keyword))] if keyword in {"anyOf", "oneOf"} else []
    )
    for branch_error in error.context or ():
        branches[int(branch_error.relative_schema_path[0])].append(_to_failure(branch_error))
    keyword = "contains" if keyword in _CONTAINS_LIMITS else keyword
    return KeywordFailure(tuple(error.absolute_path), keyword, node, names, tuple(map(tuple, branches)))


def _resolve_all_references(registry: Registry[object], base: str, node: object) -> None:
    """Resolve every reference up front; jsonschema alone would report a broken one only when data reaches it."""
    if isinstance(node, Mapping):
        resolver = registry.resolver(base)
        if isinstance(node.get("$id"), str):
            base = resolver.lookup(node["$id"]).resolver._base_uri  # noqa: SLF001 - there is no public name for it
        if isinstance(node.get("$ref"), str):
            registry.resolver(base).lookup(node["$ref"])
        for key, value in node.items():
            if key not in _DATA_KEYWORDS:
                _resolve_all_references(registry, base, value)
    elif isinstance(node, list):
        for value in node:
            _resolve_all_references(registry, base, value)
