"""Finds the elements of a list that a condition is about: those for which it stays true when the list has no other element."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, value_at

Condition: TypeAlias = Callable[[Mapping[str, Json]], bool]


def blamed_fields(field: Pointer, variables: Mapping[str, Json], is_true: Condition) -> Iterator[Pointer]:
    """The elements of the list at a field, each alone; the field itself for another value, or a condition about several elements.

    `field` begins with the name of a variable. A field of `deploy` is a field of `model.deploy` too.
    """
    elements = _list_at(variables, field)
    indexes = [index for index, element in enumerate(elements) if is_true(_with_only(variables, field, element))]
    yield from ((*field, index) for index in indexes) if indexes else (field,)


def _list_at(variables: Mapping[str, Json], field: Pointer) -> list[Json]:
    try:
        value = value_at(dict(variables), field)
    except (KeyError, IndexError, TypeError):
        return []
    return value if isinstance(value, list) else []


def _with_only(variables: Mapping[str, Json], field: Pointer, element: Json) -> Mapping[str, Json]:
    changed = _replace(dict(variables), field, [element])
    same_field = ("model", *field) if field[0] == "deploy" else field[1:] if field[:2] == ("model", "deploy") else None
    return _replace(changed, same_field, [element]) if same_field else changed


def _replace(data: Object, pointer: Pointer, value: Json) -> Object:
    key, rest = str(pointer[0]), pointer[1:]
    child = data.get(key)
    if not rest:
        return {**data, key: value}
    return {**data, key: _replace(child, rest, value)} if isinstance(child, Mapping) else data
