"""`init` makes a repository that checks and builds at once, and overwrites nothing."""

import json
import os
import re
import shlex
import subprocess

import pytest
import yaml

from compiler.foundation.resources import shipped_folder

pytestmark = pytest.mark.wheel

SPECS = {"modelyard.yaml", "models/teams.yaml", "models/refund-policy/spec.yaml", "models/environments/prod.yaml"}
MODELINE = re.compile(r"\A# yaml-language-server: \$schema=(\S+)\n")
EXAMPLE = re.compile(r"^ +(modelyard \S.*)$", re.MULTILINE)


@pytest.fixture
def empty(tmp_path, monkeypatch):
    folder = tmp_path / "fraud-models"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files(folder) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_examples_of_its_help_run(empty, run_command) -> None:
    examples = EXAMPLE.findall(run_command("init", "--help").out)
    assert examples
    for example in examples:
        assert run_command(*shlex.split(example)[1:]).code == 0, example


def test_what_it_makes_checks_and_builds_at_once_without_a_finding(empty, run_command) -> None:
    result = run_command("init")
    assert (result.code, result.out) == (0, "")
    assert "modelyard check && modelyard build" in result.err
    assert files(empty).keys() >= SPECS
    assert json.loads(run_command("check", "--format", "json").out)["findings"] == []
    built = run_command("build")
    assert built.code == 0
    assert re.fullmatch(r"\d+ created in \./\n\d+ created in build/\n", built.err), (
        "nothing else to say, such as what was not checked"
    )
    for environment in ("dev", "staging", "prod"):
        assert (empty / "build" / environment / "refund-policy" / "kustomization.yaml").is_file()


def test_a_release_that_is_added_in_dev_changes_no_other_environment(empty, run_command) -> None:
    run_command("init")
    run_command("build")
    before = files(empty / "build")
    spec = empty / "models" / "refund-policy" / "spec.yaml"
    source = "{engine: opa, files: [0.2.0/policy.rego], entrypoint: refunds/policy/decision}"
    text = spec.read_text(encoding="utf-8").replace("dev: {release: 0.1.0}", "dev: {release: 0.2.0}")
    spec.write_text(text.replace("\ndeploy:", f"  0.2.0: {{source: {source}}}\n\ndeploy:", 1), encoding="utf-8")
    (spec.parent / "0.2.0").mkdir()
    policy = (spec.parent / "policy.rego").read_text(encoding="utf-8")
    (spec.parent / "0.2.0" / "policy.rego").write_text(policy.replace("limit := 50", "limit := 60"), encoding="utf-8")
    assert run_command("build").code == 0
    after = files(empty / "build")
    changed = {path.partition("/")[0] for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert "dev" in changed
    assert not changed & {"staging", "prod"}
    assert run_command("promote", "refund-policy", "--to", "staging").code == 0
    assert "staging: {release: 0.2.0}" in spec.read_text(encoding="utf-8")


def test_a_secret_in_a_new_project_is_found(empty, run_command) -> None:
    run_command("init")
    spec = empty / "models" / "refund-policy" / "spec.yaml"
    text = spec.read_text(encoding="utf-8")
    key = "AKIA" + "IOSFODNN7EXAMPLF"
    spec.write_text(text.replace("deploy:\n", f"deploy:\n  env: [{{name: AWS_KEY, value: {key}}}]\n"), encoding="utf-8")
    result = run_command("check", "--format", "json")
    [finding] = json.loads(result.out)["findings"]
    assert (result.code, finding["code"]) == (1, "supply-chain/no-plaintext-secret")
    assert finding["path"] == "models/refund-policy/spec.yaml"


def test_its_digest_is_that_of_the_image_it_names(empty, run_command) -> None:
    run_command("init")
    project = yaml.safe_load((empty / "modelyard.yaml").read_bytes())
    # As published for the tag on Docker Hub. Change both together, and only for what a registry says.
    assert project["images"] == {
        "opa": {
            "image": "docker.io/openpolicyagent/opa:1.18.2-static",
            "digest": "sha256:57f7d06808fff6de3ea1d698e6430990973ca1370be0e54975f0083d615521da",
        }
    }
    digests = [found for text in files(empty).values() for found in re.findall(rb"sha256:[0-9a-f]{64}", text)]
    assert len([found for found in digests if b"0123456789abcdef" not in found]) == 1, "no other is made up"


def test_git_ignores_what_is_built(empty, run_command) -> None:
    subprocess.run(["git", "init", "-q"], cwd=empty, check=True)
    run_command("init")
    run_command("build")
    status = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=empty, check=True, capture_output=True, text=True
    ).stdout
    assert "modelyard.yaml" in status
    assert " .modelyard/schemas/model.schema.json" in status, "committed, so that every clone has them"
    assert "build/" not in status


