"""The official test suite of JSON Schema 2020-12 (json-schema-org/JSON-Schema-Test-Suite), required and optional parts, comes out whole.

MODELYARD_TEST_JSON_SCHEMA_SUITE names its folder; the source distribution of the package jsonschema holds it as `json/`.
"""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compiler.json_schema.validator import Validator

DRAFT = "draft2020-12"
NOT_ASKED = {
    "format.json": "says that formats are remarks; here they are asserted, as optional/format/ has it",
    "optional/format-assertion.json": "is about vocabularies that turn formats on and off",
}


@pytest.fixture(scope="module")
def suite(skip_without) -> Path:
    named = os.environ.get("MODELYARD_TEST_JSON_SCHEMA_SUITE")
    if named and (Path(named) / "tests" / DRAFT).is_dir():
        return Path(named)
    remedy = (
        "unpack the source distribution of jsonschema, and name its folder `json` in MODELYARD_TEST_JSON_SCHEMA_SUITE"
    )
    return skip_without("json-schema-suite", remedy)


def groups(suite: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    root = suite / "tests" / DRAFT
    for path in sorted(root.rglob("*.json")):
        name = path.relative_to(root).as_posix()
        if name not in NOT_ASKED:
            for group in json.loads(path.read_text(encoding="utf-8")):
                yield f"{name}: {group['description']}", group


@cache
def remotes(suite: Path) -> Mapping[str, Any]:
    """What the suite expects to be served, given instead: nothing is fetched."""
    schemas: dict[str, Any] = {}
    for path in sorted((suite / "remotes").rglob("*.json")):
        name = path.relative_to(suite / "remotes").as_posix()
        if name.startswith(("draft-next", "v1", "draft3", "draft4")):
            continue
        schemas[f"http://localhost:1234/{name}"] = json.loads(path.read_text(encoding="utf-8"))
    return schemas


def test_every_case_comes_out(suite) -> None:
    case_count, wrong = 0, []
    for name, group in groups(suite):
        schema = group["schema"]
        validator = Validator(schema if isinstance(schema, dict) else {"allOf": [schema]}, resources=remotes(suite))
        for case in group["tests"]:
            case_count += 1
            if validator.is_valid(case["data"]) != case["valid"]:
                wrong.append(f"{name}: {case['description']}")
    assert wrong == []
    assert case_count > 1700
