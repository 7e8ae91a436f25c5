"""How a command ends: 0, 1, 2, 3 or 4, with a sentence about it on stderr, and never a bare traceback."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from compiler import __version__
from compiler.pipeline import stages as check_stages

UNREADABLE = pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write everywhere")


def test_a_sound_project_ends_with_0(project, run_command) -> None:
    assert run_command("check").code == 0
    assert run_command("build").code == 0
    assert run_command("build", "--check").code == 0


def test_a_mandatory_finding_ends_with_1_and_writes_nothing(broken_project, run_command) -> None:
    assert run_command("check").code == 1
    assert run_command("build").code == 1
    assert not (broken_project / "build").exists()


def test_what_is_out_of_date_ends_with_1_and_is_left_alone(project, run_command) -> None:
    result = run_command("build", "--check")
    assert result.code == 1
    assert "out of date" in result.err
    assert not (project / "build").exists()


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [
        (["chekc"], "check"),
        (["check", "--fromat", "json"], "--format"),
        (["check", "--format", "jsn"], "json"),
        (["check", "--env", "prd"], "prod"),
        (["check", "no-such.yaml"], "no-such.yaml"),
        (["check", "../elsewhere.yaml"], "elsewhere.yaml"),
        (["check", "--project", "no-such-folder"], "no-such-folder"),
        (["build", "scorr"], "scorer"),
        (["build", "--env", "prd"], "prod"),
        (["explain"], "--help"),
        (["explain", "scorr"], "scorer"),
        (["explain", "scorer.delpoy"], "deploy"),
        (["explain", "scorer", "--env", "prd"], "prod"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_names_what_was_meant(words, suggestion, project, run_command) -> None:
    result = run_command(*words)
    assert (result.code, result.out) == (2, "")
    assert suggestion in result.err


@pytest.mark.parametrize("command", ["check", "build", "explain"])
def test_outside_of_a_project_it_ends_with_2(command, tmp_path, monkeypatch, run_command) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_command(command, *(["scorer"] if command == "explain" else []))
    assert (result.code, result.out) == (2, "")
    assert "modelyard.yaml" in result.err
    assert "--project" in result.err


def test_a_project_file_that_cannot_be_read_ends_with_2_at_its_line(project, run_command) -> None:
    (project / "modelyard.yaml").write_text("a: [\n", encoding="utf-8")
    result = run_command("check")
    assert (result.code, result.out) == (2, "")
    assert "modelyard.yaml:2" in result.err


def test_an_unknown_revision_ends_with_2_and_names_the_nearest(git, run_command) -> None:
    result = run_command("check", "--rev", "frist")
    assert (result.code, result.out) == (2, "")
    assert "`frist`" in result.err
    assert "`first`" in result.err
    assert "`" not in run_command("check", "--rev", "0123abc").err.partition("help:")[2]


def test_a_revision_where_git_keeps_nothing_ends_with_2(project, run_command) -> None:
    result = run_command("check", "--rev", "HEAD")
    assert (result.code, result.out) == (2, "")
    assert "git" in result.err


def test_without_git_only_a_revision_cannot_be_read(git, run_process, surroundings) -> None:
    environment = surroundings(PATH="")
    result = run_process("check", "--rev", "HEAD", environment=environment)
    assert (result.code, result.out) == (4, "")
    assert "git" in result.err
    assert "Install" in result.err
    assert run_process("check", environment=environment).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--changed-since", "HEAD"), ("check", "--rev", "HEAD"), ("affected", "--since", "HEAD"),
        ("publish", "--env", "prod", "--branch", "x"), ("policy", "impact", "--since", "30d"),
    ],
)  # fmt: skip
def test_a_repository_of_another_user_ends_with_4_and_says_how_to_trust_it(
    git, run_command, monkeypatch, words
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    result = run_command(*words)
    assert (result.code, result.out) == (4, ""), result.err
    assert "another user owns it" in result.err
    assert "git config --global --add safe.directory" in result.err


@pytest.mark.parametrize("stage", ["check_documents", "check_models"])
def test_a_bug_ends_with_3_and_a_log_for_an_issue(stage, project, run_command, monkeypatch, tmp_path) -> None:
    def fails(_run):
        raise ZeroDivisionError("a stage\x1b[2J divided")

    stages = tuple(fails if one.__name__ == stage else one for one in check_stages.CHECK_STAGES)
    monkeypatch.setattr(check_stages, "CHECK_STAGES", stages)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = run_command("check", "--format", "json")
    assert (result.code, result.out) == (3, "")
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err
    log = Path(re.search(r"with the log (\S+\.log)\.", result.err)[1]).read_text(encoding="utf-8")
    assert log.startswith(f"modelyard {__version__}\npython ")
    assert "\ncommand: check --format json\n" in log
    assert "Traceback (most recent call last)" in log
    assert "in fails" in log


def test_a_bug_with_nowhere_for_its_log_is_reported_at_once(project, run_command, monkeypatch) -> None:
    def fails(_run):
        raise ZeroDivisionError

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(check_stages, "CHECK_STAGES", (fails,))
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    result = run_command("check")
    assert result.code == 3
    assert "ZeroDivisionError" in result.err
    assert "the lines above" in result.err


@pytest.mark.parametrize(
    ("error", "word"), [(MemoryError(), "memory"), (OSError(28, "No space left"), "No space left")]
)
def test_a_machine_at_its_end_ends_with_4(error, word, project, run_command, monkeypatch) -> None:
    def fails(_run):
        raise error

    monkeypatch.setattr(check_stages, "CHECK_STAGES", (fails,))
    result = run_command("check")
    assert (result.code, result.out) == (4, "")
    assert word in result.err


def test_what_the_machine_did_not_refuse_is_a_bug_of_ours(project, run_command, monkeypatch) -> None:
    def fails(_run):
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(check_stages, "CHECK_STAGES", (fails,))
    assert run_command("check").code == 3


def test_an_interrupt_ends_as_shells_expect(project, run_command, monkeypatch) -> None:
    def raise_interrupt(_run):
        raise KeyboardInterrupt

    monkeypatch.setattr(check_stages, "CHECK_STAGES", (raise_interrupt,))
    result = run_command("check")
    assert result.code == 130
    assert result.err.strip() == "interrupted"


@UNREADABLE
def test_a_folder_that_may_not_be_written_ends_with_4(project, run_command) -> None:
    (project / "build").mkdir(mode=0o500)
    assert_refused(run_command("build"), "build")


@UNREADABLE
def test_a_spec_that_may_not_be_read_ends_with_4(project, run_command) -> None:
    (project / "models" / "scorer.yaml").chmod(0)
    assert_refused(run_command("check"), "models/scorer.yaml")


def test_a_file_where_the_output_folder_should_be_is_refused(project, run_command) -> None:
    (project / "file").write_text("mine", encoding="utf-8")
    assert run_command("build", "--output", "file").code == 2
    assert_refused(run_command("build", "--output", "file/below"), "file")
    assert (project / "file").read_text(encoding="utf-8") == "mine"


def test_a_report_that_cannot_be_written_ends_with_4(project, run_command) -> None:
    (project / "file").write_text("mine", encoding="utf-8")
    assert_refused(run_command("check", "--output", "file/report.json"), "file/report.json")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", [["check"], ["explain", "--list"], ["build", "--check"]], ids=" ".join)
def test_a_full_disk_behind_stdout_ends_with_4(words, project, command, surroundings) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = subprocess.run(
            [*command, *words], stdout=full, stderr=subprocess.PIPE, env=surroundings(), text=True, check=False
        )
    assert process.returncode == 4
    assert "stdout" in process.stderr
    assert "Traceback" not in process.stderr
    assert "Exception ignored" not in process.stderr


@pytest.mark.skipif(os.name != "posix", reason="only there can the current folder be removed")
def test_a_current_folder_that_is_gone_ends_with_4(tmp_path, monkeypatch, run_command) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert_refused(run_command("check"), "folder")


def assert_refused(result, named: str) -> None:
    assert (result.code, result.out) == (4, "")
    assert named in result.err
    assert "Traceback" not in result.err
    assert "bug" not in result.err
