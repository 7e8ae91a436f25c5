"""Keywords of jsonschema said anew where it reports less than the other engine, or reads patterns differently."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, Self, TypeAlias

from jsonschema import ValidationError
from jsonschema._utils import find_evaluated_property_keys_by_schema

from compiler.foundation.json_data import Json, Object, as_list, as_object

NAMED = ("required", "additionalProperties", "unevaluatedProperties", "propertyNames")
"""The keywords whose errors carry the keys that they are about, as their value."""


class _Running(Protocol):
    """What jsonschema hands to a keyword."""

    def evolve(self, *, schema: Json) -> Self: ...
    def is_valid(self, instance: Json) -> bool: ...
    def iter_errors(self, instance: Json) -> Iterator[ValidationError]: ...
    def descend(
        self, instance: Json, schema: Json, path: str | int | None = None,
        schema_path: str | int | None = None, resolver: object = None,
    ) -> Iterator[ValidationError]: ...  # fmt: skip


_Keyword: TypeAlias = Callable[[_Running, Json, Json, Object], Iterator[ValidationError]]


def keep_place(kind: type[_Running]) -> None:
    """Errors of the class know where a schema stands that is `false`: jsonschema 4.26 forgets it."""
    original = kind.descend

    def descend(
        self: _Running, instance: Json, schema: Json, path: str | int | None = None,
        schema_path: str | int | None = None, resolver: object = None,
    ) -> Iterator[ValidationError]:  # fmt: skip
        for error in original(self, instance, schema, path, schema_path, resolver):
            if schema is False and path is not None and not error.path:
                error.path.appendleft(path)
            if schema is False and schema_path is not None and not error.schema_path:
                error.schema_path.appendleft(schema_path)
            yield error

    kind.descend = descend  # type: ignore[method-assign]


def _named(keyword: str, names: Sequence[str]) -> ValidationError:
    return ValidationError("", validator=keyword, validator_value=names)


def _required(_: _Running, value: Json, instance: Json, __: Object) -> Iterator[ValidationError]:
    if isinstance(instance, Mapping):
        yield from (_named("required", [str(name)]) for name in as_list(value) if name not in instance)


def _dependent_required(_: _Running, value: Json, instance: Json, __: Object) -> Iterator[ValidationError]:
    for name, needed in as_object(value).items():
        if name in as_object(instance):
            yield from _required(_, needed, instance, __)


def _dependencies(validator: _Running, value: Json, instance: Json, _: Object) -> Iterator[ValidationError]:
    for name, needed in as_object(value).items():
        if name in as_object(instance):
            if isinstance(needed, list):
                yield from _required(validator, needed, instance, _)
            else:
                yield from validator.descend(instance, needed, schema_path=name)


def _additional(validator: _Running, value: Json, instance: Json, schema: Object) -> Iterator[ValidationError]:
    known, patterns = as_object(schema.get("properties")), as_object(schema.get("patternProperties"))
    extra = [name for name in as_object(instance) if name not in known and not _any_matches(patterns, name)]
    if value is not False:
        for name in extra:
            yield from validator.descend(as_object(instance)[name], value, path=name)
    elif extra:
        yield _named("additionalProperties", sorted(extra))


def _unevaluated(validator: _Running, value: Json, instance: Json, schema: Object) -> Iterator[ValidationError]:
    if isinstance(instance, Mapping):
        evaluated = set(find_evaluated_property_keys_by_schema(validator, instance, schema))
        rule = validator.evolve(schema=value)
        extra = [name for name in instance if name not in evaluated and not rule.is_valid(instance[name])]
        if extra:
            yield _named("unevaluatedProperties", sorted(extra))


def _property_names(validator: _Running, value: Json, instance: Json, _: Object) -> Iterator[ValidationError]:
    rule = validator.evolve(schema=value)
    wrong = sorted(name for name in as_object(instance) if not rule.is_valid(name))
    for names in [wrong] if value is False and wrong else [[name] for name in wrong]:
        yield _named("propertyNames", names)


def _items(validator: _Running, value: Json, instance: Json, schema: Object) -> Iterator[ValidationError]:
    if isinstance(instance, list):
        for index in range(len(as_list(schema.get("prefixItems"))), len(instance)):
            yield from validator.descend(instance[index], value, path=index)


def _one_of(validator: _Running, value: Json, instance: Json, _: Object) -> Iterator[ValidationError]:
    branches = [list(validator.descend(instance, one, schema_path=index)) for index, one in enumerate(as_list(value))]
    if sum(not branch for branch in branches) != 1:
        yield ValidationError("", context=[error for branch in branches for error in branch])


def _pattern(_: _Running, value: Json, instance: Json, __: Object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(str(value)).search(instance):
        yield ValidationError("")


def _pattern_properties(validator: _Running, value: Json, instance: Json, _: Object) -> Iterator[ValidationError]:
    for pattern, rule in as_object(value).items():
        for name, found in as_object(instance).items():
            if _compiled(pattern).search(name):
                yield from validator.descend(found, rule, path=name, schema_path=pattern)


def _any_matches(patterns: Object, name: str) -> bool:
    return any(_compiled(pattern).search(name) for pattern in patterns)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as ECMAScript means it: `$` is the very end, and letters and digits of a class are ASCII."""
    parts = re.split(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])", pattern)
    return re.compile("".join(part if i % 2 else part.replace("$", r"\Z") for i, part in enumerate(parts)), re.ASCII)


LEGACY: Mapping[str, _Keyword] = {
    "required": _required,
    "dependencies": _dependencies,
    "dependentRequired": _dependent_required,
    "additionalProperties": _additional,
    "unevaluatedProperties": _unevaluated,
    "propertyNames": _property_names,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
}
"""For drafts before 2020-12."""

KEYWORDS: Mapping[str, _Keyword] = {**{k: v for k, v in LEGACY.items() if k != "dependencies"}, "items": _items}
"""For 2020-12."""
