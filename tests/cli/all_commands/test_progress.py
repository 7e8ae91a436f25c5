"""A bar shows the progress on a terminal; elsewhere there is none."""

import re
import sys

import pytest

from compiler.commands.common import progress_bars, write_progress


@pytest.fixture
def terminal(monkeypatch):
    for module in (progress_bars, write_progress):
        monkeypatch.setattr(module, "supports_progress", lambda: True)
    monkeypatch.setattr(progress_bars, "_MIN_CHECK_LENGTH", 1)
    monkeypatch.setattr(write_progress, "_MIN_LENGTH", 1)
    monkeypatch.setattr("click._termui_impl.isatty", lambda _stream: True)


def positions(text: str, label: str) -> list[tuple[int, int]]:
    """The counts that a bar showed, in order."""
    found = re.findall(rf"{label}[^\r\n]*?(\d+)/(\d+)", text)
    return [(int(done), int(length)) for done, length in found]


@pytest.mark.usefixtures("terminal")
def test_a_build_counts_to_the_number_of_deployments_and_of_files_and_locks(project, run_command) -> None:
    result = run_command("build")
    rendered, written = positions(result.err, "Rendering deployments"), positions(result.err, "Writing files")
    assert rendered[-1] == (2, 2), result.err
    assert all(done <= length for done, length in (*rendered, *written))
    created = sum(int(count) for count in re.findall(r"(\d+) created in", result.err))
    locks = len(list(project.rglob(".modelyard/locks/**/*.json")))
    assert written[-1] == (created + locks, created + locks)


@pytest.mark.usefixtures("project", "terminal")
def test_a_check_counts_to_the_number_of_models(run_command) -> None:
    result = run_command("check")
    assert positions(result.err, "Checking models")[-1] == (1, 1), result.err


@pytest.mark.usefixtures("project")
def test_without_a_terminal_there_is_no_bar(run_command) -> None:
    assert not sys.stderr.isatty()
    for command in ("check", "build"):
        assert "/" not in run_command(command).err.replace("./", "").replace("build/", "")
