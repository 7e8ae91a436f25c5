"""Data goes to stdout and prose to stderr; colour and progress only where a terminal shows them."""

import json
import os
import re
import select
import subprocess
from pathlib import Path

import pytest

from compiler.report import REPORTERS

COLOUR = "\x1b["
ROOT = Path(__file__).resolve().parents[3]

FIELDS = {
    "code", "name", "severity", "enforcement", "status", "statusReason", "message", "help", "controls", "docs", "reason", "owner",
    "waiver", "kind",
    "object", "environment", "environments", "pointer", "path", "line", "column", "endLine", "endColumn", "fingerprint", "notes", "fix",
}  # fmt: skip


def test_a_check_says_nothing_but_data(broken_project, run_command) -> None:
    result = run_command("check")
    assert result.err == ""
    assert "riks" in result.out


def test_a_build_says_all_that_is_prose_on_stderr(project, run_command) -> None:
    result = run_command("build")
    assert result.out == ""
    assert re.fullmatch(
        r"\d+ created in \./\n\d+ created in build/\n", "".join(result.err.splitlines(keepends=True)[-2:])
    )


def test_a_build_that_fails_says_its_findings_on_stderr(broken_project, run_command) -> None:
    result = run_command("build")
    assert result.out == ""
    assert "riks" in result.err
    assert result.err.endswith("No files were written.\n")


def test_what_a_build_would_do_is_data_and_the_verdict_prose(project, run_command) -> None:
    result = run_command("build", "--check")
    assert result.out
    assert all(re.fullmatch(r"create +\S+", line) for line in result.out.splitlines())
    assert "modelyard build" in result.err


def test_an_explanation_is_data(project, run_command) -> None:
    for words in (["scorer.owner"], ["MY101"], ["--list"], ["dev/scorer/note.txt:1"]):
        result = run_command("explain", *words)
        assert (result.out == "") == bool(result.code)
        assert (result.err == "") == (not result.code)


@pytest.mark.parametrize("words", [["check"], ["build"]], ids=" ".join)
def test_json_is_one_document_of_the_documented_shape(words, broken_project, run_command) -> None:
    result = run_command(*words, "--format", "json")
    report = json.loads(result.out)
    assert set(report) == {"version", "summary", "findings"}
    assert report["version"] == 1
    assert report["summary"] == {
        "findings": len(report["findings"]),
        "mandatory": sum(finding["enforcement"] == "mandatory" for finding in report["findings"]),
        "advisory": sum(finding["enforcement"] == "advisory" for finding in report["findings"]),
        "waived": 0,
        "baseline": 0,
    }
    assert report["findings"]
    for finding in report["findings"]:
        assert FIELDS - {"fix"} <= set(finding) <= FIELDS


def test_the_documented_shape_is_the_one_that_is_held(project) -> None:
    page = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == FIELDS


def test_a_sound_build_says_an_empty_report(project, run_command) -> None:
    report = json.loads(run_command("build", "--format", "json").out)
    assert report["summary"]["mandatory"] == 0
    assert (project / "build").is_dir()


@pytest.mark.parametrize("words", [["scorer"], ["scorer.owner", "--env", "dev"], ["MY101"], ["--list"]], ids=" ".join)
def test_an_explanation_as_json_is_one_document(words, project, run_command) -> None:
    assert isinstance(json.loads(run_command("explain", *words, "--format", "json").out), list)


@pytest.mark.parametrize("format_", REPORTERS)
def test_a_report_in_a_file_is_the_one_on_stdout(format_, broken_project, run_command, tmp_path) -> None:
    file = tmp_path / "new" / "report"
    printed = run_command("check", "--format", format_)
    written = run_command("check", "--format", format_, "--output", str(file))
    assert (written.code, written.out, written.err) == (1, "", "")
    assert file.read_bytes().decode() == printed.out
    assert run_command("check", "--format", format_, "--output", "-") == printed


def test_no_colour_reaches_what_is_no_terminal(broken_project, run_process, surroundings) -> None:
    for words in (["check"], ["build"], ["explain", "scorer.owner"], ["check", "--rev", "no"], ["--help"]):
        result = run_process(*words, environment=surroundings(TERM="xterm-256color", NO_COLOR=None))
        assert COLOUR not in result.out + result.err
        assert "\r" not in result.out + result.err


