"""The tests (`is …`) of templates, for values with origins as for constants."""

from collections.abc import Callable, Mapping
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


_TESTS: Final[dict[str, Callable[..., bool]]] = {
    "defined": lambda value: not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "none": lambda value: value is None or isinstance(value, TracedNull),
    "true": lambda value: _is_boolean(value) and bool(value),
    "false": lambda value: _is_boolean(value) and not value,
    "boolean": _is_boolean,
    "web": lambda value: isinstance(value, str) and str(value).startswith(("https://", "http://")),
    "string": lambda value: isinstance(value, (str, InterpolatedText)),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and isinstance(value, int),
    "float": lambda value: isinstance(value, float),
    "mapping": lambda value: isinstance(value, (MapView, Mapping)),
    "sequence": lambda value: isinstance(value, (ListView, list, tuple)),
    "in": lambda value, container: value in container,
    "eq": lambda value, other: value == other,
    "ne": lambda value, other: value != other,
    "lt": lambda value, other: value < other,
    "le": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "ge": lambda value, other: value >= other,
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
