"""`new` writes documents to fill in: `check` asks for what stands empty, and for nothing once it is filled."""

import json
import re
from pathlib import Path

import pytest
import yaml

from compiler.foundation.resources import kind_schemas, shipped_folder, type_schemas

pytestmark = pytest.mark.wheel

TYPES = sorted(type_schemas())
KINDS = ["Dataset", "Defaults", "Environment", "Policy", "Team", "UseCase", "Waiver"]
EXAMPLES = shipped_folder("schemas") / "examples"
ANY_TYPE = f"""
id: shown
title: Shown
supports: {{types: [{", ".join(TYPES)}]}}
files:
  - {{path: note.txt, template: note.txt.j2, when: model == model && release == release}}
"""


@pytest.fixture
def fresh(tmp_path, monkeypatch, run_command):
    """What `init` makes, with a target that takes every type, so that what shipped ones say can change."""
    monkeypatch.chdir(tmp_path)
    assert run_command("init", "--name", "bank").code == 0
    emitter = tmp_path / "templates" / "targets" / "shown"
    emitter.mkdir(parents=True)
    (emitter / "emitter.yaml").write_text(ANY_TYPE, encoding="utf-8")
    (emitter / "note.txt.j2").write_text("{{ model.name }}\n", encoding="utf-8")
    return tmp_path


def word(kind: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind).lower()


