"""Generates the published JSON Schemas of the language from its classes.

Only tools that generate or check the files below `schemas/modelyard/v1/` import this module; commands validate with the files, in
Rust.
`python -m compiler.spec.spec_schemas` writes them.

Each model type has one file with four schemas: the root is a resolved model, `$defs/Spec` a document as written, `$defs/Layer` a
layer
(nothing is required, `null` deletes), and `$defs/Entry` the entry of an environment.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias, get_args

from pydantic import BaseModel, WithJsonSchema, create_model
from pydantic.json_schema import JsonSchemaValue

from compiler.spec import kinds, types
from compiler.spec.editor_schema import editor_schema
from compiler.spec.emitter_schema import Emitter
from compiler.spec.field_types import NameText, VersionText
from compiler.spec.kinds.model import Model, Release
from compiler.spec.model_type import ModelType
from compiler.spec.spec_cases import Case
from compiler.spec.strict_model import field

Schema: TypeAlias = JsonSchemaValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY_FIELDS = ("apiVersion", "kind", "name", "type")
NOT_IN_LAYERS = (*IDENTITY_FIELDS, "previousNames", "release", "canary", "retirement")
ENTRY_ONLY = ("release", "canary")


def _modules(package: ModuleType) -> list[ModuleType]:
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def all_types() -> dict[str, ModelType]:
    """Every model type by name: the modules of `compiler/spec/types/`."""
    model_types: list[ModelType] = [module.TYPE for module in _modules(types)]
    return {model_type.name: model_type for model_type in sorted(model_types, key=lambda entry: entry.name)}


def all_kinds() -> dict[str, type[BaseModel]]:
    """Every kind of document by name: the modules of `compiler/spec/kinds/`."""
    kind_classes: list[type[BaseModel]] = [module.KIND for module in _modules(kinds)]
    return {kind.__name__: kind for kind in sorted(kind_classes, key=lambda entry: entry.__name__)}


def schema_files() -> dict[str, str]:
    """The text of every published schema, by path below `schemas/`."""
    schemas: dict[str, Schema] = {}
    for name, model_type in all_types().items():
        schemas[f"modelyard/v1/types/{name}.schema.json"] = type_schema(model_type)
    for name, kind in all_kinds().items():
        if name not in {"Model", "Defaults"}:
            schemas[f"modelyard/v1/{_file_name(name)}.schema.json"] = kind_schema(name, kind)
    schemas["modelyard/v1/model.schema.json"] = model_schema()
    schemas["modelyard/v1/emitter/emitter.schema.json"] = kind_schema("Emitter", Emitter)
    schemas["modelyard/v1/defaults.schema.json"] = defaults_schema()
    schemas["modelyard/v1/cases/cases.schema.json"] = cases_schema()
    return {path: json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for path, schema in sorted(schemas.items())}


def kind_schema(name: str, kind: type[BaseModel]) -> Schema:
    """The schema of a kind other than Model."""
    schema = _published_schema(kind)
    if "types" in schema["properties"]:
        schema["properties"]["types"]["propertyNames"] = {"enum": list(all_types())}
    return {"$schema": DIALECT, "$id": f"urn:modelyard:v1:{_file_name(name)}", "title": name, **schema}


def cases_schema() -> Schema:
    """The schema of a file of test cases, which is a list and not a document of the language."""
    case = _published_schema(Case)
    title = {"$schema": DIALECT, "$id": "urn:modelyard:v1:cases", "title": "Cases"}
    list_schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Case"}, "$defs": {"Case": case}}
    return {**title, "description": case["description"], **list_schema}


def type_schema(model_type: ModelType) -> Schema:
    """The four schemas of one model type."""
    release = create_model(
        "Release",
        __base__=Release,
        __doc__=Release.__doc__,
        source=(model_type.source, field(..., description="The content of the release.")),
    )
    resolved_schema = _published_schema(
        create_model(
            "Model",
            __base__=Model,
            __doc__=Model.__doc__,
            type=(str, field(..., digest="runtime", description=f"`{model_type.name}`: {model_type.title}.")),
            a_release=(release, None),
        )
    )
    resolved_schema["properties"].pop("a_release")
    resolved_schema["properties"]["type"] = {"const": model_type.name, **resolved_schema["properties"]["type"]}
    definitions: Schema = resolved_schema.pop("$defs")
    definitions |= {
        f"Partial{name}": _partial_schema(schema, definitions) for name, schema in list(definitions.items())
    }
    layer = _layer_schema(resolved_schema, definitions, excluded_fields=NOT_IN_LAYERS)
    definitions["Layer"] = layer
    definitions["Entry"] = layer | {
        "properties": layer["properties"]
        | {name: _allow_null(_partial_refs(resolved_schema["properties"][name])) for name in ENTRY_ONLY},
        "description": "The values that differ in one environment, and the release that runs there.",
    }
    definitions["Spec"] = _spec_schema(resolved_schema, definitions)
    return {
        "$schema": DIALECT,
        "$id": f"urn:modelyard:v1:model:{model_type.name}",
        "title": f"Model, type {model_type.name}",
        **resolved_schema,
        "x-modelyard-title": model_type.title,
        "x-modelyard-defaults": model_type.defaults,
        **({"x-modelyard-must-select-pods": True} if model_type.must_select_pods else {}),
        "$defs": _reachable_definitions(definitions, {"Layer": None, "Entry": None, "Spec": None} | resolved_schema),
    }


def model_schema() -> Schema:
    """The schema for editors: one closed object, with the fields of each type under a condition."""
    schemas = {name: type_schema(model_type) for name, model_type in all_types().items()}
    base = next(iter(schemas.values()))
    spec: Schema = dict(base["$defs"]["Spec"])
    definitions: Schema = {
        name: schema for name, schema in base["$defs"].items() if name not in {"Source", "Release", "PartialSource"}
    }
    choices = []
    for name, schema in schemas.items():
        renames = {
            definition: f"{name}.{definition}"
            for definition, node in schema["$defs"].items()
            if definitions.get(definition) != node
        }
        definitions |= {
            renames[definition]: _rename_references(schema["$defs"][definition], renames)
            for definition in renames
            if definition != "Spec"
        }
        source, release = ({"$ref": f"#/$defs/{renames[part]}"} for part in ("Source", "Release"))
        choices.append(
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"properties": {"source": source, "releases": {"additionalProperties": release}}},
            }
        )
    properties = spec["properties"] | {
        "type": {"enum": list(schemas), "description": Model.model_fields["type"].description},
        "source": {"type": "object", "description": spec["properties"]["source"]["description"]},
        "releases": {k: v for k, v in spec["properties"]["releases"].items() if k != "additionalProperties"},
    }
    definitions.pop("Spec", None)
    return editor_schema(
        {
            "$schema": DIALECT,
            "$id": "urn:modelyard:v1:model",
            "title": "Model",
            **spec,
            "properties": properties,
            "allOf": choices,
            "$defs": _reachable_definitions(definitions, [properties, choices]),
        }
    )


def defaults_schema() -> Schema:
    """The schema of `_defaults.yaml`: a layer for every type, and one for each environment."""
    base = type_schema(next(iter(all_types().values())))
    definitions: Schema = {
        k: v for k, v in base["$defs"].items() if k not in {"Spec", "Entry", "Source", "PartialSource", "Release"}
    }
    layer = definitions["Layer"]
    kind_node = kind_schema("Defaults", all_kinds()["Defaults"])
    environments = kind_node["properties"]["environments"] | {"additionalProperties": {"$ref": "#/$defs/Layer"}}
    types_ = kind_node["properties"]["types"] | {"additionalProperties": {"$ref": "#/$defs/Layer"}}
    properties = kind_node["properties"] | layer["properties"] | {"environments": environments, "types": types_}
    return editor_schema(
        {**kind_node, "properties": properties, "$defs": _reachable_definitions(definitions, properties)}
    )


def _spec_schema(resolved_schema: Schema, definitions: Schema) -> Schema:
    layer = _layer_schema(resolved_schema, definitions, excluded_fields=(*IDENTITY_FIELDS, *ENTRY_ONLY))
    entries = {
        "type": "object",
        "propertyNames": _name_schema(),
        "additionalProperties": {"$ref": "#/$defs/Entry"},
        "description": "The Environments in which the model runs, with the values that differ there. A stage only sets values.",
    }
    releases = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": _version_schema(),
        "additionalProperties": {"$ref": "#/$defs/Release"},
        "description": "The published releases, by version.",
    }
    release_properties: Schema = {
        "releases": releases,
        "version": _version_schema() | {"description": "The version, for a model with a single release."},
        "source": {"$ref": "#/$defs/Source", "description": "The content of the single release."},
        "environments": entries,
    }
    return layer | {
        "properties": {
            **{name: resolved_schema["properties"][name] for name in IDENTITY_FIELDS},
            **layer["properties"],
            **release_properties,
        },
        "required": list(IDENTITY_FIELDS),
        "dependentRequired": {"source": ["version"], "version": ["source"]},
        "not": {"required": ["source", "releases"]},
        "description": resolved_schema["description"],
    }


def _layer_schema(resolved_schema: Schema, definitions: Schema, excluded_fields: tuple[str, ...]) -> Schema:
    partial_schema = _partial_schema(resolved_schema, definitions)
    properties = {name: node for name, node in partial_schema["properties"].items() if name not in excluded_fields}
    return partial_schema | {
        "properties": properties,
        "description": "A layer of values: nothing is required, and `null` deletes.",
    }


def _partial_schema(schema: Schema, definitions: Schema) -> Schema:
    """The schema of a partial object: nothing is required, `null` is allowed, and elements of keyed lists must name their key."""
    partial = {k: v for k, v in schema.items() if k not in {"required", "oneOf", "dependentRequired", "minProperties"}}
    if "properties" in partial:
        partial["properties"] = {
            name: _partial_node(node, definitions)
            if node.get("x-modelyard-undeletable")
            else _allow_null(_partial_node(node, definitions))
            for name, node in partial["properties"].items()
        }
    return partial


def _partial_node(node: Schema, definitions: Schema) -> Schema:
    if "$ref" in node:
        return _partial_refs(node)
    if node.get("type") == "object" and isinstance(node.get("additionalProperties"), dict):
        return node | {"additionalProperties": _allow_null(_partial_refs(node["additionalProperties"]))}
    key = node.get("x-modelyard-merge")
    if key in {None, "union"}:
        return node
    if "anyOf" in node["items"]:
        choices = [_partial_element(choice, key, definitions) for choice in node["items"]["anyOf"]]
        return node | {"items": node["items"] | {"anyOf": choices}}
    return node | {"items": _partial_element(node["items"], key, definitions)}


def _partial_element(element: Schema, key: str, definitions: Schema) -> Schema:
    """An element of a keyed list in a layer; text is a whole element."""
    if "$ref" not in element:
        return element
    partial = _partial_schema(definitions[element["$ref"].removeprefix("#/$defs/")], definitions)
    delete = {"const": True, "description": "Delete the element with this name."}
    return partial | {"properties": partial["properties"] | {"$delete": delete}, "required": [key]}


def _partial_refs(node: Schema) -> Schema:
    if "$ref" in node:
        return node | {"$ref": node["$ref"].replace("#/$defs/", "#/$defs/Partial")}
    return node


def _allow_null(node: Schema) -> Schema:
    if not node or "const" in node:
        return node
    annotations: Schema = {
        k: node[k] for k in ("description", "x-modelyard-merge", "x-modelyard-digest", "x-modelyard-ref") if k in node
    }
    kind = node.get("type")
    if "enum" in node:
        return node | {"enum": [*node["enum"], None]} | ({"type": [kind, "null"]} if isinstance(kind, str) else {})
    if isinstance(kind, str):
        return node | {"type": [kind, "null"]}
    if isinstance(kind, list):
        return node | {"type": [*kind, "null"]}
    rest = {k: v for k, v in node.items() if k not in annotations}
    return {"anyOf": [rest, {"type": "null"}], **annotations}


def _published_schema(model: type[BaseModel]) -> Schema:
    """Pydantic's schema without titles, and without `null` for fields that are only optional."""
    return _clean_schema(model.model_json_schema(by_alias=True))


