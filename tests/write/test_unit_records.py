"""Records of units are read back in their order; where they cannot be written, there are none."""

from pathlib import Path

import pytest

from compiler.write import unit_records
from compiler.write.unit_records import UnitRecords

FULL_DISK = Path("/dev/full")


def test_records_are_read_as_they_were_added_any_number_of_times() -> None:
    records = UnitRecords()
    assert list(records) == []
    entries = [("prod/é", 1, b""), ("dev/m", 2**63, b"state\0\n"), ("all.ci", 0, b"x" * 100_000)]
    for entry in entries:
        records.add(*entry)
    assert list(records) == list(records) == entries
    records.close()
    assert list(records) == []


@pytest.mark.skipif(not FULL_DISK.exists(), reason="the system has no full device")
def test_a_full_disk_loses_records_and_is_no_error(monkeypatch) -> None:
    monkeypatch.setattr(unit_records, "TemporaryFile", lambda: FULL_DISK.open("w+b", buffering=0))
    records = UnitRecords()
    records.add("prod/m", 1, b"state")
    records.add("prod/n", 1, b"state")
    assert list(records) == []
    records.close()