def holes(text: str) -> dict[tuple, tuple[int, int]]:
    """What stands empty, by pointer: its line and the index where a value belongs."""
    positions = {}

    def walk(node: yaml.Node, pointer: tuple) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                walk(value, (*pointer, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                walk(value, (*pointer, index))
        elif node.value == "":
            positions[pointer] = (node.start_mark.line + 1, node.start_mark.index)

    walk(yaml.compose(text), ())
    return positions


def example_value(kind: str, model_type: str, pointer: tuple) -> object:
    """The value that the worked example has there; of a model's releases, any one that says it."""
    here = {"model": "refund-policy", "owner": "decisions", "router": "sequence"}  # a splitter asks for weights, too
    if pointer[-1] in here:
        return here[pointer[-1]]
    name = f"model-{model_type}" if kind == "Model" else word(kind)
    if pointer[0] == "releases":
        pointer = pointer[2:]  # the example has releases of other versions
    for document in yaml.safe_load_all((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")):
        for section in (document, *document.get("releases", {}).values()):
            value = section
            for part in pointer:
                value = value[part] if isinstance(value, list) or (isinstance(value, dict) and part in value) else None
            if value is not None:
                return value
    raise LookupError(pointer)


def fill_lines(path: Path, kind: str, model_type: str, lines: set[int]) -> None:
    """Say what stands empty at the lines, as the example does."""
    text = path.read_text(encoding="utf-8")
    empty_fields = [(index, pointer) for pointer, (line, index) in holes(text).items() if line in lines]
    for index, pointer in sorted(empty_fields, reverse=True):
        value = example_value(kind, model_type, pointer)
        if "files" in pointer:
            (path.parent / value).write_text("", encoding="utf-8")
        text = f"{text[:index]} {json.dumps(value)}{text[index:]}"
    path.write_text(text, encoding="utf-8")


def finding_lines(run_command, path: Path) -> set[int]:
    """The lines of the file at which something has to be mended; nothing has elsewhere."""
    found = json.loads(run_command("check", "--format", "json").out)["findings"]
    findings = [finding for finding in found if finding["enforcement"] == "mandatory"]
    assert {finding["path"] for finding in findings} <= {path.as_posix()}, findings
    return {finding["line"] for finding in findings}


def fill_in(run_command, path: Path, kind: str, model_type: str = "") -> None:
    """Do what `check` asks for until it asks for nothing; it asks only for what stands empty."""
    for _ in range(4):
        lines = finding_lines(run_command, path)
        empty = {line for line, _ in holes(path.read_text(encoding="utf-8")).values()}
        assert lines <= empty, "what is written already is right"
        if not lines:
            break
        fill_lines(path, kind, model_type, lines)
    assert holes(path.read_text(encoding="utf-8")) == {}, "check asks for everything that stands empty"


def only_new(folder: Path, before: set[Path]) -> Path:
    (made,) = set(folder.rglob("*.yaml")) - before
    return made.relative_to(folder)


@pytest.mark.parametrize("name", TYPES)
def test_a_model_of_each_type_is_sound_once_what_stands_empty_is_filled_in(name, fresh, run_command) -> None:
    before = set(fresh.rglob("*.yaml"))
    result = run_command("new", "model", "card-fraud", "--type", name, "--target", "shown")
    assert (result.code, result.out) == (0, "")
    path = only_new(fresh, before)
    assert path.as_posix() in result.err
    assert ("summary",) in holes(path.read_text(encoding="utf-8")), "only its authors know what it does"
    fill_in(run_command, path, "Model", name)
    assert run_command("build").code == 0
    assert (fresh / "build" / "dev" / "card-fraud" / "note.txt").read_text(encoding="utf-8").endswith("card-fraud\n")


def test_a_waiver_asks_for_what_only_people_can_say(fresh, run_command) -> None:
    result = run_command("new", "waiver", "well-argued", "--print")
    required_fields = set(kind_schemas()["Waiver"]["required"]) - {"apiVersion", "kind", "name"}
    assert required_fields <= {pointer[0] for pointer in holes(result.out)}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"Policy", "Waiver"}])
def test_a_document_of_each_other_kind_is_sound_once_it_is_filled_in(kind, fresh, run_command) -> None:
    old_files = set(fresh.rglob("*.yaml"))
    name = "models/payments" if kind == "Defaults" else "card-authorisation"
    if kind == "Defaults":
        assert (
            run_command(
                "new", "model", "rules-of-thumb", "--type", "vendor", "--target", "shown", "--folder", name
            ).code
            == 0
        )
        fill_in(run_command, Path("models/payments/rules-of-thumb.yaml"), "Model", "vendor")
        old_files = set(fresh.rglob("*.yaml"))
    result = run_command("new", word(kind), name)
    assert result.code == 0
    if "add it to `environments` in modelyard.yaml" in result.err:
        project = (fresh / "modelyard.yaml").read_text(encoding="utf-8")
        (fresh / "modelyard.yaml").write_text(project.replace("staging, prod]", f"{name}, staging, prod]"), "utf-8")
    path = only_new(fresh, old_files)
    fill_in(run_command, path, kind)


def test_every_kind_and_type_is_tried() -> None:
    assert {*KINDS, "Model", "Project"} == set(kind_schemas())


@pytest.mark.parametrize("name", TYPES)
def test_nothing_is_made_up(name, fresh, run_command) -> None:
    text = run_command("new", "model", "x", "--type", name, "--print").out
    assert not re.search(r"sha256:[0-9a-f]{8}|://", re.sub(r"#.*", "", text))


@pytest.mark.parametrize("name", TYPES)
def test_every_field_of_its_source_is_reported_in_the_schemas_own_words(name, fresh, run_command) -> None:
    definitions = type_schemas()[name]["$defs"]
    source = definitions["Source"]["properties"]
    text = " ".join(run_command("new", "model", "x", "--type", name, "--print").out.replace("#", " ").split())
    for field, node in source.items():
        assert f"{field}:" in text
        described = node if "description" in node else definitions[node["$ref"].rpartition("/")[2]]
        assert " ".join(described["description"].split()) in text


def test_what_is_printed_is_what_is_written(fresh, run_command) -> None:
    result = run_command("new", "model", "x", "--type", "llm", "--print")
    assert result.err == ""
    assert not (fresh / "models" / "x.yaml").exists()
    run_command("new", "model", "x", "--type", "llm")
    assert (fresh / "models" / "x.yaml").read_text(encoding="utf-8") == result.out


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["model", "x", "--type", "ml"], "models/x.yaml"),
        (["model", "x", "--type", "ml", "--folder", "models/payments/"], "models/payments/x.yaml"),
        (["model", "x", "--type", "rules"], "models/x/spec.yaml"),
        (["team", "x"], "models/teams/x.yaml"),
        (["use-case", "x"], "models/use-cases/x.yaml"),
        (["UseCase", "x"], "models/use-cases/x.yaml"),
        (["dataset", "x"], "models/datasets/x.yaml"),
        (["environment", "x"], "models/environments/x.yaml"),
        (["waiver", "x"], "models/waivers/x.yaml"),
        (["policy", "x"], "schemas/policies/x.yaml"),
        (["defaults", "models/payments"], "models/payments/_defaults.yaml"),
        (["defaults", "models"], "models/_defaults.yaml"),
    ],
    ids=" ".join,
)
def test_it_stands_where_its_kind_belongs_and_leads_an_editor_to_its_schema(words, path, fresh, run_command) -> None:
    assert run_command("new", *words).code == 0
    text = (fresh / path).read_text(encoding="utf-8")
    modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    schema = json.loads(((fresh / path).parent / modeline[1]).read_bytes())
    assert schema["title"] == yaml.safe_load(text)["kind"]