def _clean_schema(node: Schema) -> Schema:
    clean_node: Schema = {
        key: {name: _clean_schema(schema) for name, schema in value.items()}
        if key in {"properties", "$defs"}
        else _clean_value(value)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value is None)
    }
    clean_node = _use_property_names(clean_node)
    choices = [choice for choice in clean_node.get("anyOf", []) if choice != {"type": "null"}]
    if "anyOf" in clean_node and len(choices) < len(clean_node["anyOf"]):
        clean_node.pop("anyOf")
        clean_node = {**(choices[0] if len(choices) == 1 else {"anyOf": choices}), **clean_node}
    return clean_node


def _clean_value(value: object) -> object:
    if isinstance(value, list):
        return [_clean_value(item) for item in value]
    return _clean_schema(value) if isinstance(value, dict) else value


def _use_property_names(node: Schema) -> Schema:
    """Use `propertyNames` for maps with names of one kind. Pydantic uses `patternProperties`, which allows every other name."""
    if len(node.get("patternProperties", ())) != 1 or "propertyNames" not in node:
        return node
    (pattern, values), *_ = node["patternProperties"].items()
    rest = {key: value for key, value in node.items() if key != "patternProperties"}
    return {**rest, "propertyNames": {**node["propertyNames"], "pattern": pattern}, "additionalProperties": values}


