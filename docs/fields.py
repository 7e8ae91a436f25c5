"""JSON Schemas as tables of fields: one row per field that a document can set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

_DEEPEST = 6
_NAME = "a name of lower-case letters, digits and hyphens, at most 63"


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its path, its type in words, and what the schema states about it."""

    path: str
    takes: str
    required: bool
    merge: str
    digest: str
    description: str


def rows(schema: Object, root: Object, prefix: str = "", depth: int = 0) -> Iterator[Row]:
    """The fields of a map, each followed by those below it."""
    schema = dereference(schema, root)
    required = as_list(schema.get("required"))
    for name, child in as_object(schema.get("properties")).items():
        node = dereference(child, root)
        path = f"{prefix}{name}"
        merge = as_str(node.get("x-modelyard-merge"))
        yield Row(
            path,
            takes(node, root),
            name in required,
            {"": "", "union": "union"}.get(merge, f"by `{merge}`"),
            as_str(node.get("x-modelyard-digest")),
            description_of(node),
        )
        if depth < _DEEPEST:
            yield from _inner_rows(node, root, path, depth)


def _inner_rows(node: Object, root: Object, path: str, depth: int) -> Iterator[Row]:
    for key, suffix in (("items", "[]."), ("additionalProperties", ".*.")):
        if isinstance(node.get(key), Mapping):
            yield from rows(as_object(node[key]), root, f"{path}{suffix}", depth + 1)
    if "properties" in node:
        yield from rows(node, root, f"{path}.", depth + 1)


def dereference(node: Json, root: Object) -> Object:
    """The schema that a reference names; keywords next to the reference override those of the definition."""
    schema = as_object(node)
    while "$ref" in schema:
        named = as_object(as_object(root["$defs"])[as_str(schema["$ref"]).rpartition("/")[2]])
        schema = {**named, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def takes(node: Object, root: Object) -> str:
    """The type of a value, in words."""
    node = dereference(node, root)
    reference = as_str(node.get("x-modelyard-ref"))
    kind = node.get("type")
    if kind == "array" or "items" in node:
        return (
            f"list: each the name of a {reference}"
            if reference
            else f"list: {takes(as_object(node.get('items')), root)}"
        )
    if reference:
        return f"name of {'an' if reference[0] in 'AEIO' else 'a'} {reference}"
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(takes(as_object(choice), root) for choice in as_list(node["anyOf"])))
    return _scalar_type(node, root)


def _scalar_type(node: Object, root: Object) -> str:
    if "const" in node or "enum" in node:
        choices = [node["const"]] if "const" in node else as_list(node["enum"])
        return " ".join(f"`{choice}`" for choice in choices if choice is not None)
    if "x-modelyard-expects" in node:
        return as_str(node["x-modelyard-expects"]).replace(_NAME, "a name")
    if node.get("type") == "object" or "properties" in node:
        return "map" if "properties" in node else _map_of(node, root)
    return _plain(node)


def _map_of(node: Object, root: Object) -> str:
    values = node.get("additionalProperties")
    if not isinstance(values, Mapping) or not values:
        return "map"
    names = as_list(as_object(node.get("propertyNames")).get("enum"))
    keys = f" of {' '.join(f'`{name}`' for name in names)}" if names else ""
    each = takes(values, root)
    return f"map{keys}" if each == "map" else f"map{keys}: {each}"


def _plain(node: Object) -> str:
    kind = as_str(node.get("type"))
    word = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    low, high = node.get("minimum"), node.get("maximum")
    limits = (
        f" from {low} to {high}" if low is not None and high is not None else f" from {low}" if low is not None else ""
    )
    pattern = f" like `{node['pattern']}`" if "pattern" in node else ""
    return f"{word.get(kind, 'anything')}{limits}{pattern}"


def description_of(node: Object) -> str:
    """The description of a field, and its default."""
    text = " ".join(as_str(node.get("description")).split())
    default = node.get("default")
    shown = str(default).lower() if isinstance(default, bool) else default
    return f"{text} Default: `{shown}`." if default is not None else text


def table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table; bars are escaped, since they would end a cell."""
    lines_of_table = [head, tuple("---" for _ in head), *lines]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines_of_table)