def on_a_terminal(words: list[str], environment: dict[str, str]) -> str:
    """What a process says whose stdout and stderr are a terminal."""
    pty = pytest.importorskip("pty", reason="the system has no pseudo-terminals")
    controller, terminal = pty.openpty()
    with subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        output = b""
        while select.select([controller], [], [], 30)[0]:
            try:
                part = os.read(controller, 1 << 16)
            except OSError:  # as Linux says that the other end is closed
                break
            if not part:
                break
            output += part
        process.wait(30)
    os.close(controller)
    return output.decode()


PROSE = [["build", "--output", "out"], ["check"], ["explain", "scorer.owner"], ["explain", "no-such"]]


@pytest.mark.parametrize("words", PROSE, ids=" ".join)
def test_a_terminal_is_shown_colours(words, project, command, surroundings) -> None:
    with_colours = surroundings(TERM="xterm-256color", NO_COLOR=None)
    assert COLOUR in on_a_terminal([*command, *words], with_colours)


@pytest.mark.parametrize("words", PROSE[1:], ids=" ".join)
@pytest.mark.parametrize("env_value", [{"NO_COLOR": "1", "TERM": "xterm"}, {"NO_COLOR": None, "TERM": "dumb"}])
def test_who_asks_for_no_colour_sees_none(words, env_value, broken_project, command, surroundings) -> None:
    result = on_a_terminal([*command, *words], surroundings(**env_value))
    assert result
    assert COLOUR not in result


def test_an_empty_wish_for_no_colour_is_none(project, command, surroundings) -> None:
    assert COLOUR in on_a_terminal([*command, "check"], surroundings(TERM="xterm", NO_COLOR=""))


def test_a_terminal_is_shown_progress_and_a_dumb_one_is_not(project, command, surroundings) -> None:
    assert "Rendering" in on_a_terminal([*command, "build"], surroundings(TERM="xterm"))
    assert "Rendering" not in on_a_terminal([*command, "build"], surroundings(TERM="dumb"))


@pytest.mark.parametrize("words", [["check"], ["explain", "--list"], ["build", "--check"]], ids=" ".join)
def test_a_reader_who_stops_reading_changes_nothing(words, broken_project, command, surroundings) -> None:
    reference = subprocess.run([*command, *words], capture_output=True, env=surroundings(), check=False)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            [*command, *words], stdout=writing, stderr=subprocess.PIPE, env=surroundings(), check=False
        )
    finally:
        os.close(writing)
    assert (process.returncode, process.stderr) == (reference.returncode, reference.stderr)


def test_a_closed_stderr_changes_no_result(project, command, surroundings) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            [*command, "build"], stdout=subprocess.PIPE, stderr=writing, env=surroundings(), check=False
        )
        wrong = subprocess.run([*command, "build", "nothing"], stderr=writing, env=surroundings(), check=False)
    finally:
        os.close(writing)
    assert (process.returncode, wrong.returncode) == (0, 2)
    assert (project / "build" / "dev").is_dir()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_data_is_utf_8_whatever_the_terminal_of_the_system_speaks(encoding, project, run_process, surroundings) -> None:
    spec = project / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("Scores", "Größe → 大 Scores"), encoding="utf-8")
    result = run_process(
        "explain", "scorer.summary", environment=surroundings(PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    )
    assert result.code == 0
    assert "Größe → 大 Scores" in result.out
    wrong = run_process("explain", "größe→大", environment=surroundings(PYTHONIOENCODING=encoding, PYTHONUTF8="0"))
    assert wrong.code == 2
    assert "bug" not in wrong.err


def test_what_a_command_line_holds_cannot_steer_the_terminal(project, run_command) -> None:
    result = run_command("build", "x\x1b[2Jy")
    assert result.code == 2
    assert "\x1b" not in result.err


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize(
    ("words", "redirection", "codes"),
    [
        ("check", ">&-", {4}), ("explain --list", ">&-", {4}), ("--help", ">&-", {4}), ("--version", "1</dev/null", {4}),
        ("inventory", ">/dev/full", {4}), ("check", "2>&-", {0}), ("build", "<&- >&- 2>&-", {0}),
    ],
)  # fmt: skip
def test_a_closed_stream_is_no_bug(words, redirection, codes, project, command, surroundings) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *command, *words.split()],
        env=surroundings(), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode in codes, result.stderr
    assert "Traceback" not in result.stderr
    assert "bug" not in result.stderr
    assert "Exception ignored" not in result.stderr