def _reachable_definitions(definitions: Schema, root: object) -> Schema:
    """The definitions that the root refers to, directly or through others, including definitions that they contain."""
    reachable_names: set[str] = {name for name in root if name in definitions} if isinstance(root, dict) else set()
    queue = [root, *(definitions[name] for name in reachable_names)]
    while queue:
        new_names = {ref.removeprefix("#/$defs/") for ref in _iter_references(queue.pop())} - reachable_names
        reachable_names |= new_names
        queue += [definitions[name] for name in new_names]
    return {name: definitions[name] for name in sorted(reachable_names)}


def _iter_references(node: object) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for child in children:
        yield from _iter_references(child)


def _rename_references(node: object, renames: dict[str, str]) -> object:
    if isinstance(node, list):
        return [_rename_references(item, renames) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"#/$defs/{renames.get(value.removeprefix('#/$defs/'), value.removeprefix('#/$defs/'))}"
        if key == "$ref" and isinstance(value, str)
        else _rename_references(value, renames)
        for key, value in node.items()
    }


def _version_schema() -> Schema:
    return dict(_json_schema_of(VersionText))


def _name_schema() -> Schema:
    return dict(_json_schema_of(NameText))


def _json_schema_of(annotated_type: object) -> Schema:
    """The schema that the annotation of a kind of text holds."""
    schemas = (part.json_schema for part in get_args(annotated_type) if isinstance(part, WithJsonSchema))
    return next(schemas) or {}


def _file_name(kind: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))


def _stale_paths(folder: Path) -> Iterator[str]:
    for path, text in schema_files().items():
        file = folder / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            yield path


def main(folder: Path) -> int:
    """Write the published schemas below the folder and print the paths of changed files."""
    for path in list(_stale_paths(folder)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(schema_files()[path], encoding="utf-8")
        sys.stderr.write(f"wrote {folder / path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas")))
