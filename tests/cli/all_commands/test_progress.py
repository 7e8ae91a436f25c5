"""A bar shows the progress on a terminal; elsewhere there is none."""

import os
import re
import subprocess
import sys
import tty
from pathlib import Path

import pytest

SMALL_LIMITS = """
from compiler.commands.common import progress_bar, progress_bars, write_progress
progress_bar._MIN_FILES = progress_bars._MIN_MODELS = write_progress._MIN_LENGTH = 1
progress_bar._MAX_DRAWINGS = {drawings}
from compiler.cli import main
main()
"""


def run_on_terminal(project: Path, *arguments: str, drawings: int = 200, term: str = "xterm") -> tuple[int, str]:
    """The exit code of a command whose stderr is a terminal, and what it shows there."""
    terminal, process_end = os.openpty()
    tty.setraw(process_end)
    command = [sys.executable, "-c", SMALL_LIMITS.format(drawings=drawings), *arguments]
    variables = {**os.environ, "TERM": term, "COLUMNS": "100"}
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.DEVNULL, stderr=process_end, env=variables
    ) as process:
        os.close(process_end)
        text = b"".join(iter(lambda: read_terminal(terminal), b""))
    os.close(terminal)
    return process.returncode, text.decode()


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux reports that the other end is closed
        return b""


def positions(text: str, label: str) -> list[tuple[int, int]]:
    """The counts that a bar showed, in order."""
    counts = re.findall(rf"{label}[^\r\n]*?(\d+)/(\d+)", text)
    return [(int(count), int(length)) for count, length in counts]


@pytest.fixture
def large_project(project: Path) -> Path:
    """A project of ten models."""
    text = (project / "models/scorer.yaml").read_text()
    for number in range(9):
        (project / f"models/scorer-{number}.yaml").write_text(text.replace("name: scorer", f"name: scorer-{number}"))
    return project


@pytest.mark.slow
def test_a_comparison_counts_the_work_on_both_states(large_project: Path) -> None:
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "First"]):
        subprocess.run(["git", *words], cwd=large_project, check=True)
    code, text = run_on_terminal(large_project, "affected", "--since", "HEAD")
    assert code == 0, text
    for label, length in {"Checking models": 10, "Rendering deployments": 20, "Comparing models": 10}.items():
        for side in ("", " of the base"):
            assert positions(text, f"{label}{side} ")[-1] == (length, length), (label, side, text)


@pytest.mark.slow
def test_each_stage_of_a_build_counts_all_of_its_work(large_project: Path) -> None:
    for drawings in (3, 200):  # the first build computes, the second one reuses
        code, text = run_on_terminal(large_project, "build", drawings=drawings)
        assert code == 0, text
        files = len(list((large_project / "models").glob("*.yaml")))
        expected = {"Reading files": files, "Checking models": 10, "Rendering deployments": 20}
        if drawings == 3:
            created = sum(map(int, re.findall(r"(\d+) created in", text)))
            locks = len(list(large_project.rglob(".modelyard/locks/**/*.json")))
            expected["Writing files"] = created + locks
        for label, length in expected.items():
            shown = positions(text, label)
            assert shown[-1] == (length, length), (label, text)
            assert [count for count, _ in shown] == sorted(count for count, _ in shown)
            assert len(dict.fromkeys(shown)) <= min(length, drawings * 2) + 1


def test_a_check_counts_to_the_number_of_models(project: Path) -> None:
    code, text = run_on_terminal(project, "check")
    assert code == 0, text
    assert positions(text, "Checking models")[-1] == (1, 1)


def test_a_shard_counts_its_models(large_project: Path) -> None:
    code, text = run_on_terminal(large_project, "build", "--shard", "1/2", "--results", "part")
    assert code == 0, text
    for label in ("Checking models", "Rendering models"):
        assert positions(text, label)[-1] == (5, 5), text


def test_a_terminal_that_cannot_redraw_a_line_gets_no_bar(project: Path) -> None:
    code, text = run_on_terminal(project, "check", term="dumb")
    assert code == 0
    assert not re.search(r"\d/\d", text)


@pytest.mark.usefixtures("project")
def test_without_a_terminal_there_is_no_bar(run_command) -> None:
    assert not sys.stderr.isatty()
    for command in ("check", "build"):
        assert "/" not in run_command(command).err.replace("./", "").replace("build/", "")
