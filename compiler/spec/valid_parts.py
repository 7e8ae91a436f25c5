"""The parts of a document that its schema accepts, for the one document that later stages read although it has mistakes."""

from collections.abc import Collection

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema import Validator


def valid_parts(data: Object, validator: Validator) -> Object:
    """The data without each value that the schema rejects, and without each map or element that lacks a required key.

    Keys that the root itself lacks stay missing.
    """
    while rejected := {violation.pointer for violation in validator.violations(data)} - {()}:
        accepted = _without(data, rejected)
        data = accepted if accepted != data else _without(data, {pointer[:1] for pointer in rejected})
    return data


def _without(data: Object, pointers: Collection[Pointer]) -> Object:
    return {
        key: _value_without(value, [pointer[1:] for pointer in pointers if pointer[0] == key])
        for key, value in data.items()
        if (key,) not in pointers
    }


def _value_without(value: Json, pointers: Collection[Pointer]) -> Json:
    if isinstance(value, dict) and pointers:
        return _without(value, pointers)
    if isinstance(value, list) and pointers:
        return [
            _value_without(item, [pointer[1:] for pointer in pointers if pointer[0] == index])
            for index, item in enumerate(value)
            if (index,) not in pointers
        ]
    return value
