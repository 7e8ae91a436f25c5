"""Corrections of the wrong container: a list for a map, a map for a list, one value for a list of one."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from compiler.foundation.json_data import Json, Object
from compiler.json_schema.corrections.correction import Correction
from compiler.json_schema.schema_node import SchemaNode

_MOST_ELEMENTS = 12
_DELETE = "$delete"
_JOINED = re.compile(r"([A-Za-z_][\w.-]*):(\S.*)")


def container(
    types: Collection[str], node: SchemaNode, value: Json, resolve: Callable[[SchemaNode], SchemaNode]
) -> Iterator[Correction]:
    """The same content in the container that the field expects; `resolve` follows a `$ref`."""
    if isinstance(value, Mapping | list) and len(value) > _MOST_ELEMENTS:
        return
    if "object" in types and isinstance(value, list):
        # Names become keys, and whether there are such names is checked only then: no fix without a person's eye.
        is_certain = not any(isinstance(element, str) for element in value)
        yield from (Correction(None, candidate, is_certain=is_certain) for candidate in _maps(value))
    elif "array" in types and isinstance(value, Mapping):
        yield from map(_list, _lists(value, node, resolve))
    elif "array" in types and value is not None and not isinstance(value, list):
        yield _list([value])
    elif "object" in types and isinstance(value, str) and (match := _JOINED.fullmatch(value)) and "//" not in value:
        yield Correction(f"write a space after the colon: `{match[1]}: {match[2]}`")
    elif isinstance(value, list) and len(value) == 1 and not isinstance(value[0], Mapping | list):
        yield Correction(None, value[0], is_certain=True)


def _is_map(node: SchemaNode, resolve: Callable[[SchemaNode], SchemaNode]) -> bool:
    """Whether a field accepts maps, so that one value cannot be its content."""
    choices = (node, *(node.alternatives("anyOf") if "anyOf" in node else ()))
    return any("object" in resolve(choice).types for choice in choices)


def _list(value: Json) -> Correction:
    return Correction(None, value, is_certain=True)


def _maps(elements: Sequence[Json]) -> Iterator[Json]:
    """A list of names as a map with an empty map for each; a list of maps as their union."""
    names = dict.fromkeys(element for element in elements if isinstance(element, str))
    if names and len(names) == len(elements):
        yield {name: {} for name in names}
    parts = [element for element in elements if isinstance(element, dict)]
    keys = [key for part in parts for key in part]
    if parts and len(parts) == len(elements) and len(set(keys)) == len(keys):
        yield {key: value for part in parts for key, value in part.items()}


def _lists(entries: Object, node: SchemaNode, resolve: Callable[[SchemaNode], SchemaNode]) -> Iterator[Json]:
    """A map as the list of its entries, each with its key under the name that identifies elements, or as the only element."""
    element = resolve(node.subschema("items"))
    properties = element.properties
    key = node.text("x-modelyard-merge") or next(iter(element.required), "")
    others = [
        name
        for name, schema in properties.items()
        if name not in {key, _DELETE} and not _is_map(SchemaNode.parse(schema), resolve)
    ]
    if key in properties and key not in entries:
        if len(others) == 1 and not any(isinstance(value, Mapping | list) for value in entries.values()):
            yield [{key: name, others[0]: value} for name, value in entries.items()]
        elements = [{key: name, **value} for name, value in entries.items() if isinstance(value, Mapping)]
        if entries and len(elements) == len(entries):
            yield elements
    yield [dict(entries)]