def test_every_spec_leads_its_editor_to_a_schema_that_is_there(empty, run_command) -> None:
    run_command("init")
    specs = list(empty.rglob("*.yaml"))
    assert len(specs) == 6
    for path in specs:
        found = MODELINE.match(path.read_text(encoding="utf-8"))
        assert found, path
        schema = json.loads((path.parent / found[1]).read_bytes())
        assert schema["title"] == yaml.safe_load(path.read_bytes())["kind"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Fraud Models", "fraud-models"),
        ("_x_", "x"),
        ("Überprüfung", "uberprufung"),
        ("模型", "models"),
        ("a" * 80, "a" * 63),
    ],
)
def test_a_folder_with_any_name_makes_a_project_with_a_sound_one(
    folder, name, tmp_path, monkeypatch, run_command
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command("init", folder).code == 0
    assert yaml.safe_load((tmp_path / folder / "modelyard.yaml").read_bytes())["name"] == name
    assert run_command("check", "--project", folder).code == 0


def test_the_name_option_is_used_and_must_be_valid(empty, run_command) -> None:
    result = run_command("init", "--name", "Fraud Team")
    assert (result.code, files(empty)) == (2, {})
    assert "help: --name fraud-team" in result.err
    assert run_command("init", "--name", "x" * 64).code == 2
    assert run_command("init", "--name", "fraud").code == 0
    assert yaml.safe_load((empty / "modelyard.yaml").read_bytes())["name"] == "fraud"


def test_a_dry_run_writes_nothing_and_lists_what_would_be_written(empty, run_command) -> None:
    result = run_command("init", "--dry-run")
    assert files(empty) == {}
    assert result.err == ""
    run_command("init")
    assert [f"create {path}" for path in files(empty)] == sorted(result.out.splitlines())


def test_a_second_run_changes_nothing(empty, run_command) -> None:
    run_command("init")
    before = files(empty)
    result = run_command("init")
    assert result.code == 0
    assert "nothing to add" in result.err
    assert files(empty) == before


def test_what_is_there_is_kept_and_named_and_what_is_missing_is_added(empty, run_command) -> None:
    (empty / "models").mkdir()
    (empty / "models" / "teams.yaml").write_text("mine", encoding="utf-8")
    (empty / ".gitignore").write_text("*.pyc\n", encoding="utf-8")
    result = run_command("init")
    assert result.code == 0
    assert "kept: .gitignore\nkept: models/teams.yaml\n" in result.err
    assert "add /build/ to .gitignore" in result.err
    assert files(empty)["models/teams.yaml"] == b"mine"
    assert files(empty)[".gitignore"] == b"*.pyc\n"
    assert files(empty).keys() >= SPECS


@pytest.mark.parametrize("line", ["build", "/build/", "build/", " /build "])
def test_a_gitignore_that_ignores_it_already_is_right(line, empty, run_command) -> None:
    (empty / ".gitignore").write_text(f"*.pyc\n{line}\n", encoding="utf-8")
    assert "add /build/" not in run_command("init").err


def test_the_specs_of_a_project_are_its_own(empty, run_command) -> None:
    run_command("init")
    for path in ("models/refund-policy/spec.yaml", ".modelyard/schemas/team.schema.json"):
        (empty / path).unlink()
    assert run_command("init").code == 0
    assert not (empty / "models" / "refund-policy" / "spec.yaml").exists(), "whoever removed it does not want it back"
    assert (empty / ".modelyard" / "schemas" / "team.schema.json").exists()


def test_schemas_of_another_version_are_named_and_left(empty, run_command) -> None:
    run_command("init")
    assert "another version" not in run_command("init").err
    (empty / ".modelyard" / "schemas" / "team.schema.json").write_text("{}", encoding="utf-8")
    assert "run `modelyard schema --all -o .modelyard/schemas` to update it" in run_command("init").err
    assert run_command("schema", "--all", "-o", ".modelyard/schemas").code == 0
    assert "another version" not in run_command("init").err


def test_where_one_file_cannot_be_written_none_is(empty, run_command, monkeypatch) -> None:
    opened_paths, really = [], os.open

    def full(path, flags, *more, **options):
        if flags & os.O_CREAT:
            opened_paths.append(path)
            if len(opened_paths) == 5:
                raise OSError(28, "No space left on device")
        return really(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", full)
    result = run_command("init")
    assert result.code == 4
    assert "No space left on device" in result.err
    assert "Traceback" not in result.err
    assert list(empty.iterdir()) == []


def test_a_file_where_a_folder_is_needed_ends_with_4_and_nothing_half_written(empty, run_command) -> None:
    (empty / "models").write_text("mine", encoding="utf-8")
    assert run_command("init").code == 4
    assert files(empty) == {"models": b"mine"}
    assert [path.name for path in empty.iterdir()] == ["models"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_ends_with_4(empty, run_command) -> None:
    empty.chmod(0o500)
    result = run_command("init")
    assert result.code == 4
    assert "Permission denied" in result.err
    assert list(empty.iterdir()) == []


def git(folder, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def delivered_from(folder) -> list[str]:
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "modelyard-deliver.yml").read_bytes())
    return workflow[True if True in workflow else "on"]["push"]["branches"]


@pytest.mark.parametrize("branch", ["main", "trunk", "1.0", "release/2"])
def test_ci_delivers_from_the_branch_of_the_repository(branch, empty, run_command) -> None:
    git(empty, "init", "-q", "-b", branch)
    assert run_command("init", "--ci", "github").code == 0
    assert run_command("build").code == 0
    assert delivered_from(empty) == [branch]


def test_ci_delivers_from_the_branch_of_the_remote_where_another_is_checked_out(empty, run_command, tmp_path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk", "origin")
    git(tmp_path / "origin", "commit", "-q", "--allow-empty", "-m", "x")
    git(empty, "clone", "-q", str(tmp_path / "origin"), ".")
    git(empty, "switch", "-q", "-c", "add-ci")
    run_command("init", "--ci", "github")
    assert yaml.safe_load((empty / "modelyard.yaml").read_bytes())["emitters"]["github"]["options"]["branch"] == "trunk"


def test_below_the_root_of_a_repository_ci_would_never_run_and_is_refused(empty, run_command) -> None:
    git(empty, "init", "-q")
    (empty / "ml").mkdir()
    result = run_command("init", "ml", "--ci", "github")
    assert (result.code, files(empty)) == (2, {})
    assert f"from the root of the repository, {empty}" in result.err
    assert run_command("init", "ml").code == 0


def test_a_project_is_reported_only_what_it_lacks_of_ci(empty, run_command) -> None:
    run_command("init")
    project_text = (empty / "modelyard.yaml").read_text(encoding="utf-8")
    result = run_command("init", "--ci", "github")
    assert "add to the existing modelyard.yaml:" in result.err
    assert "\nemitters:\n  github:\n" in result.out
    assert "nothing to add" not in run_command("init", "--ci", "github").err
    (empty / "modelyard.yaml").write_text(
        f"{project_text}emitters:\n  kustomize: {{enabled: true}}\n", encoding="utf-8"
    )
    below = run_command("init", "--ci", "github")
    assert "add to the existing modelyard.yaml, under `emitters:`:" in below.err
    assert "emitters:" not in below.out
    (empty / "modelyard.yaml").write_text(
        f"{project_text}emitters:\n  kustomize: {{enabled: true}}\n{below.out}", encoding="utf-8"
    )
    assert run_command("build").code == 0
    last = run_command("init", "--ci", "github")
    assert (last.out, "add to" in last.err, "nothing to add" in last.err) == ("", False, True)


def test_the_starter_holds_nothing_that_acts_where_it_is_shipped_from() -> None:
    names = [path.name for path in (shipped_folder("templates") / "starter").rglob("*")]
    assert names
    assert [name for name in names if name.startswith(".") or name == "emitter.yaml" or name.endswith(".j2")] == []
