"""A build of units that are given one by one, with what earlier builds remembered of them."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import codes
from compiler.write import Action, FolderWriter, OutputFile, OutputWriter, Unit, WritePlan
from compiler.write.lock_files import digest_of
from compiler.write.output_units import unit_digest
from compiler.write.unit_states import UnitStates

HOUR = 3600


class States(dict[str, bytes]):
    """States in memory."""

    def put(self, unit: str, state: bytes) -> None:
        self[unit] = state


def file(path: str, text: str = "x\n", commit_path: str | None = None, *, executable: bool = False) -> OutputFile:
    return OutputFile(path, text.encode(), "e", ("m.yaml",), executable, commit_path)


def unit(*files: OutputFile, id: str = "prod/a") -> Unit:
    return Unit(id, files)


def digest(unit: Unit) -> str:
    return unit_digest((file, digest_of(file.content)) for file in unit.files)


@contextmanager
def open_writer(
    root: Path, states: UnitStates | None, *, is_full: bool = False, stages: bool = True
) -> Iterator[OutputWriter]:
    folders = FolderWriter(root, "build", stages=stages), FolderWriter(root, stages=stages)
    with OutputWriter(*folders, states, is_full=is_full) as writer:
        yield writer


def build(
    root: Path, units: Iterable[Unit], states: UnitStates | None = None, *, is_full: bool = False, stages: bool = True
) -> tuple[WritePlan, list[str]]:
    """Build the units; those that are known to be unchanged are not rendered. Returns the plan, and the ids of the rendered units."""
    rendered = []
    with open_writer(root, states, is_full=is_full, stages=stages) as writer:
        for unit in units:
            if not writer.add_unchanged(unit.id, digest(unit)):
                rendered.append(unit.id)
                assert writer.add(unit) == digest(unit)
        plan = writer.finish()
        if not any(finding.is_blocking for finding in plan.findings) and stages:
            writer.apply()
    return plan, rendered


def age(root: Path) -> None:
    """Make all files older than the clock's ticks that a build distinguishes."""
    for path in filter(Path.is_file, root.rglob("*")):
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - HOUR * 10**9))


def remember(root: Path, units: list[Unit]) -> States:
    """Build the units, and let the next build find nothing racy."""
    states = States()
    build(root, units, states)
    age(root)
    build(root, units, states)
    return states


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


UNITS = [
    unit(file("prod/a/x"), file("prod/a/run.sh", executable=True), file("r", "record", "records/a")),
    unit(file("b"), id="dev"),
]


def test_committed_files_go_to_the_repository_and_all_others_to_the_output_folder(tmp_path: Path) -> None:
    plan, _ = build(tmp_path, UNITS)
    assert [path for path in tree(tmp_path) if ".modelyard" not in path] == [
        "records/a", "build/b", "build/prod/a/x", "build/prod/a/run.sh",
    ] or sorted(path for path in tree(tmp_path) if ".modelyard" not in path) == [
        "build/b", "build/prod/a/run.sh", "build/prod/a/x", "records/a",
    ]  # fmt: skip
    assert [destination.path for destination in plan.destinations] == [tmp_path, tmp_path / "build"]


def test_without_committed_files_the_repository_is_no_destination(tmp_path: Path) -> None:
    plan, _ = build(tmp_path, UNITS[1:])
    assert [destination.path for destination in plan.destinations] == [tmp_path / "build"]


