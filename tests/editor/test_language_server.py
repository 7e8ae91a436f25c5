"""A real language server, in a repository that `init` created, finds the schemas of the language without configuration."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from compiler.foundation.resources import kind_schemas, shipped_folder, type_schemas

ROOT = Path(__file__).resolve().parents[2]
TYPES = {name: schema["$defs"]["Source"]["properties"] for name, schema in type_schemas().items()}
EXAMPLES = sorted((shipped_folder("schemas") / "examples").glob("*.yaml"))
MODELINE = re.compile(r"\A# yaml-language-server: \$schema=\S+\n")
ERROR = 1


@pytest.fixture(scope="module")
def modelyard(tmp_path_factory):
    """Runs a command in a repository that `init` made."""
    folder = tmp_path_factory.mktemp("repository")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "compiler", *words]
        return subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, check=True, capture_output=True, text=True
        ).stdout

    run("init")
    return folder, run


@pytest.fixture
def models(modelyard):
    """The folder of its specs."""
    return modelyard[0] / "models"


def model(model_type: str, below: str) -> str:
    head = "# yaml-language-server: $schema=../.modelyard/schemas/model.schema.json\napiVersion: modelyard/v1\n"
    return f"{head}kind: Model\nname: x\ntype: {model_type}\n{below}"


def keys(offered: dict[str, dict]) -> set[str]:
    """Labels of what would add a key; the server offers a whole map, too, by the name of its schema."""
    return {label for label in offered if "." not in label}


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize(
    "prefix_lines",
    ["version: 1.0.0\nsource:\n  |\n", "releases:\n  1.0.0:\n    source:\n      |\n"],
    ids=["short", "releases"],
)
def test_each_type_is_offered_the_keys_of_its_own_source(prefix_lines, name, editor, models) -> None:
    assert keys(editor.completions(models, model(name, prefix_lines))) == set(TYPES[name])


@pytest.mark.parametrize("name", sorted(TYPES))
def test_what_is_offered_is_described(name, editor, models) -> None:
    offered = editor.completions(models, model(name, "version: 1.0.0\nsource:\n  |\n"))
    for key, field in TYPES[name].items():
        assert words(field["description"]) in words(str(offered[key]["documentation"]))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_hover_shows_the_description(name, editor, models) -> None:
    for key, field in TYPES[name].items():
        hover_text = editor.hover(models, model(name, f"version: 1.0.0\nsource:\n  {key[0]}|{key[1:]}: \n"))
        assert words(field["description"]) in words(hover_text), key


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_wrong_key_is_an_error_with_its_name_at_its_line(name, editor, models) -> None:
    text = model(name, "version: 1.0.0\nsource:\n  unheard: 1\nownr: x\n")
    found = {(problem["range"]["start"]["line"], problem["severity"]): problem["message"] for problem in
             editor.diagnostics(models, text)}  # fmt: skip
    lines = text.splitlines()
    assert "unheard" in found[lines.index("  unheard: 1"), ERROR]
    assert "ownr" in found[lines.index("ownr: x"), ERROR]


@pytest.mark.parametrize(
    ("prefix_lines", "choices"),
    [
        ("type: |\n", set(TYPES)),
        ("type: ml\nlifecycle: |\n", {"proposed", "development", "pilot", "production", "retired"}),
        ("type: rules\nversion: 1.0.0\nsource:\n  engine: |\n", {"opa", "gorules"}),
        ("type: ml\nversion: 1.0.0\nsource:\n  format: |\n", {"sklearn", "onnx", "xgboost"}),
        ("type: ensemble\nversion: 1.0.0\nsource:\n  router: |\n", {"sequence", "splitter", "ensemble", "switch"}),
        ("type: ml\ninterface:\n  protocol: |\n", {"v1", "v2", "openai"}),
    ],
    ids=["type", "lifecycle", "engine", "format", "router", "protocol"],
)
def test_a_value_of_a_list_is_completed(prefix_lines, choices, editor, models) -> None:
    text = model("ml", "").replace("type: ml\n", "") + prefix_lines
    assert choices <= set(editor.completions(models, text))


def test_another_types_keys_are_not_offered(editor, models) -> None:
    offered = keys(editor.completions(models, model("rules", "version: 1.0.0\nsource:\n  |\n")))
    assert not {"uri", "baseModel", "router", "solver"} & offered


@pytest.mark.parametrize("place", ["dev", "prod"])
def test_an_environment_is_offered_what_it_may_say(place, editor, models) -> None:
    offered = keys(editor.completions(models, model("ml", f"environments:\n  {place}:\n    |\n")))
    assert {"release", "canary", "deploy"} <= offered
    assert not {"source", "releases", "kind", "name"} & offered


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_a_sound_document(path, editor, models) -> None:
    """Whatever a schema says that the server does not understand would show here."""
    text = path.read_text(encoding="utf-8")
    kind = next(yaml.safe_load_all(text))["kind"]
    schema = next(word for word in (path.stem, path.stem.partition("-")[0]) if title(word) == kind)
    modeline = f"# yaml-language-server: $schema=../.modelyard/schemas/{schema}.schema.json\n"
    assert editor.diagnostics(models, modeline + MODELINE.sub("", text)) == []


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_new_document_is_marked_where_it_stands_empty_and_nowhere_else(name, editor, models, modelyard) -> None:
    text = modelyard[1]("new", "model", "x", "--type", name, "--print")
    depth = modeline_depth(text)
    problems = editor.diagnostics(models / "x" if depth == 2 else models, text)
    lines = text.splitlines()
    marked = [lines[problem["range"]["start"]["line"]] for problem in problems]
    assert marked
    assert [line for line in marked if not re.fullmatch(r"\s*(- )?(\w+:|-)(\s+#.*)?", line)] == []


@pytest.mark.parametrize("kind", sorted(set(kind_schemas()) - {"Model", "Project"}))
def test_a_new_document_of_another_kind_is_described_too(kind, editor, models, modelyard) -> None:
    name = "models/x" if kind == "Defaults" else "x"
    text = modelyard[1]("new", kind, name, "--print")
    folder = modelyard[0] / "models" / "x" if kind != "Policy" else modelyard[0] / "schemas" / "policies"
    (kind_line,) = [line for line in text.splitlines() if line.startswith("kind:")]
    assert f"Always `{kind}`" in words(editor.hover(folder, text.replace(kind_line, f"ki|nd: {kind}")))


def test_the_server_requests_only_configuration_that_every_editor_has(editor, models) -> None:
    editor.completions(models, model("ml", "|\n"))
    assert set(editor.asked_for) <= {"workspace/configuration", "client/registerCapability"}


def words(text: str) -> str:
    """Text without what Markdown and JSON add to it."""
    return " ".join(re.sub(r"\\+|\*", "", text.replace("\\n", " ")).split())


def title(word: str) -> str:
    return "Project" if word == "project" else "".join(map(str.capitalize, word.split("-")))


def modeline_depth(text: str) -> int:
    return MODELINE.match(text)[0].count("../")
