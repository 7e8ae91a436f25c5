"""Quantities of resolved data in their canonical spelling."""

from collections.abc import Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.spec.language import Mark, places, replaced
from compiler.spec.quantities import QUANTITIES

Mistakes: TypeAlias = list[tuple[Pointer, str]]


class Normaliser:
    """Makes quantities canonical along the places where a type's schema has some; remembers spellings that it has met."""

    def __init__(self, quantities: Sequence[Mark]) -> None:
        self._places = places(quantities)
        self._met: dict[tuple[str, str], str] = {}

    def __call__(self, data: Object) -> tuple[Object, Mistakes]:
        """The data with canonical quantities, and what is wrong with those that have no canonical form."""
        mistakes: Mistakes = []

        def canonical(name: str, value: Json, pointer: Pointer) -> Json:
            return self._canonical(value, name, pointer, mistakes)

        return replaced(data, self._places, canonical), mistakes

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
