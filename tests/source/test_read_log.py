"""A log records look-ups while something is computed, those of remembered values included."""

from compiler.source.memory_tree import MemoryTree
from compiler.source.read_log import FILE, FOLDER, Read, ReadLog, RecordedTree, Remembered


def test_nothing_is_recorded_outside_of_a_recording() -> None:
    log = ReadLog()
    log.add("Team", "fraud")
    with log.recording() as reads:
        log.add("Team", "risk")
    assert reads == {Read("Team", "risk")}


def test_look_ups_of_a_part_count_for_the_whole() -> None:
    log = ReadLog()
    with log.recording() as outer_reads:
        with log.recording() as inner_reads:
            log.add("Team", "risk")
        log.add("Model", "price")
    assert inner_reads == {Read("Team", "risk")}
    assert outer_reads == {Read("Team", "risk"), Read("Model", "price")}


def test_a_paused_log_records_nothing() -> None:
    log = ReadLog()
    with log.recording() as reads, log.paused():
        log.add("Team", "risk")
    assert not reads


def test_a_remembered_value_is_computed_once_and_brings_its_look_ups() -> None:
    log = ReadLog()
    known: dict[str, Remembered[str]] = {}
    computations: list[str] = []

    def compute() -> str:
        log.add("Team", "risk")
        computations.append("risk")
        return "value"

    with log.recording() as first_reads:
        assert log.remember(known, "key", compute) == "value"
    with log.recording() as second_reads:
        assert log.remember(known, "key", compute) == "value"
    assert first_reads == second_reads == {Read("Team", "risk")}
    assert computations == ["risk"]


def test_a_tree_records_files_folders_and_misses() -> None:
    log = ReadLog()
    tree = RecordedTree(MemoryTree({"models/price.yaml": b"a"}), log)
    with log.recording() as reads:
        assert tree.has("models/absent.yaml") is False
        assert tree.read("models/price.yaml") == b"a"
        assert tree.paths("models") == ("models/price.yaml",)
    assert reads == {Read(FILE, "models/absent.yaml"), Read(FILE, "models/price.yaml"), Read(FOLDER, "models")}
