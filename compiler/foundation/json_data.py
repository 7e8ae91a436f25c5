"""JSON data, as YAML and JSON hold it, and pointers into it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypedDict, Union, overload

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A JSON value. Callers do not modify it."""

Object: TypeAlias = Mapping[str, Json]
"""A JSON object."""

Pointer: TypeAlias = tuple[str | int, ...]
"""The keys and indexes from the root of a document to a value. `()` is the root."""

MAX_JSON_DEPTH = 200
"""Levels of nesting that a JSON file may have: schemas of Kubernetes have about 40, and Python recurses through 1,000."""

FieldReads: TypeAlias = Mapping[str, frozenset[str] | None]
"""The names of maps and the fields that are read of each; `None` means all fields."""


def json_pointer(pointer: Pointer) -> str:
    """The pointer in RFC 6901 notation: `/deploy/secrets/0`. The root is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)


def format_path(pointer: Pointer) -> str:
    """The pointer as a path for people: `deploy.secrets[0].name`."""
    text = ""
    for part in pointer:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and all(c.isalnum() or c in "_-$" for c in part):
            text += f".{part}" if text else part
        else:
            text += f"[{part!r}]"
    return text


def value_at(data: Json, pointer: Pointer) -> Json:
    """The value at the pointer; raises `KeyError`, `IndexError` or `TypeError` if there is none."""
    for part in pointer:
        data = data[part]  # type: ignore[index]  # a wrong kind of container raises, as the docstring says
    return data


def value_or_none(data: Json, pointer: Pointer) -> Json:
    """The value at a pointer; `None` if there is none."""
    try:
        return value_at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None


def parse_json_object(content: bytes) -> Object | None:
    """The JSON object in a file; `None` if the file holds none, or one of more than `MAX_JSON_DEPTH` levels."""
    try:
        data: Json = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and _has_depth_within(data, MAX_JSON_DEPTH) else None


def _has_depth_within(data: Json, limit: int) -> bool:
    level: list[Json] = [data]
    for _ in range(limit):
        level = [child for value in level for child in _children(value)]
        if not level:
            return True
    return False


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def strictly_equal(left_value: Json, right_value: Json) -> bool:
    """Whether two values are the same data, including the order of keys and the types of numbers: `1` does not equal `true`."""
    return left_value is right_value or (left_value == right_value and _equal_types(left_value, right_value))


def _equal_types(left_value: Json, right_value: Json) -> bool:
    """Whether two equal values also have equal types."""
    if left_value is right_value:
        return True
    if type(left_value) is not type(right_value):
        return False
    if isinstance(left_value, dict) and isinstance(right_value, dict):
        return list(left_value) == list(right_value) and all(
            map(_equal_types, left_value.values(), right_value.values())
        )
    if isinstance(left_value, list) and isinstance(right_value, list):
        return all(map(_equal_types, left_value, right_value))
    return repr(left_value) == repr(right_value) if isinstance(left_value, float) else isinstance(left_value, str | int)


class AnyFields(TypedDict):
    """Any TypedDict of the language: a TypedDict without fields is the supertype of all."""


def plain_data(data: AnyFields) -> Object:
    """The map without the types of its fields, for code that walks, digests or passes on plain JSON."""
    return data  # type: ignore[return-value]  # every field of the language holds JSON


def as_object(value: object) -> Object:
    """The value if it is a map, else an empty map."""
    return value if isinstance(value, dict) or (value is not None and isinstance(value, Mapping)) else {}


def as_list(value: object) -> Sequence[Json]:
    """The value if it is a list, else an empty list."""
    if isinstance(value, list):
        return value
    return value if value is not None and isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_str(value: object) -> str:
    """The value if it is a string, else an empty string."""
    return value if isinstance(value, str) else ""


def merge_reads(reads: Iterable[tuple[str, frozenset[str] | None]]) -> FieldReads:
    """The union of field reads."""
    fields_by_name: dict[str, frozenset[str] | None] = {}
    for name, fields in reads:
        previous_fields = fields_by_name.get(name, frozenset())
        fields_by_name[name] = None if fields is None or previous_fields is None else previous_fields | fields
    return fields_by_name


@overload
def pick_fields(fields: frozenset[str] | None, value: Object) -> Object: ...
@overload
def pick_fields(fields: frozenset[str] | None, value: Json) -> Json: ...
def pick_fields(fields: frozenset[str] | None, value: Json) -> Json:
    """A map reduced to the fields that are read; any other value unchanged."""
    if fields is None or not isinstance(value, (dict, Mapping)):
        return value
    return {key: child for key, child in value.items() if key in fields}


def iter_texts(value: Json) -> Iterator[str]:
    """Every string in a value, without keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from iter_texts(child)
    elif isinstance(value, (list, tuple)):
        for child in value:
            yield from iter_texts(child)
