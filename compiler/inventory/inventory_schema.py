"""The published JSON Schemas of inventory output, generated from the classes of rows and due items.

Only generators and tests import this module. `python -m compiler.inventory.inventory_schema` writes the files.
"""

import ast
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeGuard, Union, get_args, get_origin, get_type_hints

from compiler.foundation.json_data import Json, Object
from compiler.inventory.columns import COLUMNS
from compiler.inventory.due_items import DueItem
from compiler.inventory.row import ExcludedDocument, Row
from compiler.inventory.serialize import json_keys

Schema = dict[str, Json]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: Mapping[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    date: {"type": "string", "format": "date"},
}
_MARKERS: Mapping[str, Schema] = {"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}}
_VERSION: Schema = {
    "const": 1,
    "description": "The version of this schema. New fields can be added to it; existing fields keep their meaning.",
}
_DAY: Schema = {"type": "string", "format": "date"}


def schema_files() -> dict[str, str]:
    """Every file by its path from the root of the repository."""
    schemas = {
        "schemas/outputs/inventory.schema.json": inventory_schema(),
        "schemas/outputs/due.schema.json": due_schema(),
        "templates/records/register/register.schema.json": inventory_schema(),
        "templates/records/register/table.schema.json": table_schema(),
    }
    return {path: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for path, schema in schemas.items()}


def inventory_schema() -> Schema:
    """The output of `modelyard inventory --format json`."""
    properties: Schema = {
        "version": _VERSION,
        "project": {"type": "string", "description": "The name of the project."},
        "models": {
            "type": "array",
            "items": {"$ref": "#/$defs/Row"},
            "description": "One row per model, sorted by name.",
        },
        "excluded": {
            "type": "array",
            "items": {"$ref": "#/$defs/ExcludedDocument"},
            "description": "Documents that are left out because they are invalid.",
        },
    }
    return _document_schema("inventory", "The models of a project.", properties, _definitions(Row, ExcludedDocument))


def due_schema() -> Schema:
    """The output of `modelyard inventory due --format json`."""
    properties: Schema = {
        "version": _VERSION,
        "project": {"type": "string", "description": "The name of the project."},
        "asOf": _DAY | {"description": "The date of the report."},
        "until": _DAY | {"description": "The last date that the report covers."},
        "items": {
            "type": "array",
            "items": {"$ref": "#/$defs/DueItem"},
            "description": "Overdue and due items, by date.",
        },
        "excluded": {
            "type": "array",
            "items": {"$ref": "#/$defs/ExcludedDocument"},
            "description": "Documents that are left out because they are invalid.",
        },
    }
    return _document_schema(
        "due", "Items that are due or overdue.", properties, _definitions(DueItem, ExcludedDocument)
    )


def table_schema() -> Schema:
    """The inventory as rows of texts, column names first."""
    return {
        "$schema": DIALECT,
        "$id": "urn:modelyard:v1:outputs:table",
        "title": "table",
        "description": "The inventory as rows of text.",
        "type": "array",
        "minItems": 1,
        "prefixItems": [{"const": list(COLUMNS)}],
        "items": {"type": "array", "items": {"type": "string"}, "minItems": len(COLUMNS), "maxItems": len(COLUMNS)},
    }


def _document_schema(name: str, description: str, properties: Object, definitions: Object) -> Schema:
    head = {"$schema": DIALECT, "$id": f"urn:modelyard:v1:outputs:{name}", "title": name, "description": description}
    return {**head, **_closed_object(properties, list(properties)), "$defs": definitions}


def _closed_object(properties: Object, required_keys: list[str]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required_keys}


def _definitions(*classes: type) -> Schema:
    """The classes and the classes of their fields."""
    definitions: dict[str, Schema] = {}
    queue = list(classes)
    while queue:
        class_ = queue.pop(0)
        if class_.__name__ not in definitions:
            definitions[class_.__name__] = _class_schema(class_)
            hints = get_type_hints(class_, include_extras=True).values()
            queue += [nested_type for hint in hints for nested_type in _nested_types(hint) if _is_class(nested_type)]
    return dict(sorted(definitions.items()))


def _class_schema(class_: type) -> Schema:
    hints, descriptions = get_type_hints(class_, include_extras=True), _docstrings(class_)
    properties: Schema = {
        key: _type_schema(hints[name]) | {"description": descriptions[name]} for name, key in json_keys(class_)
    }
    required_keys = [key for name, key in json_keys(class_) if NoneType not in get_args(hints[name])]
    head = {"description": " ".join((class_.__doc__ or "").split())}
    return {**head, **_closed_object(properties, required_keys)}


def _type_schema(hint: object) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return dict(_MARKERS[args[1]])
    if origin in {Union, UnionType}:
        (inner_type,) = (arg for arg in args if arg is not NoneType)
        return _type_schema(inner_type)
    if origin is Literal:
        return {"enum": list(args)}
    if isinstance(origin, type):
        is_map = issubclass(origin, Mapping)
        return (
            {"type": "object", "additionalProperties": _type_schema(args[1])}
            if is_map
            else {"type": "array", "items": _type_schema(args[0])}
        )
    if _is_class(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return dict(_SCALARS[hint])


def _is_class(hint: object) -> TypeGuard[type]:
    return isinstance(hint, type) and is_dataclass(hint)


def _nested_types(hint: object) -> Iterator[object]:
    yield hint
    for arg in get_args(hint):
        yield from _nested_types(arg)


def _docstrings(class_: type) -> dict[str, str]:
    """The docstring below each field of a class."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(class_)).body if isinstance(node, ast.ClassDef))
    docstrings: dict[str, str] = {}
    for field, docstring in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(docstring, ast.Expr):
            assert isinstance(docstring.value, ast.Constant)  # noqa: S101 - the statement below a field is its docstring
            docstrings[field.target.id] = " ".join(str(docstring.value.value).split())
    return docstrings


def main(root: Path) -> int:
    """Write the stale files and print their names."""
    for path, text in schema_files().items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            sys.stderr.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
