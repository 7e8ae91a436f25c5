"""JSON Schemas as tables of fields: a row for each place that a document can fill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

_MAX_DEPTH = 6
_NAME_PHRASE = "a name of lower-case letters, digits and hyphens, at most 63"


@dataclass(frozen=True, slots=True)
class Row:
    """One field: where it stands, what it takes, and what the schema says of it."""

    path: str
    type_text: str
    is_required: bool
    merge: str
    digest: str
    description: str


def field_rows(schema: Object, root: Object, prefix: str = "", depth: int = 0) -> Iterator[Row]:
    """The fields of a map, each followed by those below it."""
    schema = resolve_reference(schema, root)
    required_names = as_list(schema.get("required"))
    for name, child in as_object(schema.get("properties")).items():
        node = resolve_reference(child, root)
        path = f"{prefix}{name}"
        merge = as_str(node.get("x-modelyard-merge"))
        yield Row(
            path,
            describe_type(node, root),
            name in required_names,
            {"": "", "union": "union"}.get(merge, f"by `{merge}`"),
            as_str(node.get("x-modelyard-digest")),
            field_description(node),
        )
        if depth < _MAX_DEPTH:
            yield from _nested_rows(node, root, path, depth)


def _nested_rows(node: Object, root: Object, path: str, depth: int) -> Iterator[Row]:
    for key, suffix in (("items", "[]."), ("additionalProperties", ".*.")):
        if isinstance(node.get(key), Mapping):
            yield from field_rows(as_object(node[key]), root, f"{path}{suffix}", depth + 1)
    if "properties" in node:
        yield from field_rows(node, root, f"{path}.", depth + 1)


def resolve_reference(node: Json, root: Object) -> Object:
    """The schema itself, where it only names another; what stands beside the reference wins."""
    schema = as_object(node)
    while "$ref" in schema:
        definition = as_object(as_object(root["$defs"])[as_str(schema["$ref"]).rpartition("/")[2]])
        schema = {**definition, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def describe_type(node: Object, root: Object) -> str:
    """What a value has to be, in words."""
    node = resolve_reference(node, root)
    reference = as_str(node.get("x-modelyard-ref"))
    kind = node.get("type")
    if kind == "array" or "items" in node:
        return (
            f"list: each the name of a {reference}"
            if reference
            else f"list: {describe_type(as_object(node.get('items')), root)}"
        )
    if reference:
        return f"name of a {reference}"
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(describe_type(as_object(choice), root) for choice in as_list(node["anyOf"])))
    return _describe_single(node, root)


def _describe_single(node: Object, root: Object) -> str:
    if "const" in node or "enum" in node:
        choices = [node["const"]] if "const" in node else as_list(node["enum"])
        return " ".join(f"`{choice}`" for choice in choices if choice is not None)
    if "x-modelyard-expects" in node:
        return as_str(node["x-modelyard-expects"]).replace(_NAME_PHRASE, "a name")
    if node.get("type") == "object" or "properties" in node:
        return "map" if "properties" in node else _describe_map(node, root)
    return _describe_primitive(node)


def _describe_map(node: Object, root: Object) -> str:
    values = node.get("additionalProperties")
    if not isinstance(values, Mapping) or not values:
        return "map"
    names = as_list(as_object(node.get("propertyNames")).get("enum"))
    keys = f" of {' '.join(f'`{name}`' for name in names)}" if names else ""
    value_type = describe_type(values, root)
    return f"map{keys}" if value_type == "map" else f"map{keys}: {value_type}"


def _describe_primitive(node: Object) -> str:
    kind = as_str(node.get("type"))
    word = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    low, high = node.get("minimum"), node.get("maximum")
    limits = (
        f" from {low} to {high}" if low is not None and high is not None else f" from {low}" if low is not None else ""
    )
    pattern = f" like `{node['pattern']}`" if "pattern" in node else ""
    return f"{word.get(kind, 'anything')}{limits}{pattern}"


def field_description(node: Object) -> str:
    """What the field is for, and the value that stands in for an absent one."""
    description = " ".join(as_str(node.get("description")).split())
    default = node.get("default")
    default_text = str(default).lower() if isinstance(default, bool) else default
    return f"{description} Default: `{default_text}`." if default is not None else description


def markdown_table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> str:
    """A table of Markdown; a bar within a cell would end it."""
    table_rows = [head, tuple("---" for _ in head), *lines]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in table_rows)
