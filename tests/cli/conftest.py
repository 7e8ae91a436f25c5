"""A small project on disk, and a function that runs commands in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cli import main

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "cases" / "_base" / "input"


@dataclass(frozen=True)
class CommandResult:
    """A command's exit code and its output on stdout and stderr."""

    code: object
    out: str
    err: str


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound project, and the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(SMALL, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def broken_project(project: Path) -> Path:
    """The same with a mandatory finding in models/scorer.yaml."""
    spec = project / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("owner: risk", "owner: riks"), encoding="utf-8")
    return project


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., CommandResult]:
    """What a command says, run in this process."""

    def run(*words: str) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["modelyard", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return CommandResult(ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def command() -> list[str]:
    """The words that start it as a process of its own."""
    return [sys.executable, "-m", "compiler"]


@pytest.fixture
def surroundings() -> Callable[..., dict[str, str]]:
    """The environment of a process that finds the code under test, with some variables changed or (None) taken away."""

    def make(**changes: str | None) -> dict[str, str]:
        python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        whole = {**os.environ, "PYTHONPATH": python_path, **changes}
        return {name: value for name, value in whole.items() if value is not None}

    return make


@pytest.fixture
def run_process(command: list[str], surroundings: Callable[..., dict[str, str]]) -> Callable[..., CommandResult]:
    """What a command says, run in a process of its own."""

    def run(*words: str, environment: dict[str, str] | None = None, **how: object) -> CommandResult:
        done = subprocess.run(
            [*command, *words], env=environment or surroundings(), check=False, capture_output=True, **how
        )
        return CommandResult(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    return run


@pytest.fixture
def git(project: Path) -> Callable[..., str]:
    """Runs git in the project, which is a repository with one commit, tagged `first`, on the branch `main`."""
    who = {f"GIT_{role}_{what}": "tests@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=project, env={**os.environ, **who}, check=True, capture_output=True, text=True
        ).stdout

    run("init", "-q", "-b", "main")
    run("add", ".")
    run("commit", "-q", "-m", "First")
    run("tag", "first")
    return run
