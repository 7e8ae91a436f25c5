"""Checks quantities in the options of emitters, such as a schedule: a schema cannot tell whether it ever runs."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, Pointer
from compiler.json_schema.schema_node import SchemaNode
from compiler.spec.language import annotations_by_keyword, iter_strings
from compiler.spec.quantities import QUANTITIES, QuantityError


def quantity_errors(schema: Object, options: Object) -> Iterator[tuple[Pointer, QuantityError]]:
    """What is wrong with the options that the schema marks with `x-modelyard-quantity`."""
    node = SchemaNode(schema)
    for annotation in annotations_by_keyword(node, node).get("x-modelyard-quantity", ()):
        for pointer, text in iter_strings(options, annotation.pointer):
            try:
                QUANTITIES[annotation.value](text)
            except QuantityError as error:
                yield pointer, error
