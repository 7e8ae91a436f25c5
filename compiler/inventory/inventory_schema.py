"""The published JSON Schemas of what inventories are written as, made from the classes of a row and of what is due.

Imported by whoever makes or checks those files, and by nothing that runs a command.
`python -m compiler.inventory.inventory_schema` writes them.
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
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from compiler.inventory.columns import COLUMNS
from compiler.inventory.due_items import Item
from compiler.inventory.row import LeftOut, Row
from compiler.inventory.serialize import keys

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Mapping[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    date: {"type": "string", "format": "date"},
}
_WORDS: Mapping[str, Schema] = {"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}}
_VERSION: Schema = {
    "const": 1,
    "description": "The version of this shape. Fields are added to it and never change their meaning.",
}
_DAY: Schema = {"type": "string", "format": "date"}


def files() -> dict[str, str]:
    """Every file by its path from the root of the repository."""
    made = {
        "schemas/outputs/inventory.schema.json": inventory(),
        "schemas/outputs/due.schema.json": due(),
        "templates/records/register/register.schema.json": inventory(),
        "templates/records/register/table.schema.json": table(),
    }
    return {path: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for path, schema in made.items()}


def inventory() -> Schema:
    """What `modelyard inventory --format json` writes."""
    told = {
        "version": _VERSION,
        "project": {"type": "string", "description": "The project."},
        "models": {"type": "array", "items": {"$ref": "#/$defs/Row"}, "description": "A row a model, by name."},
        "leftOut": {
            "type": "array",
            "items": {"$ref": "#/$defs/LeftOut"},
            "description": "What is missing, because it does not hold together.",
        },
    }
    return _whole("inventory", "The models of a project.", told, _definitions(Row, LeftOut))


def due() -> Schema:
    """What `modelyard inventory due --format json` writes."""
    told = {
        "version": _VERSION,
        "project": {"type": "string", "description": "The project."},
        "asOf": _DAY | {"description": "The day on which it was asked."},
        "until": _DAY | {"description": "The last day that was looked at."},
        "items": {
            "type": "array",
            "items": {"$ref": "#/$defs/Item"},
            "description": "What lapsed and what lapses, by day.",
        },
        "leftOut": {
            "type": "array",
            "items": {"$ref": "#/$defs/LeftOut"},
            "description": "What was not looked at, because it does not hold together.",
        },
    }
    return _whole("due", "What is about to lapse, or has lapsed.", told, _definitions(Item, LeftOut))


def table() -> Schema:
    """The inventory as rows of texts, the names of columns first."""
    return {
        "$schema": DIALECT,
        "$id": "urn:modelyard:v1:outputs:table",
        "title": "table",
        "description": "The inventory as rows of texts.",
        "type": "array",
        "minItems": 1,
        "prefixItems": [{"const": list(COLUMNS)}],
        "items": {"type": "array", "items": {"type": "string"}, "minItems": len(COLUMNS), "maxItems": len(COLUMNS)},
    }


def _whole(name: str, told: str, properties: Schema, definitions: Schema) -> Schema:
    head = {"$schema": DIALECT, "$id": f"urn:modelyard:v1:outputs:{name}", "title": name, "description": told}
    return {**head, **_closed(properties, list(properties)), "$defs": definitions}


def _closed(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _definitions(*kinds: type) -> Schema:
    """The classes, and those that they are made of."""
    found: dict[str, Schema] = {}
    pending = list(kinds)
    while pending:
        kind = pending.pop(0)
        if kind.__name__ not in found:
            found[kind.__name__] = _of_class(kind)
            hints = get_type_hints(kind, include_extras=True).values()
            pending += [part for hint in hints for part in _parts(hint) if _is_class(part)]
    return dict(sorted(found.items()))


def _of_class(kind: type) -> Schema:
    hints, told = get_type_hints(kind, include_extras=True), _docstrings(kind)
    properties = {key: _of(hints[name]) | {"description": told[name]} for name, key in keys(kind)}
    required = [key for name, key in keys(kind) if NoneType not in get_args(hints[name])]
    described = {"description": " ".join((kind.__doc__ or "").split())}
    return {**described, **_closed(properties, required)}


def _of(hint: Any) -> Schema:  # noqa: ANN401 - a type as it is written
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return dict(_WORDS[args[1]])
    if origin in {Union, UnionType}:
        (one,) = (arg for arg in args if arg is not NoneType)
        return _of(one)
    if origin is Literal:
        return {"enum": list(args)}
    if isinstance(origin, type):
        is_map = issubclass(origin, Mapping)
        return (
            {"type": "object", "additionalProperties": _of(args[1])}
            if is_map
            else {"type": "array", "items": _of(args[0])}
        )
    if _is_class(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return dict(_PLAIN[hint])


def _is_class(hint: Any) -> bool:  # noqa: ANN401 - a type as it is written
    return isinstance(hint, type) and is_dataclass(hint)


def _parts(hint: Any) -> Iterator[Any]:  # noqa: ANN401 - a type as it is written
    yield hint
    for arg in get_args(hint):
        yield from _parts(arg)


def _docstrings(kind: type) -> dict[str, str]:
    """What stands below each field of a class."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef))
    found: dict[str, str] = {}
    for field, told in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(told, ast.Expr):
            assert isinstance(told.value, ast.Constant)  # noqa: S101 - what stands below a field is its docstring
            found[field.target.id] = " ".join(str(told.value.value).split())
    return found


def main(root: Path) -> int:
    """Write the files that are stale; say which were."""
    for path, text in files().items():
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            sys.stderr.write(f"wrote {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
