"""Checks quantities in the options of emitters, such as a schedule: a schema cannot tell whether it ever runs."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, Pointer
from compiler.plan.emitters.emitter import Emitter
from compiler.spec.language import iter_strings
from compiler.spec.quantities import QUANTITIES, QuantityError


def quantity_errors(emitter: Emitter, options: Object) -> Iterator[tuple[Pointer, QuantityError]]:
    """What is wrong with the options that the emitter's schema marks with `x-modelyard-quantity`."""
    for annotation in emitter.option_quantities:
        for pointer, text in iter_strings(options, annotation.pointer):
            try:
                QUANTITIES[annotation.value](text)
            except QuantityError as error:
                yield pointer, error
