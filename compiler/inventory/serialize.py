"""Rows as published JSON data. Absent values are left out; lists and maps are always present."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache

from compiler.foundation.json_data import Json


def to_plain(value: object) -> Json:
    """The value as JSON data, with keys in camel case."""
    if is_dataclass(value) and not isinstance(value, type):
        members = ((key, getattr(value, name)) for name, key in json_keys(type(value)))
        return {key: to_plain(member) for key, member in members if member is not None}
    if isinstance(value, Mapping):
        return {str(key): to_plain(member) for key, member in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Sequence):
        return [to_plain(member) for member in value]
    message = f"{type(value).__name__} is not JSON data"
    raise TypeError(message)


@cache
def json_keys(class_: type) -> tuple[tuple[str, str], ...]:
    """The fields of a class, each with its JSON key."""
    return tuple((field.name, to_camel_case(field.name)) for field in fields(class_))


def to_camel_case(name: str) -> str:
    """`on_call` as `onCall`."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