def test_the_folders_of_the_project_are_its_own(fresh, run_command) -> None:
    (fresh / "models").rename(fresh / "specs")
    with (fresh / "modelyard.yaml").open("a", encoding="utf-8") as project:
        project.write("folders: {models: specs}\n")
    assert run_command("new", "team", "x").code == 0
    assert (fresh / "specs" / "teams" / "x.yaml").exists()
    assert run_command("new", "defaults", "models").code == 2


def test_what_is_obvious_is_filled_in_and_what_is_not_is_listed(fresh, run_command) -> None:
    def model(*words: str) -> str:
        return run_command("new", "model", "x", "--type", "rules", "--print", *words).out

    assert yaml.safe_load(model())["owner"] == "decisions"
    assert yaml.safe_load(model())["environments"] == {"dev": {"release": "0.1.0"}}
    assert yaml.safe_load(model())["deploy"]["target"] is None, "two targets take rules"
    assert "Known: kubernetes, shown." in model()
    assert yaml.safe_load(model("--target", "shown"))["deploy"]["target"] == "shown"
    run_command("new", "team", "lending")
    assert yaml.safe_load(model())["owner"] is None
    assert "Known: decisions, lending." in model()
    assert yaml.safe_load(model("--owner", "lending"))["owner"] == "lending"


def test_inherited_fields_are_left_out(fresh, run_command) -> None:
    defaults = "apiVersion: modelyard/v1\nkind: Defaults\nowner: decisions\nlifecycle: pilot\ndeploy: {target: shown}\n"
    (fresh / "models" / "risk").mkdir()
    (fresh / "models" / "risk" / "_defaults.yaml").write_text(defaults, encoding="utf-8")
    below = yaml.safe_load(
        run_command("new", "model", "x", "--type", "ml", "--folder", "models/risk/deep", "--print").out
    )
    assert not {"owner", "lifecycle", "deploy"} & below.keys()
    beside = yaml.safe_load(run_command("new", "model", "x", "--type", "ml", "--folder", "models/risky", "--print").out)
    assert {"owner", "lifecycle", "deploy"} <= beside.keys()


def test_a_tenant_is_included_where_each_has_a_namespace(fresh, run_command) -> None:
    dev = fresh / "models" / "environments" / "dev.yaml"
    text = dev.read_text(encoding="utf-8")
    dev.write_text(re.sub(r"namespace: .*", "namespaces: {lending: lending-dev}", text), encoding="utf-8")
    assert yaml.safe_load(run_command("new", "model", "x", "--type", "ml", "--print").out)["tenant"] == "lending"


def test_a_project_without_a_document_can_have_its_first(tmp_path, monkeypatch, run_command) -> None:
    monkeypatch.chdir(tmp_path)
    project = "apiVersion: modelyard/v1\nkind: Project\nname: bank\nenvironments: [dev]\n"
    (tmp_path / "modelyard.yaml").write_text(project, encoding="utf-8")
    assert run_command("new", "team", "risk").code == 0
    assert (tmp_path / "models" / "teams" / "risk.yaml").read_text(encoding="utf-8").startswith("apiVersion"), (
        "no schema"
    )


