"""Quantities of resolved data in their canonical spelling."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from compiler.spec.language import ANY, Mark
from compiler.spec.quantities import QUANTITIES
from compiler.values import Json, Object, Pointer

Mistakes: TypeAlias = list[tuple[Pointer, str]]


class Normaliser:
    """Makes quantities canonical along the places where a type's schema has some; remembers spellings that it has met."""

    def __init__(self, quantities: Sequence[Mark]) -> None:
        self._places = _tree(quantities)
        self._met: dict[tuple[str, str], str] = {}

    def __call__(self, data: Object) -> tuple[Object, Mistakes]:
        """The data with canonical quantities, and what is wrong with those that have no canonical form."""
        mistakes: Mistakes = []
        return self._map(data, self._places, (), mistakes), mistakes

    def _map(self, data: Object, places: Mapping[str, "_Places"], pointer: Pointer, mistakes: Mistakes) -> Object:
        changed: dict[str, Json] = {}
        if ANY in places:
            below = places[ANY]
            changed = {key: self._value(value, below, (*pointer, key), mistakes) for key, value in data.items()}
        else:
            for key, below in places.items():
                if key in data:
                    changed[key] = self._value(data[key], below, (*pointer, key), mistakes)
        return {**data, **changed} if changed else data

    def _value(self, value: Json, places: "_Places", pointer: Pointer, mistakes: Mistakes) -> Json:
        if isinstance(places, str):
            return self._canonical(value, places, pointer, mistakes)
        if isinstance(value, dict):
            return self._map(value, places, pointer, mistakes)
        if isinstance(value, list) and ANY in places:
            below = places[ANY]
            return [self._value(item, below, (*pointer, index), mistakes) for index, item in enumerate(value)]
        return value

    def _canonical(self, value: Json, name: str, pointer: Pointer, mistakes: Mistakes) -> Json:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return value
        key = (name, str(value))
        if key not in self._met:
            try:
                self._met[key] = str(QUANTITIES[name](key[1]))
            except ValueError as mistake:
                mistakes.append((pointer, str(mistake)))
                return value
        return self._met[key]


_Places: TypeAlias = "str | Mapping[str, _Places]"
"""Where quantities stand below a value: the quantity itself, or what is below each key (`*`: every key or element)."""


def _tree(quantities: Sequence[Mark]) -> Mapping[str, _Places]:
    tree: dict[str, object] = {}
    for mark in quantities:
        here = tree
        for part in mark.pointer[:-1]:
            here = here.setdefault(str(part), {})  # type: ignore[assignment]  # only maps stand above the last part
        here[str(mark.pointer[-1])] = mark.value
    return tree  # type: ignore[return-value]  # what was built has the shape that its name says
