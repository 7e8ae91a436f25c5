"""Operations of expressions on plain data, for the values on which they mean the same as in the engine."""

from collections.abc import Callable, Mapping

from compiler.cel.simple_patterns import find_simple_pattern
from compiler.foundation.json_data import Json

_MAX_EXACT = 2**53
"""Whole numbers up to here are the same as an `int` and as a `double`."""


class NotDirectError(Exception):
    """A part of the expression, or its value for the data, has no translation."""


def is_true(value: Json) -> bool:
    """The value of an operand that must be true or false."""
    if value is True or value is False:
        return value
    raise NotDirectError


def size_of(value: Json) -> int:
    """The number of characters, elements or keys."""
    if type(value) is dict:
        return sum(member is not None for member in value.values())
    if type(value) is str or type(value) is list:
        return len(value)
    raise NotDirectError


def _is_exact_number(value: Json) -> bool:
    return (type(value) is int or type(value) is float) and -_MAX_EXACT <= value <= _MAX_EXACT


def _equal(left_value: Json, right_value: Json) -> bool:
    if type(left_value) is str or type(right_value) is str:
        return left_value == right_value
    if type(left_value) is bool or type(right_value) is bool:
        return left_value is right_value
    if _is_exact_number(left_value) and _is_exact_number(right_value):
        return left_value == right_value
    raise NotDirectError


def _compare(left_value: Json, right_value: Json) -> int:
    """Negative, zero or positive, as the left value is less than, equal to or greater than the right one."""
    if type(left_value) is str and type(right_value) is str:
        return (left_value > right_value) - (left_value < right_value)
    if (
        isinstance(left_value, int | float)
        and isinstance(right_value, int | float)
        and _is_exact_number(left_value)
        and _is_exact_number(right_value)
    ):
        return (left_value > right_value) - (left_value < right_value)
    raise NotDirectError


def multiply(left_value: Json, right_value: Json) -> float:
    """The product of two numbers of type `double`."""
    if type(left_value) is float and type(right_value) is float:
        return left_value * right_value
    raise NotDirectError


def _contains(value: Json, container: Json) -> bool:
    """Whether text is an element of a list or a key of a map."""
    if type(value) is not str:
        raise NotDirectError
    if type(container) is list:
        return value in container
    if type(container) is dict:
        return container.get(value) is not None
    raise NotDirectError


def _text_operation(operation: Callable[[str, str], bool]) -> Callable[[Json, Json], bool]:
    def evaluate(text: Json, argument: Json) -> bool:
        if type(text) is str and type(argument) is str:
            return operation(text, argument)
        raise NotDirectError

    return evaluate


def _matches(text: str, pattern: str) -> bool:
    is_found = find_simple_pattern(pattern, text)
    if is_found is None:
        raise NotDirectError
    return is_found


MULTIPLICATION = "_*_"
COMPARISONS: Mapping[str, Callable[[Json, Json], bool]] = {
    "_==_": _equal,
    "_!=_": lambda left_value, right_value: not _equal(left_value, right_value),
    "_<_": lambda left_value, right_value: _compare(left_value, right_value) < 0,
    "_<=_": lambda left_value, right_value: _compare(left_value, right_value) <= 0,
    "_>_": lambda left_value, right_value: _compare(left_value, right_value) > 0,
    "_>=_": lambda left_value, right_value: _compare(left_value, right_value) >= 0,
    "@in": _contains,
    "contains": _text_operation(lambda text, part: part in text),
    "startsWith": _text_operation(str.startswith),
    "endsWith": _text_operation(str.endswith),
    "matches": _text_operation(_matches),
}
"""The operations with two operands that return true or false."""
