"""The tests (`is …`) of templates, for values with origins as for constants."""

import operator
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import Final

from jinja2 import Undefined

from compiler.templating.interpolation import InterpolatedText
from compiler.templating.template_values import ListView, MapView
from compiler.templating.traced_values import TracedBool, TracedNull


def _is_boolean(value: object) -> bool:
    return isinstance(value, (bool, TracedBool))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not _is_boolean(value)


COMPARISONS: Final[Mapping[str, Callable[..., bool]]] = MappingProxyType({
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt, "gteq": operator.ge,
})  # fmt: skip
"""The operators that compare two values, by Jinja's names."""


def contains(item: object, container: Container[object]) -> bool:
    """Whether a list, a map or a text contains the item."""
    return item in container


_TESTS_OF_ONE_VALUE: Final[dict[str, Callable[[object], bool]]] = {
    "defined": lambda value: not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "none": lambda value: value is None or isinstance(value, TracedNull),
    "true": lambda value: _is_boolean(value) and bool(value),
    "false": lambda value: _is_boolean(value) and not value,
    "boolean": _is_boolean,
    "web": lambda value: isinstance(value, str) and str.startswith(value, ("https://", "http://")),
    "string": lambda value: isinstance(value, (str, InterpolatedText)),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and isinstance(value, int),
    "float": lambda value: isinstance(value, float),
    "mapping": lambda value: isinstance(value, (MapView, Mapping)),
    "sequence": lambda value: isinstance(value, (ListView, list, tuple)),
}
TESTS_OF_ONE_VALUE: Final = frozenset(_TESTS_OF_ONE_VALUE)
"""The tests that compare nothing, and so cost no steps."""
_TESTS: Final[dict[str, Callable[..., bool]]] = {
    **_TESTS_OF_ONE_VALUE,
    "in": contains,
    **{name.replace("teq", "e"): compare for name, compare in COMPARISONS.items()},
}


def _reject_undefined(name: str, test: Callable[..., bool]) -> Callable[..., bool]:
    if name in {"defined", "undefined"}:
        return test

    def run_test(value: object, *others: object) -> bool:
        for argument in (value, *others):
            if isinstance(argument, Undefined):
                argument._fail_with_undefined_error()  # noqa: SLF001 - Jinja's API for the message of an undefined value
        return test(value, *others)

    return run_test


JINJA_TESTS: Final[Mapping[str, Callable[..., bool]]] = MappingProxyType(
    {name: _reject_undefined(name, holds) for name, holds in _TESTS.items()}
)
"""The tests that accept a missing value."""