def test_units_that_nobody_changed_are_not_rendered(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    before = tree(tmp_path)
    plan, rendered = build(tmp_path, UNITS, states)
    assert rendered == []
    assert [changes.counts[Action.KEEP] for _, changes in plan.destinations] == [1, 3]
    assert plan.operation_count == 0
    assert tree(tmp_path) == before


def test_an_unchanged_unit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = remember(tmp_path, UNITS)
    real, opened_files = os.open, []

    def open_(path: str, flags: int, *arguments: int, **options: int) -> int:
        if not flags & os.O_DIRECTORY:
            opened_files.append(path)
        return real(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", open_)
    assert build(tmp_path, UNITS, states)[1] == []
    assert opened_files == []
    assert build(tmp_path, UNITS, states, is_full=True)[1] == []
    assert len(opened_files) == 3 + 4


def test_a_file_that_may_change_again_without_a_trace_is_read(tmp_path: Path) -> None:
    states = States()
    build(tmp_path, UNITS, states)
    (path := tmp_path / "build/b").write_text("new")
    build(tmp_path, [UNITS[0], unit(file("b", "new"), id="dev")], states)
    status = path.stat()
    path.write_text("odd")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    plan, rendered = build(tmp_path, [UNITS[0], unit(file("b", "new"), id="dev")], states)
    assert rendered == ["dev"]
    assert [finding.code for finding in plan.findings] == [codes.HAND_EDITED]


@pytest.mark.parametrize("path", ["build/prod/a/x", "records/a", "build/.modelyard/locks/prod/a.json"])
@pytest.mark.parametrize("change", ["edit", "remove", "link"])
def test_a_unit_with_a_changed_file_is_rendered(tmp_path: Path, path: str, change: str) -> None:
    states = remember(tmp_path, UNITS)
    content = (tmp_path / path).read_bytes()
    (tmp_path / path).unlink()
    if change == "edit":
        (tmp_path / path).write_bytes(content[:-1] + b"!")
    elif change == "link":
        (tmp_path / "elsewhere").write_bytes(content)
        (tmp_path / path).symlink_to(tmp_path / "elsewhere")
    with_states = build(tmp_path, UNITS, states, stages=False)
    assert with_states[1] == ["prod/a"]
    assert with_states[0] == build(tmp_path, UNITS, stages=False)[0]


def test_a_lost_executable_bit_is_seen(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    (tmp_path / "build/prod/a/run.sh").chmod(0o644)
    assert build(tmp_path, UNITS, states)[1] == ["prod/a"]
    assert os.access(tmp_path / "build/prod/a/run.sh", os.X_OK)


def test_a_folder_that_became_a_link_is_seen(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    (tmp_path / "build/prod").rename(tmp_path / "moved")
    (tmp_path / "build/prod").symlink_to(tmp_path / "moved")
    plan, _ = build(tmp_path, UNITS, states)
    assert {finding.code for finding in plan.findings} == {codes.OUTPUT_LINK}


def test_files_that_were_only_touched_are_read_and_not_rendered(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    age(tmp_path)
    for expected_count in (2, 0):
        known_states = dict(states)
        assert build(tmp_path, UNITS, states)[1] == []
        assert sum(states[unit] != state for unit, state in known_states.items()) == expected_count


def test_another_content_is_rendered_whatever_is_remembered(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    assert build(tmp_path, [UNITS[0], unit(file("b", "new"), id="dev")], states)[1] == ["dev"]
    assert (tmp_path / "build/b").read_text() == "new"


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x02" * 200, None])
def test_a_damaged_state_is_none(tmp_path: Path, damage: bytes | None) -> None:
    states = remember(tmp_path, UNITS)
    states["dev"] = states["dev"][:-3] if damage is None else damage
    assert build(tmp_path, UNITS, states)[1] == ["dev"]


def test_a_state_of_another_folder_is_none(tmp_path: Path) -> None:
    states = remember(tmp_path / "one", UNITS)
    assert build(tmp_path / "two", UNITS, states)[1] == ["prod/a", "dev"]


def test_an_unchanged_unit_outside_the_scope_of_the_run_is_a_bug(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    folders = FolderWriter(tmp_path, "build", is_in_scope=lambda unit: unit == "dev"), FolderWriter(tmp_path)
    with OutputWriter(*folders, states) as writer, pytest.raises(ValueError, match="outside the scope"):
        writer.add_unchanged("prod/a", digest(UNITS[0]))


@pytest.mark.parametrize("path", ["prod/a/x", "PROD/A/X", "prod/a", "prod/a/x/y"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_new_path_that_clashes_with_one_of_an_unchanged_unit_is_found(
    tmp_path: Path, path: str, is_first: bool
) -> None:
    other = unit(file(path, "other"), id="dev")
    states = remember(tmp_path, UNITS)
    units = [other, UNITS[0]] if is_first else [UNITS[0], other]
    plan, rendered = build(tmp_path, units, states)
    assert rendered == ["dev"]
    assert codes.PATH_CONFLICT in [finding.code for finding in plan.findings]
    assert plan.findings == build(tmp_path, units)[0].findings


def test_a_path_that_moves_to_a_unit_is_not_removed_with_the_old_one(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    build(tmp_path, [unit(file("b"), id="prod/a")], states)
    assert (tmp_path / "build/b").exists()
    build(tmp_path, [], states)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_an_orphan_was_is_forgotten(tmp_path: Path) -> None:
    """Otherwise its path would count as its own when it comes back, although another unit took it."""
    states = remember(tmp_path, UNITS)
    build(tmp_path, UNITS[:1], states)
    assert not states["dev"]
    taker = unit(file("b"), id="prod/taker")
    build(tmp_path, [UNITS[0], taker], states)
    age(tmp_path)
    build(tmp_path, [UNITS[0], taker], states)
    plan, _ = build(tmp_path, [UNITS[0], taker, UNITS[1]], states)
    assert [finding.code for finding in plan.findings] == [codes.PATH_CONFLICT]


def test_a_build_that_was_not_applied_leaves_no_trace(tmp_path: Path) -> None:
    states = remember(tmp_path, UNITS)
    before, known_states = tree(tmp_path), dict(states)
    with open_writer(tmp_path, states) as writer:
        writer.add(unit(file("new"), file("r", "record", "records/new"), id="prod/new"))
        writer.finish()
        assert len(list(tmp_path.rglob("staging-*"))) == 2
    assert (tree(tmp_path), states) == (before, known_states)


def test_an_interrupt_leaves_no_trace(tmp_path: Path) -> None:
    def write() -> None:
        with open_writer(tmp_path, None) as writer:
            writer.add(UNITS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert tree(tmp_path) == {}


PATHS = ("a", "a/x", "a/y", "b/x", "B/x", "c")
IDS = ("prod", "prod/m", "dev/m")
Files = dict[str, tuple[str, bytes, bool]]
BUILDS = st.dictionaries(
    st.sampled_from(PATHS), st.tuples(st.sampled_from(IDS), st.sampled_from([b"one", b"two"]), st.booleans())
)
EDITS = st.sampled_from(["none", "none", "age", "remove", "edit", "touch"])


def to_units(files: Files) -> list[Unit]:
    units: dict[str, list[OutputFile]] = {}
    for path, (id_, content, is_committed) in files.items():
        commit_path = f"records/{path}" if is_committed else None
        units.setdefault(id_, []).append(OutputFile(path, content, "e", ("m.yaml",), commit_path=commit_path))
    return [Unit(id_, tuple(made)) for id_, made in units.items()]


def disturb(root: Path, edit: str, number: int) -> None:
    is_lock_safe = edit == "touch"  # a build cannot know the files of a lock that is gone
    paths = sorted(
        path for path in root.rglob("*") if path.is_file() and (is_lock_safe or ".modelyard" not in path.parts)
    )
    if edit == "age":
        age(root)
    elif edit != "none" and paths:
        path = paths[number % len(paths)]
        if edit == "remove":
            path.unlink()
        elif edit == "edit":
            path.write_bytes(b"odd")
        else:
            path.touch()


@given(st.lists(st.tuples(BUILDS, EDITS, st.integers(0, 50)), max_size=6))
def test_a_build_with_states_is_a_build_without(steps: list[tuple[Files, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, states = Path(folder), States()
        for files, edit, number in steps:
            disturb(root, edit, number)
            units = to_units(files)
            full_plan = build(root, units, stages=False)[0]
            plan, _ = build(root, units, states)
            assert plan.findings == full_plan.findings
            if not plan.findings:
                assert [changes.counts for _, changes in plan.destinations] == [
                    changes.counts for _, changes in full_plan.destinations
                ]
                assert all(changes.is_up_to_date for _, changes in build(root, units, stages=False)[0].destinations)
                assert {path for path in tree(root) if ".modelyard" not in path} == {
                    f"records/{path}" if is_committed else f"build/{path}"
                    for path, (_, _, is_committed) in files.items()
                }
