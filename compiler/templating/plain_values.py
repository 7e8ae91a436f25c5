"""Converts the values of a template to JSON data of exact types."""

from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Final

from compiler.foundation.json_data import Json
from compiler.foundation.rows import RowsMark
from compiler.templating.interpolation import InterpolatedText, format_number, interpolate, kind_of, quoted_excerpt
from compiler.templating.template_errors import RenderLimits, ValueRejectedError
from compiler.templating.template_values import ContainerView, ListView, MapView, RowsView
from compiler.templating.traced_values import (
    OMIT,
    CommentedStr,
    EncodedStr,
    Omit,
    TracedBool,
    TracedFloat,
    TracedInt,
    TracedNull,
    TracedStr,
    origins_of,
)


class ValueBudget:
    """The values and characters that may still be placed; it bounds templates that multiply values."""

    __slots__ = ("_identities", "remaining_characters", "remaining_repeats", "remaining_values")

    def __init__(self, limits: RenderLimits) -> None:
        self.remaining_values = limits.max_values
        self.remaining_characters = limits.max_characters
        self.remaining_repeats = limits.max_repeated_values
        self._identities: set[int] = set()

    def spend(self, container: "ContainerView | Sized") -> None:
        """Count the members of a placed map or list; raises `ValueRejectedError` when the budget is used up."""
        identity = id(container.data if isinstance(container, ContainerView) else container)
        if identity in self._identities:
            self.remaining_repeats -= len(container)
        self._identities.add(identity)
        self.remaining_values -= len(container) + 1
        if self.remaining_values < 0 or self.remaining_repeats < 0:
            raise ValueRejectedError("the template inserts more values than one file can have")

    def spend_characters(self, text: str) -> str:
        """Count a placed text; raises `ValueRejectedError` when the budget is used up."""
        self.remaining_characters -= len(text)
        if self.remaining_characters < 0:
            raise ValueRejectedError("the template places more text than one file may hold")
        return text


def to_plain(value: object, budget: ValueBudget) -> "Json | Omit":
    """The value as JSON data: scalars keep their type, maps and lists are copied, `omit` stays."""
    kind = type(value)
    if kind is TracedStr or kind is str or kind is EncodedStr or kind is CommentedStr:
        return budget.spend_characters(to_plain_str(value))  # type: ignore[arg-type]
    scalar = _SCALAR_CONVERTERS.get(kind)
    if scalar is not None:
        return scalar(value)
    if isinstance(value, InterpolatedText):
        return budget.spend_characters(to_plain_str(interpolate(value.parts)))
    if value is OMIT:
        return OMIT
    return _container_to_plain(value, budget)


def _container_to_plain(value: object, budget: ValueBudget) -> Json:
    if isinstance(value, RowsView):
        return RowsMark(value.rows)
    if isinstance(value, (MapView, Mapping)):
        budget.spend(value)
        pairs = value.pairs() if isinstance(value, MapView) else value.items()
        return {budget.spend_characters(_plain_key(key)): member for key, member in _plain_members(pairs, budget)}
    if isinstance(value, (ListView, list, tuple)):
        budget.spend(value)
        return [member for _, member in _plain_members(enumerate(value), budget)]
    raise ValueRejectedError(
        f"{kind_of(value)} cannot be inserted",
        origins_of(value),
        help="omit the key with `| default(omit)`, or test `is defined` first",
    )


def _plain_members(pairs: Iterable[tuple[object, object]], budget: ValueBudget) -> Iterable[tuple[object, Json]]:
    for key, member in pairs:
        plain_value = None if member is None or isinstance(member, TracedNull) else to_plain(member, budget)
        if not isinstance(plain_value, Omit):
            yield key, plain_value


def _plain_key(key: object) -> str:
    if isinstance(key, (str, InterpolatedText)):
        return to_plain_str(str(key))
    raise ValueRejectedError(f"the key is {kind_of(key)}; keys must be text", origins_of(key))


def printed_size(documents: Iterable[object], limit: int) -> int:
    """The characters of the documents with a line and its indentation for each value; counting stops beyond the limit."""
    size = 0
    queue: list[tuple[object, int]] = [(document, 0) for document in documents]
    while queue and size <= limit:
        value, indentation = queue.pop()
        if isinstance(value, str):
            size += len(value) + (value.count("\n") + 1) * (indentation + 1)
        elif isinstance(value, Mapping):
            size += sum(map(len, value))
            queue += [(member, indentation + 2) for member in value.values()]
        elif isinstance(value, list):
            queue += [(element, indentation + 2) for element in value]
        size += indentation + 1
    return size


def to_plain_str(value: str) -> str:
    """The text as an exact `str` that UTF-8 can encode."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueRejectedError(
                f"{quoted_excerpt(value)} contains an incomplete character (a lone surrogate)", origins_of(value)
            ) from None
    return str(value)


def _to_int(value: int) -> int:
    format_number(value)
    return int(value)


def _to_float(value: float) -> float:
    format_number(value)
    return float(value)


_SCALAR_CONVERTERS: Final[dict[type, Callable[..., Json]]] = {
    TracedInt: _to_int, int: _to_int, TracedFloat: _to_float, float: _to_float, bool: bool, TracedBool: bool,
}  # fmt: skip
