"""The published schemas are what the classes say, describe every field, and agree with each other."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from pydantic import ValidationError

from compiler.foundation import resources
from compiler.source.yaml_parse import parse
from compiler.spec.spec_schemas import all_kinds, all_types, schema_files

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = resources.shipped_folder("schemas")
GENERATED_FILES = schema_files()
TYPES = sorted(all_types())


def load_documents(path: Path) -> list[dict]:
    """What a file says, as the language reads it: to YAML 1.1 the key `on` is a truth value."""
    return [document.data for document in parse(path.read_bytes(), path.name).documents]


def schema(path: str) -> dict:
    return json.loads(GENERATED_FILES[f"modelyard/v1/{path}.schema.json"])


def documents(*folders: Path) -> Iterator[dict]:
    paths = sorted(path for folder in folders for path in folder.rglob("*.yaml") if "golden" not in path.parts)
    found = (document for path in paths for document in load_documents(path))
    return (document for document in found if "apiVersion" in document)  # the others lie beside specs


SPECS = [
    candidate for candidate in documents(ROOT / "models", SCHEMAS / "examples") if candidate.get("kind") == "Model"
]
EDITOR = Draft202012Validator(schema("model"))
SPEC_VALIDATORS = {
    name: Draft202012Validator({"$ref": "#/$defs/Spec", "$defs": schema(f"types/{name}")["$defs"]}) for name in TYPES
}


@pytest.mark.generated
@pytest.mark.parametrize("path", sorted(GENERATED_FILES))
def test_a_published_schema_is_fresh(path: str, golden) -> None:
    golden(SCHEMAS / path, GENERATED_FILES[path])


def test_nothing_is_published_that_no_class_describes() -> None:
    folder = SCHEMAS / "modelyard"
    assert sorted(path.relative_to(SCHEMAS).as_posix() for path in folder.rglob("*.json")) == sorted(GENERATED_FILES)


def fields_without_description(node: object, path: str) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for name, field in node.get("properties", {}).items():
        if isinstance(field, dict) and not field.get("description"):
            yield f"{path}.{name}"
    for key in ("properties", "$defs"):
        for name, child in node.get(key, {}).items():
            yield from fields_without_description(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        yield from fields_without_description(node.get(key), f"{path}.{key}")


@pytest.mark.parametrize("path", sorted(GENERATED_FILES))
def test_every_field_is_described(path: str) -> None:
    assert list(fields_without_description(json.loads(GENERATED_FILES[path]), "")) == []


def open_map_paths(node: object, path: str) -> Iterator[str]:
    """Maps that take any key: what a project describes elsewhere, and nothing else."""
    if isinstance(node, dict):
        if "properties" in node and node.get("additionalProperties") is not False:
            yield path
        for key, child in node.items():
            yield from open_map_paths(child, f"{path}.{key}")


@pytest.mark.parametrize(
    "path", [path for path in sorted(GENERATED_FILES) if "policy" not in path and "waiver" not in path]
)
def test_the_language_is_closed(path: str) -> None:
    conditions = ("allOf", "if", "then")
    assert [
        where
        for where in open_map_paths(json.loads(GENERATED_FILES[path]), "")
        if not any(f".{part}" in where for part in conditions)
    ] == []


@pytest.mark.parametrize(
    "document", list(documents(SCHEMAS / "examples")), ids=lambda found: f"{found['kind']} {found.get('name')}"
)
def test_classes_and_schemas_take_the_same_examples(document: dict) -> None:
    if document["kind"] == "Model":
        assert EDITOR.is_valid(document)
        assert SPEC_VALIDATORS[document["type"]].is_valid(document)
    else:
        name = "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(document["kind"]))
        assert Draft202012Validator(schema(name)).is_valid(document)
    if document["kind"] not in {"Model", "Defaults"}:
        all_kinds()[document["kind"]].model_validate(document)


def paths(node: object, pointer: tuple = ()) -> Iterator[tuple]:
    yield pointer
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for part, child in children:
        yield from paths(child, (*pointer, part))


JUNK = st.sampled_from([None, 0, -1, 1.5, "", "x", "250ms", [], {}, ["x"], {"x": 1}, True, "rules", "ml", "s3://a/b"])


@st.composite
def mutated_document(draw: st.DrawFn, corpus: list[dict]) -> dict:
    """A document with one thing changed: deleted, replaced, or put where it does not belong."""
    document = copy.deepcopy(draw(st.sampled_from(corpus)))
    pointer = draw(st.sampled_from([pointer for pointer in paths(document) if pointer]))
    holder = document
    for part in pointer[:-1]:
        holder = holder[part]
    action = draw(st.sampled_from(["delete", "replace", "add"]))
    if action == "delete":
        del holder[pointer[-1]]
    elif action == "add" and isinstance(holder, dict):
        holder[draw(st.sampled_from(["release", "files", "uri", "digest", "engine", "x", "env"]))] = draw(JUNK)
    else:
        holder[pointer[-1]] = draw(JUNK)
    return document


@given(mutated_document(SPECS))
def test_an_editor_marks_what_check_refuses(document: dict) -> None:
    kind = str(document.get("type"))
    checked = kind in SPEC_VALIDATORS and SPEC_VALIDATORS[kind].is_valid(document)
    assert EDITOR.is_valid(document) == checked


@pytest.mark.parametrize("document", SPECS, ids=lambda found: found["name"])
def test_an_editor_takes_what_check_takes(document: dict) -> None:
    assert EDITOR.is_valid(document)
    assert SPEC_VALIDATORS[document["type"]].is_valid(document)


OTHER_DOCUMENTS = [
    document
    for document in documents(ROOT / "models", SCHEMAS / "examples")
    if document["kind"] not in {"Model", "Defaults", "Policy", "Waiver"}
]


@given(mutated_document(OTHER_DOCUMENTS))
def test_classes_take_what_their_schema_takes(document: dict) -> None:
    """The other way round does not hold: text with a pattern is plain text to the class."""
    kind = str(document.get("kind"))
    if kind not in all_kinds() or kind in {"Model", "Defaults"}:
        return
    name = "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))
    if Draft202012Validator(schema(name)).is_valid(document):
        try:
            all_kinds()[kind].model_validate(document)
        except ValidationError as error:
            pytest.fail(str(error))


def open_maps(node: object, path: str = "") -> Iterator[str]:
    """Maps that take keys of any kind beside those that a pattern names."""
    if isinstance(node, dict):
        if "patternProperties" in node and node.get("additionalProperties") is not False:
            yield path
        for key, child in node.items():
            yield from open_maps(child, f"{path}/{key}")
    elif isinstance(node, list):
        for child in node:
            yield from open_maps(child, path)


def test_no_map_takes_a_name_that_is_none() -> None:
    assert {
        path: found for path in GENERATED_FILES if (found := list(open_maps(json.loads(GENERATED_FILES[path]))))
    } == {}
    environment = Draft202012Validator(schema("environment"))
    document = {"apiVersion": "modelyard/v1", "kind": "Environment", "name": "prod", "stage": "prod"}
    assert environment.is_valid(document | {"namespaces": {"payments": "payments-models"}})
    assert not environment.is_valid(document | {"namespaces": {"Pay ments": "payments-models"}})
    assert not environment.is_valid(document | {"namespaces": {"payments": "Pay ments"}})


def test_a_layer_takes_a_name_away_from_a_map() -> None:
    layer = Draft202012Validator({"$ref": "#/$defs/Layer", "$defs": schema("types/ml")["$defs"]})
    assert layer.is_valid({"labels": {"portfolio": None}, "deploy": {"adopt": {"selector": {"app": None}}}})
    assert not layer.is_valid({"labels": {"Port folio": "a"}})


ECMA_ESCAPE = re.compile(r"""\\(?:[dDwWsSbBtnvfr0^$\\.*+?()\[\]{}|/-]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|p\{)""")


def patterns(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value["pattern"] for _ in [0] if isinstance(value.get("pattern"), str))
        yield from value.get("patternProperties", ())
        yield from (pattern for part in value.values() for pattern in patterns(part))
    elif isinstance(value, list):
        yield from (pattern for part in value for pattern in patterns(part))


@pytest.mark.parametrize("path", sorted(GENERATED_FILES))
def test_patterns_have_only_escapes_that_unicode_expressions_of_javascript_allow(path: str) -> None:
    """As `check-jsonschema` and editors compile them (ECMA-262, flag `u`)."""
    for pattern in patterns(json.loads(GENERATED_FILES[path])):
        assert "\\" not in ECMA_ESCAPE.sub("", pattern), pattern
