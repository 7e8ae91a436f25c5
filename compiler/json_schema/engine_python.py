"""The engine for machines that have no wheel of the other: the jsonschema package, made to answer alike.

Its regular expressions are Python's, which can be made to hang: a stranger's schema wants the other engine.
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
from compiler.json_schema.engine import Fault, SchemaError
from compiler.json_schema.jsonschema_patches import KEYWORDS, LEGACY, NAMED, keep_place
from compiler.json_schema.registry import Documents
from compiler.json_schema.string_formats import checker

_CONTAINS = {"minContains", "maxContains"}
_DATA = {"const", "enum", "default", "example", "examples"}


class PythonEngine:
    """A schema run by jsonschema."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        schema = {**documents.root, "$id": documents.uri}
        kind = _kind(schema)
        try:
            kind.check_schema(schema)
            registry = Registry().with_resources(
                (uri, Resource.from_contents(found, default_specification=DRAFT202012))
                for uri, found in [*documents.resources.items(), (documents.uri, schema)]
            )
            for uri, found in registry.crawl().items():
                _resolve_all(registry.crawl(), uri, found.contents)
        except BrokenSchema as error:
            raise SchemaError(error.message, tuple(error.absolute_path)) from error
        except (Unresolvable, CannotDetermineSpecification, re.error) as error:
            raise SchemaError(f"{error} cannot be resolved") from error
        rules = LEGACY if kind is not Draft202012Validator else KEYWORDS
        extended = extend(kind, rules)  # type: ignore[no-untyped-call]  # as the stubs have it
        keep_place(extended)
        self._validator = extended(schema, registry=registry, format_checker=checker())

    def is_valid(self, data: Json) -> bool:
        """Whether the data satisfies the schema."""
        return bool(self._validator.is_valid(data))

    def faults(self, data: Json) -> Iterator[Fault]:
        """Everything that the data does not satisfy, cascades included."""
        return map(_fault, self._validator.iter_errors(data))


def _kind(schema: Object) -> type[Validator]:
    named = as_str(schema.get("$schema"))
    kind = validator_for(schema, default=Draft202012Validator)
    if named and named.rstrip("#") != as_str(kind.META_SCHEMA.get("$schema")).rstrip("#"):
        raise SchemaError(f"Unknown meta-schema: {named}")
    return kind


def _fault(error: ValidationError) -> Fault:
    keyword = str(error.validator) if error.validator else "false"
    node: Object = error.schema if isinstance(error.schema, Mapping) else {}
    names = tuple(error.validator_value) if keyword in NAMED and isinstance(error.validator_value, list) else ()
    branches: list[list[Fault]] = [[] for _ in as_list(node.get(keyword))] if keyword in {"anyOf", "oneOf"} else []
    for one in error.context or ():
        branches[int(one.relative_schema_path[0])].append(_fault(one))
    keyword = "contains" if keyword in _CONTAINS else keyword
    return Fault(tuple(error.absolute_path), keyword, node, names, tuple(map(tuple, branches)))


def _resolve_all(registry: Registry[object], base: str, node: object) -> None:
    """Every reference leads somewhere; jsonschema alone would say so only when data comes to it."""
    if isinstance(node, Mapping):
        resolver = registry.resolver(base)
        if isinstance(node.get("$id"), str):
            base = resolver.lookup(node["$id"]).resolver._base_uri  # noqa: SLF001 - no public name for it
        if isinstance(node.get("$ref"), str):
            registry.resolver(base).lookup(node["$ref"])
        for key, value in node.items():
            if key not in _DATA:
                _resolve_all(registry, base, value)
    elif isinstance(node, list):
        for value in node:
            _resolve_all(registry, base, value)
