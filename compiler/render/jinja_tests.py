"""The tests (`is …`) that templates may use, on values that know their origins as on constants."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from jinja2 import Undefined

from compiler.render.interpolation import Glued
from compiler.render.template_values import Elements, View
from compiler.render.traced_values import Flag, Null


def _boolean(value: object) -> bool:
    return isinstance(value, (bool, Flag))


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not _boolean(value)


_ALL: Final[dict[str, Callable[..., bool]]] = {
    "defined": lambda value: not isinstance(value, Undefined),
    "undefined": lambda value: isinstance(value, Undefined),
    "none": lambda value: value is None or isinstance(value, Null),
    "true": lambda value: _boolean(value) and bool(value),
    "false": lambda value: _boolean(value) and not value,
    "boolean": _boolean,
    "web": lambda value: isinstance(value, str) and str(value).startswith(("https://", "http://")),
    "string": lambda value: isinstance(value, (str, Glued)),
    "number": _number,
    "integer": lambda value: _number(value) and isinstance(value, int),
    "float": lambda value: isinstance(value, float),
    "mapping": lambda value: isinstance(value, (View, Mapping)),
    "sequence": lambda value: isinstance(value, (Elements, list, tuple)),
    "in": lambda value, among: value in among,
    "eq": lambda value, other: value == other,
    "ne": lambda value, other: value != other,
    "lt": lambda value, other: value < other,
    "le": lambda value, other: value <= other,
    "gt": lambda value, other: value > other,
    "ge": lambda value, other: value >= other,
}


def _strict(name: str, holds: Callable[..., bool]) -> Callable[..., bool]:
    if name in {"defined", "undefined"}:
        return holds

    def answer(value: object, *others: object) -> bool:
        for given in (value, *others):
            if isinstance(given, Undefined):
                given._fail_with_undefined_error()  # noqa: SLF001 - Jinja's way to say what is missing
        return holds(value, *others)

    return answer


PREDICATES: Final[Mapping[str, Callable[..., bool]]] = MappingProxyType(
    {name: _strict(name, holds) for name, holds in _ALL.items()}
)
"""Only `defined` and `undefined` may be asked of what is not there."""
