"""A schema of a project validates output, unless its references would take exponential time."""

import json
from types import SimpleNamespace

import pytest

from compiler.render.output_schemas import OutputSchemas
from compiler.source.memory_tree import MemoryTree


def schema_of(schema: dict):
    tree = MemoryTree({"schemas/crds/bank.example/thing_v1.json": json.dumps(schema)})
    emitter = SimpleNamespace(schemas={}, digest="")
    return OutputSchemas(tree, "schemas").schema_for(emitter, "bank.example/v1/Thing", {})


def doubling(levels: int) -> dict:
    steps = {f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * 2} for level in range(1, levels)}
    return {"$ref": f"#/$defs/d{levels - 1}", "$defs": {"d0": {"type": "object"}, **steps}}


def test_references_that_double_are_not_evaluated() -> None:
    assert schema_of(doubling(40)) is None


def test_an_ordinary_schema_validates() -> None:
    schema = schema_of({"type": "object", "properties": {"a": {"type": "string"}}})
    assert schema is not None
    assert not schema.validator.is_valid({"a": 1})
    assert schema_of(doubling(4)) is not None


def test_a_schema_that_is_nested_too_deeply_is_not_evaluated() -> None:
    nested: dict = {"type": "object"}
    for _ in range(300):
        nested = {"properties": {"a": nested}}
    assert schema_of(nested) is None


def findings_of(path: str, text: str) -> list[str]:
    output_schemas = OutputSchemas(MemoryTree({f"schemas/crds/{path}": text}), "schemas")
    emitter, key = SimpleNamespace(schemas={}, digest=""), "bank.example/v1/Thing"
    output_schemas.schema_for(emitter, key, {})
    findings = output_schemas.findings(emitter, key)
    assert all(finding.location.path == f"schemas/crds/{path}" for finding in findings)
    return [f"{finding.code.id} {finding.message}" for finding in findings]


def test_a_file_that_is_no_usable_schema_is_an_error() -> None:
    path = "bank.example/thing_v1.json"
    assert "would visit one value more than" in findings_of(path, json.dumps(doubling(40)))[0]
    assert findings_of(path, '{"type": "nothing"}')[0].startswith("MY504 bank.example/v1/Thing: invalid JSON Schema")
    deep = '{"properties":' * 100_000 + "{}" + "}" * 100_000
    assert findings_of(path, deep) == ["MY504 the file is not a JSON object, or is nested too deeply"]
    assert findings_of("a.yaml", "kind: Other\n") == ["MY504 the file defines no custom resource with a schema"]
    assert len(findings_of("a.yaml", "a: [\n")) == 1
    assert findings_of(path, "{}") == []


def test_a_file_of_definitions_may_be_larger_than_a_spec() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "x" * (1 << 20)}}}
    crd = {
        "spec": {
            "group": "bank.example",
            "names": {"kind": "Thing"},
            "versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}],
        }
    }
    assert findings_of("crd.yaml", json.dumps(crd)) == []


def missing_version(key: str, version: str):
    environment = {"capabilities": {"kubernetes": {"version": version}}}
    return OutputSchemas(MemoryTree({}), "schemas").version_without_schemas(key, environment)


def test_a_version_that_no_package_has_is_why_the_clusters_own_kinds_have_no_schema() -> None:
    pytest.importorskip("kubernetes_validate")
    missing = missing_version("apps/v1/Deployment", "1.99")
    assert (missing.pointer, missing.version) == (("capabilities", "kubernetes", "version"), "1.99")
    assert "1.34" in missing.installed_versions
    assert list(missing.installed_versions) == sorted(missing.installed_versions, key=lambda v: int(v.split(".")[1]))
    assert missing_version("apps/v1/Deployment", "1.34") is None
    assert missing_version("serving.kserve.io/v1beta1/InferenceService", "1.99") is None
