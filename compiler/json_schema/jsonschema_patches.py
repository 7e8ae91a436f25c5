"""Replacements for keywords of the jsonschema package that report less than jsonschema-rs, or treat patterns differently."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, Self, TypeAlias

from jsonschema import ValidationError
from jsonschema._utils import find_evaluated_property_keys_by_schema

from compiler.foundation.json_data import Json, Object, as_list, as_object

KEYWORDS_WITH_KEYS = ("required", "additionalProperties", "unevaluatedProperties", "propertyNames")
"""Keywords whose errors carry the affected keys as their value."""


class _JsonSchemaValidator(Protocol):
    """The validator that jsonschema passes to a keyword."""

    def evolve(self, *, schema: Json) -> Self: ...
    def is_valid(self, instance: Json) -> bool: ...
    def iter_errors(self, instance: Json) -> Iterator[ValidationError]: ...
    def descend(
        self, instance: Json, schema: Json, path: str | int | None = None,
        schema_path: str | int | None = None, resolver: object = None,
    ) -> Iterator[ValidationError]: ...  # fmt: skip


_KeywordFunction: TypeAlias = Callable[[_JsonSchemaValidator, Json, Json, Object], Iterator[ValidationError]]


def keep_schema_paths(validator_class: type[_JsonSchemaValidator]) -> None:
    """Keep the schema path of errors from a `false` schema, which jsonschema 4.26 loses."""
    original = validator_class.descend

    def descend(
        self: _JsonSchemaValidator, instance: Json, schema: Json, path: str | int | None = None,
        schema_path: str | int | None = None, resolver: object = None,
    ) -> Iterator[ValidationError]:  # fmt: skip
        for error in original(self, instance, schema, path, schema_path, resolver):
            if schema is False and path is not None and not error.path:
                error.path.appendleft(path)
            if schema is False and schema_path is not None and not error.schema_path:
                error.schema_path.appendleft(schema_path)
            yield error

    validator_class.descend = descend  # type: ignore[method-assign]


def _keys_error(keyword: str, names: Sequence[str]) -> ValidationError:
    return ValidationError("", validator=keyword, validator_value=names)


def _check_required(_: _JsonSchemaValidator, value: Json, instance: Json, __: Object) -> Iterator[ValidationError]:
    if isinstance(instance, Mapping):
        yield from (_keys_error("required", [str(name)]) for name in as_list(value) if name not in instance)


def _check_dependent_required(
    _: _JsonSchemaValidator, value: Json, instance: Json, __: Object
) -> Iterator[ValidationError]:
    for name, requirement in as_object(value).items():
        if name in as_object(instance):
            yield from _check_required(_, requirement, instance, __)


def _check_dependencies(
    validator: _JsonSchemaValidator, value: Json, instance: Json, _: Object
) -> Iterator[ValidationError]:
    for name, requirement in as_object(value).items():
        if name in as_object(instance):
            if isinstance(requirement, list):
                yield from _check_required(validator, requirement, instance, _)
            else:
                yield from validator.descend(instance, requirement, schema_path=name)


def _check_additional_properties(
    validator: _JsonSchemaValidator, value: Json, instance: Json, schema: Object
) -> Iterator[ValidationError]:
    properties, patterns = as_object(schema.get("properties")), as_object(schema.get("patternProperties"))
    extra = [name for name in as_object(instance) if name not in properties and not _matches_any(patterns, name)]
    if value is not False:
        for name in extra:
            yield from validator.descend(as_object(instance)[name], value, path=name)
    elif extra:
        yield _keys_error("additionalProperties", sorted(extra))


def _check_unevaluated_properties(
    validator: _JsonSchemaValidator, value: Json, instance: Json, schema: Object
) -> Iterator[ValidationError]:
    if isinstance(instance, Mapping):
        evaluated_keys = set(find_evaluated_property_keys_by_schema(validator, instance, schema))
        rule = validator.evolve(schema=value)
        extra = [name for name in instance if name not in evaluated_keys and not rule.is_valid(instance[name])]
        if extra:
            yield _keys_error("unevaluatedProperties", sorted(extra))


def _check_property_names(
    validator: _JsonSchemaValidator, value: Json, instance: Json, _: Object
) -> Iterator[ValidationError]:
    rule = validator.evolve(schema=value)
    invalid_names = sorted(name for name in as_object(instance) if not rule.is_valid(name))
    for names in [invalid_names] if value is False and invalid_names else [[name] for name in invalid_names]:
        yield _keys_error("propertyNames", names)


def _check_items(
    validator: _JsonSchemaValidator, value: Json, instance: Json, schema: Object
) -> Iterator[ValidationError]:
    if isinstance(instance, list):
        for index in range(len(as_list(schema.get("prefixItems"))), len(instance)):
            yield from validator.descend(instance[index], value, path=index)


def _check_one_of(validator: _JsonSchemaValidator, value: Json, instance: Json, _: Object) -> Iterator[ValidationError]:
    branches = [
        list(validator.descend(instance, branch_schema, schema_path=index))
        for index, branch_schema in enumerate(as_list(value))
    ]
    if sum(not branch for branch in branches) != 1:
        yield ValidationError("", context=[error for branch in branches for error in branch])


def _check_pattern(_: _JsonSchemaValidator, value: Json, instance: Json, __: Object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compile_pattern(str(value)).search(instance):
        yield ValidationError("")


def _check_pattern_properties(
    validator: _JsonSchemaValidator, value: Json, instance: Json, _: Object
) -> Iterator[ValidationError]:
    for pattern, rule in as_object(value).items():
        for name, member in as_object(instance).items():
            if _compile_pattern(pattern).search(name):
                yield from validator.descend(member, rule, path=name, schema_path=pattern)


def _matches_any(patterns: Object, name: str) -> bool:
    return any(_compile_pattern(pattern).search(name) for pattern in patterns)


@lru_cache(maxsize=1024)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern with ECMAScript's semantics: `$` matches only at the end, and `\\d` and `\\w` match only ASCII."""
    parts = re.split(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])", pattern)
    return re.compile("".join(part if i % 2 else part.replace("$", r"\Z") for i, part in enumerate(parts)), re.ASCII)


LEGACY_KEYWORDS: Mapping[str, _KeywordFunction] = {
    "required": _check_required,
    "dependencies": _check_dependencies,
    "dependentRequired": _check_dependent_required,
    "additionalProperties": _check_additional_properties,
    "unevaluatedProperties": _check_unevaluated_properties,
    "propertyNames": _check_property_names,
    "oneOf": _check_one_of,
    "pattern": _check_pattern,
    "patternProperties": _check_pattern_properties,
}
"""For drafts before 2020-12."""

KEYWORDS: Mapping[str, _KeywordFunction] = {
    **{k: v for k, v in LEGACY_KEYWORDS.items() if k != "dependencies"},
    "items": _check_items,
}
"""For 2020-12."""
