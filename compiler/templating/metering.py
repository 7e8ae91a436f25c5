"""Measures the work of filters, tests and comparisons, and charges it before it is done."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Final, TypeAlias

from jinja2 import Undefined

from compiler.templating.fuel import Fuel
from compiler.templating.interpolation import InterpolatedText, size_of
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.template_values import ContainerView, ListView, MapView

Operation: TypeAlias = Callable[..., object]
Work: TypeAlias = Callable[[object, int], int]
"""Counts the steps for a value; it may stop counting beyond the limit."""
_CHARACTERS_PER_STEP: Final = 16
_PARTS_PER_STEP: Final = 4
_STEPS_PER_FIELD: Final = 4
"""To read a field of a view, which makes a value with origins."""
_STEPS_PER_PAIR: Final = 4
"""To compare two members of maps or lists."""
_COMPARISONS_PER_STEP: Final = 4
"""Of the elements of a list that is sorted."""


class BoundedList(list[object]):
    """A list that a template wrote or a filter returned, with its total size."""

    __slots__ = ("size",)
    size: int


class BoundedMap(dict[object, object]):
    """A map written in a template, with its total size."""

    __slots__ = ("size",)
    size: int


def with_size(value: list[object] | Mapping[object, object], max_size: int) -> BoundedList | BoundedMap:
    """The list or map with its size; raises `ValueRejectedError` if that exceeds the limit.

    Values can share parts: without a limit, lists of twice the previous list would double the work for each line of a template.
    """
    result: BoundedList | BoundedMap
    members: Iterable[object]
    if type(value) is not list and isinstance(value, Mapping):
        members, result = value.values(), BoundedMap(value)
    else:
        members, result = value, BoundedList(value)
    result.size = 1 + sum(map(size_of, members))
    if result.size > max_size:
        raise ValueRejectedError("a list of the template holds too many values")
    return result


def constant_work(_: object, __: int = 0) -> int:
    """No steps but the one for the filter itself: the work does not depend on the value."""
    return 0


def shallow_work(value: object, _: int = 0) -> int:
    """The steps to go through the characters or elements of a value once, without what they contain."""
    if isinstance(value, str):
        return len(value) // _CHARACTERS_PER_STEP
    if isinstance(value, (MapView, ListView, list, dict)):
        return len(value)
    if isinstance(value, Undefined):
        return 0
    if isinstance(value, InterpolatedText):
        return value.size // _PARTS_PER_STEP
    return len(value) if isinstance(value, Sized) else 0


def field_work(value: object, _: int = 0) -> int:
    """The steps to read a field of each element."""
    return shallow_work(value) if isinstance(value, (str, InterpolatedText)) else _STEPS_PER_FIELD * shallow_work(value)


def copy_work(value: object, limit: int) -> int:
    """The steps to copy a value with all that it contains."""
    return _STEPS_PER_FIELD * deep_work(value, limit)


def deep_work(value: object, limit: int) -> int:
    """The steps to go through a value and all that it contains; counting stops beyond the limit."""
    steps = 0
    queue = [value]
    while queue and steps <= limit:
        part = queue.pop()
        data = part.data if isinstance(part, ContainerView) else part
        steps += 1 + shallow_work(data)
        if steps > limit:
            break
        if isinstance(data, Mapping):
            queue += data.values()
        elif isinstance(data, (list, tuple)):
            queue += data
    return steps


def sorting_work(value: object, limit: int) -> int:
    """The steps to sort a list: each element is compared about as often as the number of elements has bits."""
    comparisons = shallow_work(value).bit_length() * deep_work(value, limit)
    return field_work(value) + comparisons // _COMPARISONS_PER_STEP


def equality_work(left: object, right: object, limit: int) -> int:
    """The steps to compare two values, which ends where the smaller one ends."""
    if isinstance(left, str) and isinstance(right, str):
        return min(len(left), len(right)) // _CHARACTERS_PER_STEP
    if _is_scalar(left) and _is_scalar(right):
        return min(shallow_work(left), shallow_work(right))
    if isinstance(left, InterpolatedText) or isinstance(right, InterpolatedText):
        return shallow_work(left) + shallow_work(right)
    if isinstance(left, Sized) and isinstance(right, Sized) and len(left) != len(right):
        return 0
    steps = deep_work(left, limit)
    return _STEPS_PER_PAIR * (steps if steps <= limit else deep_work(right, limit))


def membership_work(item: object, container: object, limit: int) -> int:
    """The steps to find an item in a container: each element of a list is compared, and a map looks its keys up."""
    if isinstance(container, (MapView, Mapping, str, InterpolatedText)):
        text_work = 0 if isinstance(container, (MapView, Mapping)) else shallow_work(container)
        return text_work + shallow_work(item)
    elements = len(container) if isinstance(container, Sized) else 0
    item_work = shallow_work(item) if isinstance(item, InterpolatedText) else 0
    steps_per_part = 1 if _is_scalar(item) else _STEPS_PER_PAIR
    return steps_per_part * deep_work(container, limit) + elements * item_work


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float, Undefined)) or value is None


def metered_filter(operation: Operation, fuel: Fuel, work: Work) -> Operation:
    """The filter; its arguments and its result cost steps, and its result is bounded."""
    if work is constant_work:
        return operation
    max_size = fuel.limits.max_characters
    first = 1 if hasattr(operation, "jinja_pass_arg") else 0  # the context does not count as a value

    @functools.wraps(operation)
    def run(*arguments: object, **options: object) -> object:
        limit = fuel.remaining_steps
        steps = 1
        for value in (*arguments[first:], *options.values()):
            steps += work(value, limit)
        fuel.spend(steps)
        result = operation(*arguments, **options)
        if type(result) is list:
            result = with_size(result, max_size)
        elif size_of(result) > max_size:
            raise ValueRejectedError("a text that the template makes is too long")
        fuel.spend(shallow_work(result))
        return result

    return run


def metered_comparison(
    operation: Operation, fuel: Fuel, work: Callable[[object, object, int], int] = equality_work
) -> Operation:
    """The test or comparison of two values; the work depends on both."""

    @functools.wraps(operation)
    def run(value: object, *others: object) -> object:
        for other in others:
            fuel.spend(2 + work(value, other, fuel.remaining_steps))
        return operation(value, *others)

    return run
