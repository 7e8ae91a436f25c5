"""Brings quantities of resolved data into their canonical spelling."""

from collections.abc import Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.spec.language import Annotation, annotation_tree, map_values
from compiler.spec.quantities import QUANTITIES, QuantityError

QuantityErrors: TypeAlias = list[tuple[Pointer, QuantityError]]


class Normaliser:
    """Normalises the quantities that a type's schema marks; results are cached by spelling."""

    def __init__(self, quantities: Sequence[Annotation]) -> None:
        self._quantity_tree = annotation_tree(quantities)
        self._canonical_forms: dict[tuple[str, str], str] = {}

    def __call__(self, data: Object) -> tuple[Object, QuantityErrors]:
        """The data with canonical quantities, and findings for quantities without a canonical form."""
        errors: QuantityErrors = []

        def canonicalise(name: str, value: Json, pointer: Pointer) -> Json:
            return self._canonicalise(value, name, pointer, errors)

        return map_values(data, self._quantity_tree, canonicalise), errors

    def _canonicalise(self, value: Json, name: str, pointer: Pointer, errors: QuantityErrors) -> Json:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return value
        key = (name, str(value))
        if key not in self._canonical_forms:
            try:
                self._canonical_forms[key] = str(QUANTITIES[name](key[1]))
            except QuantityError as error:
                errors.append((pointer, error))
                return value
        return self._canonical_forms[key]
