"""Each command's help shows commands that work, and what narrows a report narrows nothing else."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from compiler.cli._shared.command_group import modelyard

ROOT = Path(__file__).resolve().parents[3]
NAMES = modelyard.list_commands(click.Context(modelyard))
STARTS_EMPTY = {"init"}
STARTS_NEW = {"new"}
STARTS_IN_GIT = {"affected", "audit", "check", "publish", "review", "rollback", "run"}
REMOTE = re.compile(r"\b(?:s3|gs|hf|oci)://")
"""What only a network can answer; tests/artifacts reads such URIs from servers on this machine."""
EXAMPLE = re.compile(r"^ +(modelyard \S.*?)(?: {2,}.*)?$", re.MULTILINE)


@pytest.fixture
def sample(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "models", tmp_path / "models")
    shutil.copyfile(ROOT / "modelyard.yaml", tmp_path / "modelyard.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def place(name, tmp_path, monkeypatch, run_command, request):
    """The folder that a command's examples assume: the sample, a project that `init` created, or an empty folder."""
    if name not in STARTS_EMPTY | STARTS_NEW:
        folder = request.getfixturevalue("sample")
        if name == "run":
            at_once(folder)
        if name == "digest":
            write_artifacts(folder)
        if name in STARTS_IN_GIT:
            commit_project(folder, monkeypatch)
        return folder
    monkeypatch.chdir(tmp_path)
    if name in STARTS_NEW:
        assert run_command("init").code == 0
    return tmp_path


def write_artifacts(folder: Path) -> None:
    """The files whose digests the examples compute."""
    for path in ("model.onnx", "models/card-fraud/4.2.1/model.onnx", "download/model.onnx"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"model")


def at_once(folder: Path) -> None:
    """The canary of card-fraud watches nothing: it would ask the bank's Prometheus for twenty minutes."""
    spec = folder / "models" / "payments" / "card-fraud.yaml"
    text = spec.read_text(encoding="utf-8")
    assert "pipeline/canary.py" in text
    spec.write_text(text.replace("pipeline/canary.py", "-V"), encoding="utf-8")


def commit_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is a repository with two commits, and a remote `origin` that has them; the first ran another release in prod."""
    spec = folder / "models" / "payments" / "card-fraud.yaml"
    text = spec.read_text(encoding="utf-8")
    assert text.count("    release: 3.1.0\n") == 1
    spec.write_text(text.replace("    release: 3.1.0\n", "    release: 3.2.0\n"), encoding="utf-8")
    for role in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.setenv(f"GIT_{role}_{what}", "tests@example.org")
    (folder / ".gitignore").write_text("origin.git\n", encoding="utf-8")
    run_git(folder, ["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"])
    spec.write_text(text, encoding="utf-8")
    run_git(
        folder, ["commit", "-q", "-a", "-m", "Second"],
        ["init", "-q", "--bare", "origin.git"], ["remote", "add", "origin", "origin.git"], ["push", "-q", "origin", "main"],
    )  # fmt: skip


def run_git(folder: Path, *commands: list[str]) -> None:
    for words in commands:
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("name", [None, *NAMES], ids=str)
def test_the_examples_of_its_help_run_one_after_the_other(name, place, run_command, monkeypatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    page = run_command(*([name] if name else []), "--help").out
    examples = EXAMPLE.findall(page)
    assert examples
    local_examples = [example for example in examples if not REMOTE.search(example)]
    assert local_examples
    for example in local_examples:
        words = shlex.split(example.replace("/tmp/", f"{place}/"))[1:]
        assert run_command(*words).code == 0, example


@pytest.mark.parametrize("name", NAMES)
def test_short_and_long_help_are_one(name, run_command) -> None:
    assert run_command(name, "-h") == run_command(name, "--help")


def test_the_list_of_commands_says_what_each_says_of_itself(run_command) -> None:
    listed = " ".join(run_command("--help").out.split())
    for name in NAMES:
        command = modelyard.get_command(click.Context(modelyard), name)
        assert f"{name} {command.help.splitlines()[0]}" in listed


def finding_keys(result) -> set[tuple[str, str | None]]:
    return {(finding["path"], finding["environment"]) for finding in json.loads(result.out)["findings"]}


@pytest.fixture
def two_faults(broken_project):
    """A mandatory finding in each of two files, one of them in one folder deeper."""
    (broken_project / "models" / "deep").mkdir()
    team = "apiVersion: modelyard/v1\nkind: Team\nname: other\nunknown: 1\n"
    (broken_project / "models" / "deep" / "team.yaml").write_text(team, encoding="utf-8")
    return broken_project


def test_a_file_or_folder_narrows_what_is_reported_and_the_exit_code(two_faults, run_command, monkeypatch) -> None:
    def paths(*words: str) -> set[str]:
        return {path for path, _ in finding_keys(run_command("check", "--format", "json", *words))}

    paths_of_both = {"models/scorer.yaml", "models/deep/team.yaml"}
    assert paths_of_both <= paths()
    assert paths("models/scorer.yaml") == {"models/scorer.yaml"}
    assert paths("models/deep") == {"models/deep/team.yaml"}
    assert paths_of_both <= paths("models")
    assert paths("models/teams.yaml") == set()
    assert run_command("check", "models/teams.yaml").code == 0
    monkeypatch.chdir(two_faults / "models" / "deep")
    assert paths("team.yaml") == {"models/deep/team.yaml"}
    assert paths_of_both <= paths(), "the project is found from a folder in it"


def test_an_environment_narrows_what_is_reported(project, run_command) -> None:
    spec = project / "models" / "scorer.yaml"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("tenant: risk\n", "").replace("prod: {}", "prod: {deploy: {target: none}}"), "utf-8")
    everywhere = {environment for _, environment in finding_keys(run_command("check", "--format", "json"))}
    assert "prod" in everywhere
    narrowed = {
        environment for _, environment in finding_keys(run_command("check", "--format", "json", "--env", "dev"))
    }
    assert narrowed <= {None, "dev"}


def test_a_build_of_one_environment_leaves_the_others_alone(project, run_command) -> None:
    assert run_command("build", "--env", "dev").code == 0
    assert (project / "build" / "dev").is_dir()
    assert not (project / "build" / "prod").exists()
    assert run_command("build").code == 0
    kept = sorted(path for path in (project / "build" / "prod").rglob("*"))
    assert run_command("build", "--env", "dev").code == 0
    assert kept
    assert sorted(path for path in (project / "build" / "prod").rglob("*")) == kept


def test_a_revision_is_read_and_not_the_work_tree(git, project, run_command) -> None:
    spec = project / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("owner: risk", "owner: riks"), encoding="utf-8")
    assert run_command("check").code == 1
    assert run_command("check", "--rev", "first").code == 0
    assert "risk" in run_command("explain", "scorer.owner", "--rev", "first").out
    assert run_command("build", "--rev", "first").code == 0