@pytest.mark.parametrize(
    ("words", "message", "help_"),
    [
        (["modle", "x"], "there is no kind `modle`", "did you mean `model`?"),
        (["project", "x"], "`new` does not create projects", "modelyard init"),
        (["cases", "x"], "Cases is not one", "modelyard schema cases"),
        (["model", "x"], "a model requires --type", "agent, ensemble, heuristic"),
        (["model", "x", "--type", "rule"], "no model type `rule`", "did you mean `rules`?"),
        (["model", "x", "--type", "ml", "--owner", "decision"], "no Team `decision`", "did you mean `decisions`?"),
        (["model", "x", "--type", "ml", "--target", "show"], "no target `show`", "did you mean `shown`?"),
        (["model", "x", "--type", "ml", "--folder", "elsewhere"], "is outside of models/", "in models/"),
        (["model", "x", "--type", "ml", "--folder", "models/../.."], "is not inside the project", "relative"),
        (["model", "x", "--type", "ml", "--folder", "/models"], "is not inside the project", "relative"),
        (["defaults", "elsewhere"], "is outside of models/", "in models/"),
        (["defaults", "models/a", "--folder", "models"], "the folder that they apply to", "omit --folder"),
        (["model", "X Y", "--type", "ml"], "`X Y` is not a name of lower-case letters", "choose another name"),
        (["team", "../x"], "`../x` is not a name", ""),
        (["team", "x", "--type", "ml"], "--type applies to models only", "omit --type"),
        (["team", "x", "--owner", "y"], "--owner applies to models only", "omit --owner"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_cannot_be_is_answered_with_what_can(words, message, help_, fresh, run_command) -> None:
    old_files = set(fresh.rglob("*"))
    result = run_command("new", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help_ in result.err
    assert set(fresh.rglob("*")) == old_files


def test_a_name_that_is_taken_is_answered_with_its_place(fresh, run_command) -> None:
    result = run_command("new", "model", "refund-policy", "--type", "ml")
    assert result.code == 2
    line = (
        (fresh / "models/refund-policy/spec.yaml").read_text(encoding="utf-8").splitlines().index("name: refund-policy")
    )
    assert f"there is already a Model `refund-policy`: models/refund-policy/spec.yaml:{line + 1}" in result.err
    assert run_command("new", "team", "refund-policy").code == 0, "another kind has names of its own"


def test_a_name_that_a_broken_document_has_is_taken(fresh, run_command) -> None:
    spec = fresh / "models" / "refund-policy" / "spec.yaml"
    spec.write_text(spec.read_text(encoding="utf-8") + "unknown: 1\n", encoding="utf-8")
    result = run_command("new", "model", "refund-policy", "--type", "ml")
    assert result.code == 2
    assert "and it has errors" in result.err


def test_a_file_that_is_there_is_never_overwritten(fresh, run_command) -> None:
    (fresh / "models" / "x.yaml").write_text("# mine\n", encoding="utf-8")
    result = run_command("new", "model", "x", "--type", "ml")
    assert result.code == 2
    assert "there is already a file models/x.yaml" in result.err
    assert (fresh / "models" / "x.yaml").read_text(encoding="utf-8") == "# mine\n"


def test_outside_of_a_project_it_says_what_to_do(tmp_path, monkeypatch, run_command) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command("new", "team", "x").code == 2
    assert run_command("init", "there").code == 0
    assert run_command("new", "team", "x", "--project", "there").code == 0
    assert (tmp_path / "there" / "models" / "teams" / "x.yaml").exists()


def test_a_new_model_names_its_release_for_each_environment(fresh, run_command) -> None:
    text = run_command("new", "model", "x", "--type", "ml", "--print").out
    model = yaml.safe_load(text)
    assert (list(model["releases"]), model["environments"]) == (["0.1.0"], {"dev": {"release": "0.1.0"}})
    assert not {"version", "source"} & set(model), "they would change every environment at once"


def test_a_new_policy_works_and_passes_its_tests(fresh, run_command) -> None:
    created = run_command("new", "policy", "well-argued")
    assert "modelyard policy test well-argued" in created.err
    assert yaml.safe_load(run_command("new", "policy", "other", "--print").out)["rules"] == [
        {"expression": "has(model.sla.availability)", "message": "the availability is missing"}
    ]
    tested = run_command("policy", "test", "well-argued")
    assert (tested.code, tested.out) == (0, "No issues found in 1 policy\n")
    assert "bad examples violate 1 of 1 rules" in tested.err
