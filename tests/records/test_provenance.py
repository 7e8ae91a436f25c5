"""Provenance: in-toto's own library takes each Statement, subjects are the files with their digests, and dependencies can be looked up."""

import copy
import hashlib
import json
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict, ParseError
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

from compiler import __version__
from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator

from .conftest import OTHER_DIGEST, bank, documents, tree

UNITS = ["prod/scorer/scorer.statements.jsonl", "records/scorer/scorer.statements.jsonl", "prod/prod.statements.jsonl"]


def validate_statement(statement: Mapping[str, Any]) -> None:
    """What in-toto's library says of a Statement, and of the predicate by its own description; raises where it is none."""
    Statement.copy_from_pb(ParseDict(statement, statement_pb2.Statement())).validate()
    ParseDict(statement["predicate"], provenance_pb2.Provenance())


def statement(records, path: str) -> dict[str, Any]:
    [line] = records.files[path].splitlines()
    return json.loads(line)


@pytest.mark.parametrize("path", UNITS)
def test_the_library_of_in_toto_takes_each_statement(path, full) -> None:
    validate_statement(statement(full, path))


MUTANTS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "another kind": lambda one: one.update(_type="https://in-toto.io/Statement/v0.1"),
    "no subject": lambda one: one.update(subject=[]),
    "a subject without a digest": lambda one: one["subject"][0].pop("digest"),
    "no kind of predicate": lambda one: one.pop("predicateType"),
    "no predicate": lambda one: one.update(predicate={}),
    "an unknown field": lambda one: one.update(signed=False),
    "a builder that is a text": lambda one: one["predicate"]["runDetails"].update(builder="modelyard"),
    "parameters that are a list": lambda one: one["predicate"]["buildDefinition"].update(externalParameters=[]),
    "an unknown field of the predicate": lambda one: one["predicate"].update(commit="abc"),
    "a dependency that is a text": lambda one: one["predicate"]["buildDefinition"].update(resolvedDependencies=["a"]),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_library_of_in_toto_and_the_schema_of_the_emitter_refuse_what_is_none(mutant, full) -> None:
    own_schema = Validator(
        json.loads((shipped_folder("templates") / "records/slsa/statement.schema.json").read_text("utf-8"))
    )
    sound = statement(full, UNITS[0])
    assert own_schema.violations([sound]) == ()
    broken = copy.deepcopy(sound)
    mutant(broken)
    with pytest.raises((ValueError, ParseError)):
        validate_statement(broken)
    assert own_schema.violations([broken])


@pytest.mark.parametrize("path", UNITS)
def test_subjects_are_the_files_of_the_unit_with_their_digests(path, full) -> None:
    folder = path.rpartition("/")[0]
    other_files = {
        other_path
        for other_path in full.files
        if other_path.startswith(f"{folder}/")
        and other_path != path
        and "/" not in other_path.removeprefix(f"{folder}/")
    }
    subjects = {one["name"]: one["digest"]["sha256"] for one in statement(full, path)["subject"]}
    assert set(subjects) == other_files
    assert subjects == {one: hashlib.sha256(full.files[one].encode()).hexdigest() for one in other_files}


@pytest.mark.parametrize("path", UNITS)
def test_what_it_was_made_from_can_be_looked_up(path, full, tmp_path) -> None:
    project = tree(documents())
    dependencies = {
        dependency["name"]: dependency
        for dependency in statement(full, path)["predicate"]["buildDefinition"]["resolvedDependencies"]
    }
    for name in ("modelyard.yaml", "models/all.yaml"):
        assert dependencies.pop(name)["digest"] == {"sha256": hashlib.sha256(project.read(name)).hexdigest()}
    folders = {name: dependency for name, dependency in dependencies.items() if name.startswith("modelyard:templates/")}
    assert folders
    for name, dependency in folders.items():
        command = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum | cut -f1 -d' '"
        run = subprocess.run(
            ["sh", "-c", command], cwd=shipped_folder("templates") / name.removeprefix("modelyard:templates/"), capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        assert dependency["digest"] == {"dirHash": run.stdout.strip()}, (
            "as in-toto's description of digests computes it"
        )
    rest = {name: dependency for name, dependency in dependencies.items() if name not in folders}
    artifact = {"sha256": OTHER_DIGEST.removeprefix("sha256:")}
    if path != UNITS[2]:
        assert {name: (dependency.get("uri"), dependency["digest"]) for name, dependency in rest.items()} == {
            "artifact of 1.0.0": ("s3://models/scorer/1.0.0/", artifact), "artifact of 2.0.0": ("s3://models/scorer/2.0.0/", artifact),
            "registry.example/scorer:1": (None, artifact),
        }  # fmt: skip


def test_it_says_who_built_it_by_its_version_and_neither_time_nor_commit(full) -> None:
    predicate = statement(full, UNITS[0])["predicate"]
    assert predicate["runDetails"] == {
        "builder": {"id": f"pkg:generic/modelyard@{__version__}", "version": {"modelyard": __version__}}
    }
    assert predicate["buildDefinition"]["externalParameters"] == {
        "project": "bank",
        "model": "scorer",
        "environment": "prod",
    }
    assert statement(full, UNITS[1])["predicate"]["buildDefinition"]["externalParameters"] == {
        "project": "bank",
        "model": "scorer",
    }


def test_none_is_committed_and_none_is_handed_to_the_cluster(full, make_records) -> None:
    assert "intoto" not in full.files["prod/scorer/kustomization.yaml"]
    names = make_records(documents(), bank(emitters={})).files
    assert not any(name.endswith(".statements.jsonl") and "approvals" not in name for name in names), (
        "off until a project wants it"
    )
