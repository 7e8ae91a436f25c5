"""`records/register.json` and `.csv` hold every model of a build; they lie below the output folder, and are committed nowhere."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from compiler.diagnostics import codes
from compiler.foundation import resources
from compiler.inventory.columns import COLUMNS
from compiler.pipeline import explanation
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.report import inventory_report
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
FRAUD = "models/payments/card-fraud.yaml"


def sample(**replacements: tuple[str, str]) -> Session:
    tree = WorkTree(ROOT)
    files = {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}
    for old, new in replacements.values():
        (path,) = [path for path in (FRAUD, "modelyard.yaml") if old.encode() in files[path]]
        files[path] = files[path].replace(old.encode(), new.encode())
    return Session(MemoryTree(files))


def files(run: Session) -> dict[str, bytes]:
    return {file.path: file.content for unit in build(run).units for file in unit.files}


@pytest.fixture(scope="module")
def register_files(sample_build) -> dict[str, bytes]:
    return {file.path: file.content for unit in sample_build.units for file in unit.files}


def schema() -> dict[str, object]:
    return json.loads((resources.shipped_folder("templates") / "records/register/register.schema.json").read_bytes())


def test_it_holds_every_model_that_there_is(register_files) -> None:
    register = json.loads(register_files["records/register.json"])
    specs = [path for path in WorkTree(ROOT).paths("models") if b"kind: Model\n" in WorkTree(ROOT).read(path)]
    assert len(register["models"]) == len(specs) == 20
    assert {row["lifecycle"] for row in register["models"]} >= {"retired", "production", "deprecated"}
    assert jsonschema_rs.validator_for(schema(), validate_formats=True).is_valid(register)


def test_it_is_what_the_command_says(register_files, sample_session) -> None:
    inventory = sample_session.inventory
    printed = inventory_report.render_json(inventory, inventory.models)
    assert json.loads(register_files["records/register.json"]) == json.loads(printed)


def test_the_table_says_the_same_and_no_cell_is_a_formula() -> None:
    run = sample(
        one=("summary: Scores card", 'summary: "=HYPERLINK(1),\\"x\\" Scores card'),
        two=("customer waits.\n", 'customer waits."\n'),
    )
    head, *rows = csv.reader(io.StringIO(files(run)["records/register.csv"].decode()))
    assert head == list(COLUMNS)
    assert [row[0] for row in rows] == list(run.inventory.by_name)
    (fraud,) = [dict(zip(head, row, strict=True)) for row in rows if row[0] == "card-fraud"]
    assert fraud["summary"].startswith('\'=HYPERLINK(1),"x"')
    assert not any(cell[:1] in {"=", "+", "-", "@"} for row in rows for cell in row)


def test_it_is_committed_nowhere(sample_build) -> None:
    assert not any("register" in (file.commit_path or "") for unit in sample_build.units for file in unit.files)
    assert [unit.id for unit in sample_build.units if any("register" in file.path for file in unit.files)] == [
        "all.records"
    ]


def test_no_byte_of_it_depends_on_the_day(register_files) -> None:
    tree = sample().tree
    other = files(Session(tree, date(2040, 1, 1), ChangeBase(tree, date(2026, 12, 1))))
    assert {path: other[path] for path in register_files if "register" in path} == {
        path: register_files[path] for path in register_files if "register" in path
    }


def test_a_project_can_do_without_it() -> None:
    run = sample(one=("\n# In order of promotion", "\nemitters: {register: {enabled: false}}\n# In order of promotion"))
    assert not any("register" in path for path in files(run))


def test_what_its_schema_refuses_is_no_output() -> None:
    """A template that leaves something out, or adds something, makes nothing."""
    for old, new in (('"version": 1, ', ""), ('"excluded"', '"Excluded"')):
        run = sample()
        emitter = run.emitters.by_id["register"]
        text = emitter.templates["register.json.j2"]
        assert old in text
        changed = replace(emitter, templates={**emitter.templates, "register.json.j2": text.replace(old, new)})
        run.__dict__["emitters"] = replace(run.emitters, by_id={**run.emitters.by_id, "register": changed})
        built = build(run)
        assert [finding.code for finding in built.findings if finding.is_blocking] == [codes.OUTPUT_INVALID]


def test_a_value_of_it_leads_back_to_the_spec_of_its_model() -> None:
    run = sample()
    index = list(run.inventory.by_name).index("card-fraud")
    (found,) = explanation.explain_artifact(run, "build/records/register.json", f"models[{index}].tier")
    assert found.value == "high"
    assert {made.layers[0].location.path for made in found.sources if made.layers and made.layers[0].location} == {
        FRAUD
    }
