"""Values that bound each other, after all layers are merged. The fields and their bounds are annotations of the language."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer, format_path, value_at
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.language import Bounds, iter_values, may_match
from compiler.spec.merge_rules import ANY_KEY
from compiler.spec.portfolio import Spec
from compiler.spec.quantities import Cpu, Duration, Memory, Percentage

Magnitude: TypeAlias = "int | float | str | Fraction"

_MAGNITUDES: Mapping[str, Callable[[str], Magnitude]] = MappingProxyType(
    {
        "duration": lambda text: Duration(text).milliseconds,
        "percentage": lambda text: Percentage(text).exact_ratio,
        "cpu": lambda text: Cpu(text).millicores,
        "memory": lambda text: Memory(text).bytes,
    }
)
"""The values of quantities that can be compared. Numbers, and dates as text, are compared as they are."""


class Contradiction(NamedTuple):
    """A value that exceeds its upper bound."""

    lower: Pointer
    upper: Pointer
    lower_value: Json
    upper_value: Json

    @property
    def message(self) -> str:
        """The two values, with as much of their paths as differs."""
        relation = "after" if _is_date(self.lower_value) else "above"
        lower, upper = self._labels
        prefix = f"{format_path(self.lower[:-1])}: " if self._are_siblings else ""
        return f"{prefix}{lower} {self.lower_value} is {relation} {upper} {self.upper_value}"

    @property
    def help(self) -> str:
        """The two ways to resolve it."""
        lower, upper = self._labels
        if _is_date(self.lower_value):
            return f"set `{lower}` to {self.upper_value} or an earlier date, or `{upper}` to a later one"
        return f"lower `{lower}` to {self.upper_value}, or raise `{upper}` to {self.lower_value}"

    @property
    def _are_siblings(self) -> bool:
        return self.lower[:-1] == self.upper[:-1]

    @property
    def _labels(self) -> tuple[str, str]:
        if self._are_siblings:
            return str(self.lower[-1]), str(self.upper[-1])
        return format_path(self.lower), format_path(self.upper)


def _is_date(value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None


def contradictions(data: Object, bounds: Bounds) -> Iterator[Contradiction]:
    """Each pair of values in the data of which the first exceeds its bound."""
    for annotation in bounds.at_most:
        if not may_match(data, annotation.pointer):
            continue
        for lower, value in iter_values(data, annotation.pointer):
            upper: Pointer = (
                tuple(annotation.value.split("/")[1:])
                if annotation.value[0] == "/"
                else (*lower[:-1], *annotation.value.split("/"))
            )
            if isinstance(value, Mapping):
                any_quantity = bounds.quantities.get((*annotation.pointer, ANY_KEY))
                for key in value:
                    quantity = bounds.quantities.get((*annotation.pointer, key), any_quantity)
                    yield from _contradiction(data, (*lower, key), (*upper, key), quantity)
            else:
                yield from _contradiction(data, lower, upper, bounds.quantities.get(annotation.pointer))
    for annotation in bounds.ascending:
        if not may_match(data, annotation.pointer):
            continue
        for pointer, value in iter_values(data, annotation.pointer):
            quantity = bounds.quantities.get((*annotation.pointer, ANY_KEY))
            percentiles = (
                sorted(value, key=lambda key: _quantity_magnitude("percentage", f"{key[1:]}%"))
                if isinstance(value, Mapping)
                else ()
            )
            for smaller, larger in pairwise(percentiles):
                yield from _contradiction(data, (*pointer, smaller), (*pointer, larger), quantity)


def check_document_bounds(spec: Spec, bounds: Bounds) -> Iterator[Finding]:
    """Findings where a value of a document is above its upper bound."""
    for contradiction in contradictions(spec.json, bounds):
        location = spec.document.location(contradiction.lower)
        subject = replace(spec.subject, pointer=contradiction.lower)
        yield Finding(codes.CONTRADICTORY_BOUNDS, contradiction.message, location, subject, contradiction.help)


def check_bounds(model: ResolvedModel, bounds: Bounds) -> Iterator[Finding]:
    """Findings where a value is above its upper bound, at the value of the stronger layer."""
    for contradiction in contradictions(model.json, bounds):
        blamed, other = contradiction.lower, contradiction.upper
        strengths = _strength(model, blamed), _strength(model, other)
        if strengths[1] is None:
            continue  # a value alone raises the default of its bound
        if strengths[0] is None or strengths[0] < strengths[1]:
            blamed, other = other, blamed
        finding = model.finding(codes.CONTRADICTORY_BOUNDS, contradiction.message, blamed, contradiction.help)
        if _strength(model, other) is not None:
            text = f"`{other[-1]}: {value_at(model.json, other)}` is set here"
            finding = replace(finding, notes=(Note(text, model.location(other)),))
        yield finding


def _contradiction(data: Object, lower: Pointer, upper: Pointer, quantity: str | None) -> Iterator[Contradiction]:
    try:
        values = value_at(data, lower), value_at(data, upper)
        magnitudes = _magnitude(values[0], quantity), _magnitude(values[1], quantity)
    except (KeyError, IndexError, TypeError):
        return  # there is no bound
    except ValueError:
        return  # the check of quantities reports it
    if _exceeds(*magnitudes):
        yield Contradiction(lower, upper, *values)


def _magnitude(value: Json, quantity: str | None) -> Magnitude:
    if quantity is not None:
        return _quantity_magnitude(quantity, str(value))
    if isinstance(value, str | int | float):
        return value
    raise TypeError(value)


@lru_cache(maxsize=1024)  # models share most of their quantities
def _quantity_magnitude(quantity: str, text: str) -> Magnitude:
    return _MAGNITUDES[quantity](text)


def _exceeds(lower: Magnitude, upper: Magnitude) -> bool:
    if isinstance(lower, str) or isinstance(upper, str):
        return str(lower) > str(upper)
    return lower > upper


def _strength(model: ResolvedModel, pointer: Pointer) -> int | None:
    """The position of the layer that sets a value, from weak to strong; `None` if no document sets it."""
    for contribution in model.blame(pointer):
        if contribution.layer.document and not contribution.deletes:
            return model.layers.index(contribution.layer)
    return None
