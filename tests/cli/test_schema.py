"""`schema` prints what is published, and keeps the copies that editors read."""

import json
import re
import shlex

import pytest
import yaml
from jsonschema_rs import Draft202012Validator

from compiler.foundation.resources import kind_schemas, shipped_folder, type_schemas

pytestmark = pytest.mark.wheel

SCHEMA_FOLDER = shipped_folder("schemas") / "modelyard" / "v1"
TYPES = sorted(type_schemas())
EXAMPLE = re.compile(r"^ +(modelyard \S.*)$", re.MULTILINE)


def test_the_examples_of_its_help_run(tmp_path, monkeypatch, run_command) -> None:
    monkeypatch.chdir(tmp_path)
    examples = EXAMPLE.findall(run_command("schema", "--help").out)
    assert examples
    for example in examples:
        assert run_command(*shlex.split(example)[1:]).code == 0, example
    assert json.loads((tmp_path / "llm.schema.json").read_text(encoding="utf-8"))["title"] == "Model, type llm"


def test_every_kind_and_type_is_listed_with_its_file(run_command) -> None:
    result = run_command("schema")
    listed = dict(re.findall(r"^(\S+) +(\S+\.json)$", result.out, re.MULTILINE))
    assert {f"model/{name}" for name in TYPES} <= listed.keys()
    assert sorted(listed.values()) == sorted(str(path) for path in SCHEMA_FOLDER.rglob("*.schema.json"))
    assert result.err == ""


@pytest.mark.parametrize("text", ["model", "Model", "MODEL"])
def test_a_kind_is_found_however_it_is_spelled(text, run_command) -> None:
    assert json.loads(run_command("schema", text).out) == kind_schemas()["Model"]


@pytest.mark.parametrize("text", ["use-case", "UseCase", "usecase", "use_case"])
def test_a_kind_of_two_words_is_found_too(text, run_command) -> None:
    assert json.loads(run_command("schema", text).out)["title"] == "UseCase"


@pytest.mark.parametrize("name", TYPES)
def test_the_schema_of_a_type_is_that_of_a_document_as_it_is_written(name, run_command) -> None:
    schema = json.loads(run_command("schema", f"model/{name}").out)
    assert schema == json.loads(run_command("schema", "model", "--type", name).out)
    examples = shipped_folder("schemas") / "examples" / f"model-{name}.yaml"
    documents = list(yaml.safe_load_all(examples.read_text(encoding="utf-8")))
    whole, checker = (
        json.loads((SCHEMA_FOLDER / "types" / f"{name}.schema.json").read_bytes()),
        Draft202012Validator(schema),
    )
    for document in documents:
        assert [error.message for error in checker.iter_errors(document)] == []
        assert not checker.is_valid(document | {"type": "other"})
        assert not checker.is_valid(document | {"unknown": 1})
    assert schema["$defs"].items() <= whole["$defs"].items()


def test_it_goes_to_a_file_or_to_a_pipe(tmp_path, run_command) -> None:
    result = run_command("schema", "team", "-o", str(tmp_path / "a" / "team.json"))
    assert (result.out, result.err) == ("", "")
    assert (tmp_path / "a" / "team.json").read_text(encoding="utf-8") == run_command("schema", "team", "-o", "-").out


@pytest.mark.parametrize(
    ("words", "message", "help_"),
    [
        (["modle"], "there is no kind `modle`", "did you mean `model`?"),
        (["elephant"], "there is no kind `elephant`", "one of: cases, dataset, defaults,"),
        (["model/lmm"], "there is no model type `lmm`", "did you mean `llm`?"),
        (["model", "--type", "rule"], "there is no model type `rule`", "did you mean `rules`?"),
        (["team/llm"], "Team has no types", "modelyard schema team"),
        (["team", "--type", "llm"], "Team has no types", "modelyard schema team"),
        (["model/llm", "--type", "ml"], "contradict each other", "omit one"),
        (["model", "--all", "-o", "x"], "--all writes the schemas of all kinds", "omit --all"),
        (["--all"], "--all requires --output", "modelyard schema --all -o .modelyard/schemas"),
        (["--check"], "--check requires --all", "--all --check"),
    ],
)
def test_what_cannot_be_is_answered_with_what_can(words, message, help_, run_command) -> None:
    result = run_command("schema", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help_ in result.err


def test_the_copies_that_editors_read_are_written_and_compared(tmp_path, run_command) -> None:
    folder = tmp_path / "schemas"
    assert run_command("schema", "--all", "--check", "-o", str(folder)).code == 1
    assert not folder.exists()
    assert run_command("schema", "--all", "-o", str(folder)).code == 0
    published = {path.name for path in SCHEMA_FOLDER.rglob("*.json") if path.parent.name != "types"}
    assert {path.name for path in folder.iterdir()} == published
    assert run_command("schema", "--all", "--check", "-o", str(folder)).code == 0
    (folder / "team.schema.json").write_text("{}", encoding="utf-8")
    result = run_command("schema", "--all", "--check", "-o", str(folder))
    assert (result.code, result.out) == (1, f"{folder / 'team.schema.json'}\n")
    assert "1 written" in run_command("schema", "--all", "-o", str(folder)).err
    assert (folder / "team.schema.json").read_bytes() == (SCHEMA_FOLDER / "team.schema.json").read_bytes()


def test_a_folder_that_cannot_be_written_is_the_surroundings_fault(tmp_path, run_command) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert run_command("schema", "--all", "-o", str(tmp_path / "file")).code == 4
    assert run_command("schema", "team", "-o", str(tmp_path / "file" / "x.json")).code == 4
