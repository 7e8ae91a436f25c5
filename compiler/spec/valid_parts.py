"""The parts of a document that its schema accepts, for the one document that later stages read although it has mistakes."""

from collections.abc import Collection, Iterable

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.validator import Validator


def valid_parts(data: Object, validator: Validator) -> Object:
    """The data without each value that the schema rejects, and without each map or element that lacks a required key.

    Keys that the root itself lacks stay missing.
    """
    while rejected := validator.rejected_pointers(data) - {()}:
        accepted = _without(data, rejected)
        data = accepted if accepted != data else _without(data, {pointer[:1] for pointer in rejected})
    return data


def _without(data: Object, pointers: Iterable[Pointer]) -> Object:
    nested_pointers = _by_first_part(pointers)
    return {
        key: _value_without(value, nested_pointers.get(key, ()))
        for key, value in data.items()
        if () not in nested_pointers.get(key, ())
    }


def _value_without(value: Json, pointers: Collection[Pointer]) -> Json:
    if isinstance(value, dict) and pointers:
        return _without(value, pointers)
    if isinstance(value, list) and pointers:
        nested_pointers = _by_first_part(pointers)
        return [
            _value_without(item, nested_pointers.get(index, ()))
            for index, item in enumerate(value)
            if () not in nested_pointers.get(index, ())
        ]
    return value


def _by_first_part(pointers: Iterable[Pointer]) -> dict[str | int, set[Pointer]]:
    """The rests of the pointers by their first part."""
    rests: dict[str | int, set[Pointer]] = {}
    for first, *rest in pointers:
        rests.setdefault(first, set()).add(tuple(rest))
    return rests
