"""`modelyard digest`: text, JSON and the list of files, and the exit code of each error."""

import json
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from compiler.cli._shared.command_group import modelyard
from compiler.commands.common import digest_progress


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files; the current folder is its parent, which is no project."""
    path = tmp_path / "download"
    (path / "vocab").mkdir(parents=True)
    (path / "model.onnx").write_bytes(b"weights")
    (path / "vocab" / "a b.txt").write_bytes(b"words")
    monkeypatch.chdir(tmp_path)
    return path


def test_each_location_is_a_line_in_the_order_of_the_arguments(folder, run_command) -> None:
    result = run_command("digest", "download", "download/model.onnx")
    sha256sum = subprocess.run(
        ["sha256sum", "model.onnx", "vocab/a b.txt"], cwd=folder, capture_output=True, check=True
    )
    listing = (
        subprocess.run(["sha256sum"], input=sha256sum.stdout, capture_output=True, check=True).stdout[:64].decode()
    )
    file_digest = sha256sum.stdout[:64].decode()
    assert result.out == f"sha256:{listing}  download\nsha256:{file_digest}  download/model.onnx\n"
    assert (result.code, result.err) == (0, "")


def test_the_list_of_files_is_checked_by_sha256sum(folder, run_command, tmp_path) -> None:
    assert run_command("digest", "download", "--files", "-o", "SHA256SUMS").code == 0
    check = ["sha256sum", "--check", "--strict", tmp_path / "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 0
    (folder / "model.onnx").write_bytes(b"changed")
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1


@pytest.mark.usefixtures("folder")
def test_json_has_each_digest_and_with_files_each_file(run_command) -> None:
    plain = json.loads(run_command("digest", "download", "--format", "json").out)
    assert list(plain["digests"][0]) == ["location", "kind", "digest", "fileCount", "size"]
    assert (plain["digests"][0]["kind"], plain["digests"][0]["fileCount"], plain["digests"][0]["size"]) == (
        "folder",
        2,
        12,
    )
    full = json.loads(run_command("digest", "download", "--files", "--format", "json").out)
    assert [file["path"] for file in full["digests"][0]["files"]] == ["model.onnx", "vocab/a b.txt"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nothing"], 2, "nothing does not exist"),
        (["ftp://host/file"], 2, "cannot read ftp:// URIs"),
        ([""], 2, "a location is neither empty"),
        ([], 2, "Missing argument"),
        (["download", "download", "--files"], 2, "--files lists the files of one folder"),
        (["/dev/null"], 2, "neither a file nor a folder"),
        (["oci://127.0.0.1:1/a:1"], 4, "cannot read oci://127.0.0.1:1/a:1"),
    ],
    ids=["missing", "scheme", "empty", "none", "two lists", "device", "no server"],
)
def test_each_error_has_a_message_and_an_exit_code(words, code, message, run_command, monkeypatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # oras waits between its attempts
    result = run_command("digest", *words)
    assert (result.code, result.out) == (code, "")
    assert message in result.err


def test_a_bar_counts_megabytes_on_a_terminal(folder, run_command, monkeypatch) -> None:
    (folder / "large").write_bytes(bytes(3_500_000))
    monkeypatch.setattr(digest_progress, "supports_progress", lambda: True)
    monkeypatch.setattr(digest_progress, "_MIN_BYTES", 1_000_000)
    monkeypatch.setattr("click._termui_impl.isatty", lambda _stream: True)
    assert "3/3" in run_command("digest", "download").err


@pytest.mark.usefixtures("folder")
def test_shells_complete_paths() -> None:
    completions = ShellComplete(modelyard, {}, "modelyard", "_MODELYARD_COMPLETE").get_completions(["digest"], "down")
    assert [(item.value, item.type) for item in completions] == [("down", "file")]
    assert isinstance(modelyard.get_command(click.Context(modelyard), "digest"), click.Command)
