"""Plain data: what YAML and JSON hold, and the pointers into it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A value of plain data, to be read and not changed."""

Object: TypeAlias = Mapping[str, Json]
"""A map of plain data."""

Pointer: TypeAlias = tuple[str | int, ...]
"""A place in plain data: the keys and indexes from its root. `()` is the root."""

FieldReads: TypeAlias = Mapping[str, frozenset[str] | None]
"""What is looked at: names of maps, and which of their fields; `None` stands for all of them."""


def json_pointer(pointer: Pointer) -> str:
    """The pointer as RFC 6901 writes it: `/deploy/secrets/0`; the root is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)


def format_path(pointer: Pointer) -> str:
    """The pointer as people write it: `deploy.secrets[0].name`."""
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
    """The value at the pointer; `KeyError`, `IndexError` or `TypeError` where there is none."""
    for part in pointer:
        data = data[part]  # type: ignore[index]  # a wrong kind of container raises, as the docstring says
    return data


def strictly_equal(left_value: Json, right_value: Json) -> bool:
    """Whether two values are the same data, the order of keys and the kind of numbers included: `1` is not `true`."""
    return left_value is right_value or (left_value == right_value and _equal_types(left_value, right_value))


def _equal_types(left_value: Json, right_value: Json) -> bool:
    """Whether two equal values are written alike, too."""
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


def as_object(value: Json) -> Object:
    """The value if it is a map, else an empty one."""
    return value if isinstance(value, dict) or (value is not None and isinstance(value, Mapping)) else {}


def as_list(value: Json) -> Sequence[Json]:
    """The value if it is a list, else an empty one."""
    if isinstance(value, list):
        return value
    return value if value is not None and isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_str(value: Json) -> str:
    """The value if it is text, else the empty text."""
    return value if isinstance(value, str) else ""


def merge_reads(reads: Iterable[tuple[str, frozenset[str] | None]]) -> FieldReads:
    """All that is looked at, taken together."""
    fields_by_name: dict[str, frozenset[str] | None] = {}
    for name, fields in reads:
        previous_fields = fields_by_name.get(name, frozenset())
        fields_by_name[name] = None if fields is None or previous_fields is None else previous_fields | fields
    return fields_by_name


def pick_fields(fields: frozenset[str] | None, value: Json) -> Json:
    """A map with those of its fields that are looked at; anything else is what it is."""
    if fields is None or not isinstance(value, (dict, Mapping)):
        return value
    return {key: child for key, child in value.items() if key in fields}
