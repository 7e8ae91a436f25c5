"""A folder below tests/cases is a claim about `check`: what it prints of a project, and how it ends.

<room>/<case>/input/…         files laid over those of _base; an empty YAML file stands for none
<room>/<case>/links           lines of `path target`: symbolic links to make
<room>/<case>/arguments       more words of the command line
<room>/<case>/command         words of another command line than that of `check`
<room>/<case>/expected.txt    what is printed, then the exit code; `pytest --update-goldens` writes it
"""

import shutil
import sys
from pathlib import Path

import pytest

from compiler.cli import main

pytestmark = pytest.mark.wheel

CASES = Path(__file__).parent
BASE = CASES / "_base"
CASE_FOLDERS = sorted(folder.parent for folder in CASES.rglob("input") if folder.is_dir())


def lay_over(folder: Path, project: Path) -> None:
    for source in sorted(folder.rglob("*")):
        target = project / source.relative_to(folder)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        elif source.suffix == ".yaml" and not source.stat().st_size:
            target.unlink(missing_ok=True)
        else:
            shutil.copyfile(source, target)


def words(file: Path) -> list[list[str]]:
    return [line.split() for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


TODAY = "2026-11-24"
"""No case comes out otherwise on another day."""


def run_command(project: Path, arguments: list[str], monkeypatch, capsys) -> str:
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "argv", ["modelyard", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    output = capsys.readouterr()
    return f"{output.out}{output.err}exit code {ended.value.code or 0}\n".replace(str(project), "<project>")


@pytest.mark.parametrize("case", CASE_FOLDERS, ids=lambda case: case.relative_to(CASES).as_posix())
def test_case(case: Path, tmp_path, monkeypatch, capsys, golden) -> None:
    lay_over(BASE / "input", tmp_path)
    lay_over(case / "input", tmp_path)
    for path, target in words(case / "links"):
        Path(tmp_path / path).symlink_to(target)
    command = words(case / "command") or [["check", "--as-of", TODAY], *words(case / "arguments")]
    printed = run_command(tmp_path, [word for line in command for word in line], monkeypatch, capsys)
    assert "exit code 3" not in printed, printed
    golden(case / "expected.txt", printed)
