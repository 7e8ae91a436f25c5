"""One writer at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.foundation.errors import HostError
from compiler.write import writer_lock as module
from compiler.write.writer_lock import writer_lock

HOLD = """
import sys
from pathlib import Path
from compiler.write.writer_lock import writer_lock
with writer_lock(Path(sys.argv[1]), print):
    print("locked", flush=True)
    sys.stdin.readline()
"""


def hold(folder: Path) -> "subprocess.Popen[str]":
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    return process


def test_a_second_writer_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    messages: list[str] = []
    with hold(tmp_path) as process:

        def end_first(message: str) -> None:
            messages.append(message)
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()

        with writer_lock(tmp_path, end_first):
            pass
    (message,) = messages
    assert message.startswith("waiting for another modelyard")
    assert str(tmp_path) in message
    if sys.platform == "linux":
        assert f"(process {process.pid})" in message


def test_a_second_writer_fails_if_the_first_does_not_finish(tmp_path: Path) -> None:
    with hold(tmp_path) as process:
        with pytest.raises(HostError, match="another modelyard") as failed, writer_lock(tmp_path, lambda _: None, 0.2):
            pass
        process.kill()
    assert failed.value.exit_code == 4


def test_a_killed_writer_holds_nothing_and_no_writer_leaves_a_file(tmp_path: Path) -> None:
    with hold(tmp_path) as process:
        process.kill()
    with writer_lock(tmp_path, pytest.fail):
        pass
    with writer_lock(tmp_path, pytest.fail):
        pass
    assert list(tmp_path.iterdir()) == []


def test_writers_of_other_folders_do_not_wait(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with writer_lock(tmp_path, pytest.fail), writer_lock(tmp_path / "a", pytest.fail):
        pass


def test_a_file_outside_is_locked_where_a_folder_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> int:
        raise OSError(95, "Operation not supported", str(folder))

    monkeypatch.setattr(module, "_open_folder", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "build").mkdir()
    with writer_lock(tmp_path / "build", pytest.fail):
        with pytest.raises(HostError), writer_lock(tmp_path / "build", lambda _: None, 0.2):
            pass
        assert list((tmp_path / "build").iterdir()) == []
