"""The hooks run under the real pre-commit: from a clone of this repository, over many files at once, and fail on what is wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "cases" / "_base" / "input"
MANIFEST = ROOT / ".pre-commit-hooks.yaml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / "compiler").is_dir(), reason="needs the source, which a hook is installed from"),
]


@pytest.fixture(scope="module")
def tool(program) -> str:
    return program("pre-commit", "pip install pre-commit")


def git(folder: Path, *words: str) -> str:
    who = {f"GIT_{one}_{what}": "me@shop.example" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | who
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True, env=environment
    ).stdout.strip()


def commit_all(folder: Path) -> str:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--no-verify", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory) -> tuple[Path, str]:
    """This repository as it is now, as a repository of hooks."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("compiler", "schemas", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return folder, commit_all(folder)


@pytest.fixture
def project(tmp_path, hooks) -> Path:
    """A sound project whose hooks are ours, with 1,500 files in it."""
    folder, revision = hooks
    project_folder = tmp_path / "project"
    shutil.copytree(SMALL, project_folder)
    names = "".join(f"      - id: {name}\n" for name in ("modelyard-check", "modelyard-policy-test"))
    (project_folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {folder.as_uri()}\n    rev: {revision}\n    hooks:\n{names}", encoding="utf-8"
    )
    for number in range(1500):
        file = project_folder / "models" / "notes" / f"note-{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text("A note.\n", encoding="utf-8")
    commit_all(project_folder)
    return project_folder


def run(tool: str, folder: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [tool, "run", *words], cwd=folder, check=False, capture_output=True, text=True, env=environment
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_the_manifest_is_one(tool) -> None:
    result = subprocess.run([tool, "validate-manifest", str(MANIFEST)], check=False, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")


def test_a_sound_project_passes_with_all_its_files(tool, project, cache) -> None:
    result = run(tool, project, cache, "--all-files")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("Passed") == 2


def test_a_finding_in_another_file_than_the_changed_one_fails(tool, project, cache) -> None:
    team = next(
        path for path in (project / "models").glob("*.yaml") if "kind: Team" in path.read_text(encoding="utf-8")
    )
    team.write_text(team.read_text(encoding="utf-8").replace("name: risk", "name: risks"), encoding="utf-8")
    git(project, "add", "--all")
    result = run(tool, project, cache)
    assert result.returncode == 1
    assert "MY201" in result.stdout
    assert "models/scorer.yaml" in result.stdout


def test_a_file_that_is_only_removed_is_missed(tool, project, cache) -> None:
    team = next(
        path for path in (project / "models").glob("*.yaml") if "kind: Team" in path.read_text(encoding="utf-8")
    )
    git(project, "rm", "--quiet", str(team.relative_to(project)))
    result = run(tool, project, cache)
    assert result.returncode == 1
    assert "there is no Team `risk`" in result.stdout


def test_what_is_committed_and_not_fresh_fails(tool, project, cache) -> None:
    config = project / ".pre-commit-config.yaml"
    config.write_text(f"{config.read_text(encoding='utf-8')}      - id: modelyard-build\n", encoding="utf-8")
    process = subprocess.run(
        [sys.executable, "-m", "compiler", "build"],
        cwd=project,
        check=False,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.returncode == 0, process.stderr
    commit_all(project)
    assert run(tool, project, cache, "--all-files").returncode == 0
    made_file = next(
        path for path in sorted((project / "build").rglob("*")) if path.is_file() and ".modelyard" not in path.parts
    )
    git(project, "rm", "--quiet", str(made_file.relative_to(project)))
    result = run(tool, project, cache)
    assert result.returncode == 1
    assert "is out of date: run `modelyard build`" in result.stdout
