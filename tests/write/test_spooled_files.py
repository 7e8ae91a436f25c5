"""Files on the disk are the files that were added."""

from pathlib import Path

import pytest

from compiler.foundation.errors import HostError
from compiler.write.spooled_files import SpooledFiles

FULL_DISK = Path("/dev/full")


def test_the_files_are_those_that_were_added_the_last_of_each_path() -> None:
    with SpooledFiles() as files:
        files.add("b", b"first")
        files.add("a", b"")
        assert files["b"] == b"first"
        files.add("b", b"second\0\n")
        files.add("c", b"x" * 100_000)
        assert dict(files) == {"b": b"second\0\n", "a": b"", "c": b"x" * 100_000}
        assert len(files) == 3
        with pytest.raises(KeyError):
            files["d"]


@pytest.mark.skipif(not FULL_DISK.exists(), reason="the system has no full device")
def test_a_full_disk_is_an_error_of_the_system(monkeypatch) -> None:
    with SpooledFiles() as files, FULL_DISK.open("wb", buffering=0) as device, monkeypatch.context() as patch:
        patch.setattr(files, "_file", device)
        with pytest.raises(HostError, match="temporary file"):
            files.add("a", b"x")
