"""Finds the elements of a list that a condition is about.

These are the elements for which it is true when the list has no other element. If there is none, several elements together make it true:
then it is the last element of the shortest beginning of the list for which it is true.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, value_at

Condition: TypeAlias = Callable[[Mapping[str, Json]], bool]
_ListCondition: TypeAlias = Callable[[Sequence[Json]], bool]
_EACH = "[]"


def blamed_fields(field: Pointer, variables: Mapping[str, Json], is_true: Condition) -> Iterator[Pointer]:
    """The elements of the list at a field; the field itself for another value, or if no elements of it make the condition true.

    `field` begins with the name of a variable. A field of `deploy` is a field of `model.deploy` too. A part such as `rules[]` stands for
    each element of a list.
    """
    list_pointer, inner_pointer = _split_field(field)

    def is_true_with(elements: Sequence[Json]) -> bool:
        return is_true(_with_list(variables, list_pointer, elements))

    yield from _blamed_elements(list_pointer, inner_pointer, _list_at(dict(variables), list_pointer), is_true_with)


def without_elements(field: Pointer) -> Pointer:
    """A field up to its first part that stands for each element of a list."""
    return _split_field(field)[0]


def _split_field(field: Pointer) -> tuple[Pointer, Pointer]:
    """The pointer to the outer list, and that of the list in each of its elements; the latter is empty where there is none."""
    for index, part in enumerate(field):
        if str(part).endswith(_EACH):
            return (*field[:index], str(part).removesuffix(_EACH)), field[index + 1 :]
    return field, ()


def _blamed_elements(
    list_pointer: Pointer, inner_pointer: Pointer, elements: Sequence[Json], is_true_with: _ListCondition
) -> Iterator[Pointer]:
    indexes = [index for index, element in enumerate(elements) if is_true_with([element])]
    for index in indexes:
        element = elements[index]
        if inner_pointer and isinstance(element, Mapping):
            inner_elements = _list_at(element, inner_pointer)
            inner_condition = _inner_condition(element, inner_pointer, is_true_with)
            yield from _blamed_elements((*list_pointer, index, *inner_pointer), (), inner_elements, inner_condition)
        else:
            yield (*list_pointer, index)
    if not indexes:
        lengths = (length for length in range(2, len(elements) + 1) if is_true_with(elements[:length]))
        shortest_length = next(lengths, None)
        yield list_pointer if shortest_length is None else (*list_pointer, shortest_length - 1)


def _inner_condition(element: Object, inner_pointer: Pointer, is_true_with: _ListCondition) -> _ListCondition:
    return lambda elements: is_true_with([_replace(element, inner_pointer, list(elements))])


def _list_at(data: Json, field: Pointer) -> list[Json]:
    try:
        value = value_at(data, field)
    except (KeyError, IndexError, TypeError):
        return []
    return value if isinstance(value, list) else []


def _with_list(variables: Mapping[str, Json], field: Pointer, elements: Sequence[Json]) -> Mapping[str, Json]:
    changed = _replace(dict(variables), field, list(elements))
    same_field = ("model", *field) if field[0] == "deploy" else field[1:] if field[:2] == ("model", "deploy") else None
    return _replace(changed, same_field, list(elements)) if same_field else changed


def _replace(data: Object, pointer: Pointer, value: Json) -> Object:
    key, rest = str(pointer[0]), pointer[1:]
    child = data.get(key)
    if not rest:
        return {**data, key: value}
    return {**data, key: _replace(child, rest, value)} if isinstance(child, Mapping) else data
