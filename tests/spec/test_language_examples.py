"""The reference examples hold, and between them they show every field of the language."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from compiler.source.yaml_parse import parse

SCHEMAS = Path(__file__).parents[2] / "schemas"
SCHEMA_FOLDER = SCHEMAS / "modelyard" / "v1"
EXAMPLES = sorted((SCHEMAS / "examples").glob("*.yaml"))
ANY_VALUE = object()

NOT_SHOWN: dict[str, str] = {}
"""Fields that no example shows, and why. It may only shrink."""


def load_documents(path: Path) -> list[dict]:
    """What a file says, as the language reads it: to YAML 1.1 the key `on` is a truth value."""
    parsed = parse(path.read_bytes(), path.name)
    assert parsed.findings == (), path.name
    return [document.data for document in parsed.documents]


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def documents() -> Iterator[tuple[Path, dict]]:
    return ((path, document) for path in EXAMPLES for document in load_documents(path))


def file_name(kind: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))


def schema_of(document: dict) -> dict:
    """The schema of a document as it is written."""
    if document["kind"] != "Model":
        return read(SCHEMA_FOLDER / f"{file_name(document['kind'])}.schema.json")
    return {"$ref": "#/$defs/Spec", "$defs": read(SCHEMA_FOLDER / "types" / f"{document['type']}.schema.json")["$defs"]}


def fields(node: dict, definitions: dict, value: object = ANY_VALUE, prefix: str = "") -> Iterator[str]:
    """Every field that a schema knows, by its path; where a value is given, only those that it has."""
    if "$ref" in node:
        node = definitions[node["$ref"].removeprefix("#/$defs/")]
    for choice in node.get("anyOf", []):
        yield from fields(choice, definitions, value, prefix)
    for name, child in node.get("properties", {}).items():
        if value is ANY_VALUE or (isinstance(value, dict) and name in value):
            yield f"{prefix}{name}"
            yield from fields(child, definitions, value if value is ANY_VALUE else value[name], f"{prefix}{name}.")
    elements = [node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), dict)]
    known = node.get("properties", {})
    for child in elements:
        for element in [ANY_VALUE] if value is ANY_VALUE else unknown_elements(value, known):
            yield from fields(child, definitions, element, f"{prefix}*.")


def unknown_elements(value: object, known: dict) -> list:
    if isinstance(value, dict):
        return [element for name, element in value.items() if name not in known]
    return value if isinstance(value, list) else []


SHARED_FIELD_PATTERN = re.compile(
    r"^(?:(?P<Step>pipeline\.(?:data|test|scan|train|canary|evaluate\.run)\.)"
    r"|(?P<Selector>(?:slo\.indicators\.\w+\.(?:total|answered|errors|probe|histogram)|slo\.indicators\.freshness|monitoring\.\*\.series)\.)"
    r"|(?P<Times>slo\.indicators\.(?:latency|timeToFirstToken)\.)"
    r"|(?P<Objective>slo\.(?:latency|timeToFirstToken)\.)"
    r"|(?P<ScalingBehavior>deploy\.(?:prefill\.)?scaling\.behavior\.))"
)
"""What stands in several places is one thing, and one example of it will do."""


def field_names(kind: str, paths: Iterator[str]) -> set[str]:
    """Names of fields: what layers may say is the Model's, and a release's source is its type's."""
    kind, model_type = kind.split("/") if "/" in kind else (kind, "")
    is_layered = kind in {"Model", "Defaults"}
    names = set()
    for path in paths:
        own_name = (
            path.removeprefix("environments.*.").removeprefix("types.*.").removeprefix("releases.*.")
            if is_layered
            else path
        )
        own_name = SHARED_FIELD_PATTERN.sub(
            lambda found: next(name for name, match_text in found.groupdict().items() if match_text) + ".", own_name
        )
        own_name = "$delete" if own_name.endswith(".$delete") else own_name  # one thing, wherever elements merge
        owner = (
            model_type
            if own_name.startswith("source.")
            else "Model"
            if is_layered and own_name not in {"environments", "types"}
            else kind
        )
        names.add(f"{owner}: {own_name}")
    return names


def used_fields(document: dict, value: object) -> set[str]:
    kind, schema = document["kind"], schema_of(document)
    name = f"Model/{document['type']}" if kind == "Model" else kind
    return field_names(name, fields(schema, schema.get("$defs", {}), value))


@pytest.mark.parametrize(
    ("path", "document"), [pytest.param(*pair, id=f"{pair[0].name}-{i}") for i, pair in enumerate(documents())]
)
def test_an_example_is_what_its_schema_asks_for(path, document):
    assert [error.message for error in Draft202012Validator(schema_of(document)).iter_errors(document)] == []
    assert path.stem.startswith(file_name(document["kind"]))


def test_every_kind_and_type_has_an_example():
    kinds = {path.name.removesuffix(".schema.json") for path in SCHEMA_FOLDER.glob("*.schema.json")}
    types = {path.name.removesuffix(".schema.json") for path in (SCHEMA_FOLDER / "types").glob("*.schema.json")}
    assert {path.stem for path in EXAMPLES} == (kinds - {"model"}) | {f"model-{name}" for name in types}


def test_every_field_is_shown_in_an_example():
    known: set[str] = set().union(*(used_fields(document, ANY_VALUE) for _, document in documents()))
    shown: set[str] = set().union(*(used_fields(document, document) for _, document in documents()))
    assert known - shown == set(NOT_SHOWN)
