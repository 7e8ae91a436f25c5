"""Same inputs, same bytes: where the tree lies and what surrounds the process change neither findings nor output."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.source.memory_tree import MemoryTree
from compiler.source.revision import open_revision
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
FAULT = "apiVersion: modelyard/v1\nkind: Team\nname: aaa\nunknown: 1\nanother: {}\n"
"""Two findings more, of which neither's order may depend on anything."""


def sample() -> dict[str, bytes]:
    tree = WorkTree(ROOT)
    return {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def build_outputs(tree: Tree) -> tuple[dict[str, bytes], list[str]]:
    built = build(Session(tree))
    return {file.path: file.content for unit in built.units for file in unit.files}, list(map(repr, built.findings))


def test_a_tree_is_compiled_alike_wherever_it_lies(tmp_path: Path) -> None:
    files = sample()
    folder = lay_out(files, tmp_path / "below" / "project")
    who = {f"GIT_{role}_{what}": "tests@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run(["git", *words], cwd=folder.parent, env={**os.environ, **who}, check=True)
    in_memory = build_outputs(MemoryTree(files))
    assert in_memory[0]
    assert build_outputs(WorkTree(folder)) == in_memory
    shutil.rmtree(folder / "models")
    assert build_outputs(open_revision(folder, "HEAD")) == in_memory


def test_the_order_in_which_files_are_listed_changes_nothing(tmp_path: Path, monkeypatch) -> None:
    files = {**sample(), "models/aaa.yaml": FAULT.encode(), "models/zzz.yaml": FAULT.replace("aaa", "zzz").encode()}
    folder = lay_out(files, tmp_path)
    reference = build_outputs(WorkTree(folder))
    listing = os.scandir

    class ShuffledListing:
        def __init__(self, path) -> None:
            with listing(path) as entries:
                self.entries = list(entries)
            random.Random(1).shuffle(self.entries)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_) -> None:
            pass

    monkeypatch.setattr(os, "scandir", ShuffledListing)
    assert build_outputs(WorkTree(folder)) == reference
    assert build_outputs(MemoryTree(dict(reversed(files.items())))) == reference


SURROUNDINGS = {
    "another seed of hashes": {"PYTHONHASHSEED": "1"},
    "and another, in C": {"PYTHONHASHSEED": "4711", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "elsewhere and later": {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "COLUMNS": "20"},
}


def digest(folder: Path) -> dict[str, str]:
    """Every file below, the locks too."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def outcome(folder: Path, work_folder: Path, changes: dict[str, str], umask: int) -> tuple[dict[str, str], bytes]:
    """What a build makes, and what a check says of the same project with two faults more."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        **changes,
    }

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "compiler", *words, "--project", str(folder)]
        return subprocess.run(command, cwd=work_folder, env=environment, umask=umask, capture_output=True, check=False)

    output = work_folder / "output"
    assert run("build", "--output", str(output)).returncode == 0
    (folder / "models" / "aaa.yaml").write_text(FAULT, encoding="utf-8")
    result = run("check", "--format", "json")
    (folder / "models" / "aaa.yaml").unlink()
    assert result.returncode == 1, result.stderr
    return digest(output), result.stdout


@pytest.mark.skipif(os.name != "posix", reason="locales, time zones and masks are set as POSIX does")
def test_no_surroundings_of_a_process_change_a_byte(tmp_path: Path) -> None:
    folder = lay_out(sample(), tmp_path / "project")
    (tmp_path / "here").mkdir()
    reference = outcome(folder, tmp_path / "here", {"PYTHONHASHSEED": "0"}, 0o022)
    assert len(reference[0]) > 1
    for number, (name, changes) in enumerate(SURROUNDINGS.items()):
        here = tmp_path / f"elsewhere-{number}"
        here.mkdir()
        assert outcome(folder, here, changes, (0o077, 0o002, 0o027)[number]) == reference, name
