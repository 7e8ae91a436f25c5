"""A build that is killed at any step loses nothing, and the next build has the right result."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from compiler.diagnostics import codes
from compiler.foundation.errors import HostError
from compiler.write import OutputFile, Unit
from compiler.write.destinations import recover
from compiler.write.transaction import find_interruption

from .folder_builds import plan_changes, prepare, write_units

ROOT = Path(__file__).resolve().parents[2]
Build = dict[str, dict[str, str]]

OLD: Build = {
    "prod/a": {"prod/a/x": "one", "prod/a/y": "two", "prod/gone": "three", "data": "a file", "prod/run.sh": "same"},
    "prod/b": {"prod/b/x": "four", "rules/a": "five", "Name": "case"},
    "prod/old": {"prod/old/x": "six"},
}
NEW: Build = {
    "prod/a": {"prod/a/x": "ONE", "prod/a/y": "two", "data/x": "now a folder", "prod/run.sh": "same"},
    "prod/b": {"prod/b/x": "FOUR", "rules": "now a file", "name": "case", "prod/gone": "moved"},
    "prod/new": {"prod/new/x/y": "seven"},
}
ALTERNATIVE: Build = {"prod/a": {"prod/a/x": "1", "prod/a/z": "new"}, "prod/new": {"data": "a file", "prod/new/x": "8"}}


class ProcessKilled(BaseException):
    """Stands for the end of the process: after it nothing has an effect any more."""


@contextmanager
def killed_after(effects: int) -> Iterator[list[str]]:
    """Let the process die after some effects on the disk; yields the names of the effects."""
    with failing_after(effects, ProcessKilled) as effect_names:
        yield effect_names


@contextmanager
def failing_after(
    effects: int,
    error: Callable[[], BaseException],
    failing_names: Collection[str] = ("open", "write", "mkdir", "replace", "unlink", "rmdir", "chmod"),
    count: int = 10_000,
) -> Iterator[list[str]]:
    """Let a number of effects on the disk fail after some that succeed; yields the names of those."""
    effect_names: list[str] = []
    failures = [count]
    real = {name: getattr(os, name) for name in ("open", "write", "mkdir", "replace", "unlink", "rmdir", "chmod")}

    def wrap(name: str) -> Callable[..., object]:
        def effect(*arguments: object, **options: object) -> object:
            if name == "open" and not int(arguments[1]) & (os.O_CREAT | os.O_TRUNC):
                return real[name](*arguments, **options)
            if len(effect_names) >= effects and name in failing_names and failures[0]:
                failures[0] -= 1
                raise error()
            effect_names.append(name)
            return real[name](*arguments, **options)

        return effect

    for name in real:
        setattr(os, name, wrap(name))
    try:
        yield effect_names
    finally:
        for name, function in real.items():
            setattr(os, name, function)


def output(path: str, text: str, build: Build) -> OutputFile:
    return OutputFile(path, text.encode(), "e", ("m.yaml",), executable=path.endswith(".sh") and build is NEW)


def units(build: Build) -> list[Unit]:
    return [Unit(unit, tuple(output(*file, build) for file in made.items())) for unit, made in build.items()]


def files(build: Build) -> dict[str, str]:
    return {path: text for made in build.values() for path, text in made.items()}


def tree(root: Path) -> dict[str, str]:
    there = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in there.items() if not name.startswith(".modelyard/")}


def state_files(root: Path) -> list[str]:
    return [path.name for path in (root / ".modelyard").glob("*") if path.name != "locks"]


def next_build(root: Path, build: Build, folder: str = "") -> None:
    assert recover(root, folder, "").findings == ()
    write_units(root, units(build), folder=folder)


def kill(root: Path, effects: int, build: Build = NEW, folder: str = "") -> list[str]:
    """Build, and die after some effects."""
    with killed_after(effects) as effect_names, suppress(ProcessKilled):
        prepare(root, units(build), folder=folder).apply()
    return effect_names


def count_effects(tmp_path: Path, first: Build) -> int:
    root = tmp_path / "count"
    next_build(root, first)
    effect_names = kill(root, 10_000)
    assert tree(root) == files(NEW)
    shutil.rmtree(root)
    return len(effect_names)


@pytest.mark.parametrize("first", [{}, OLD], ids=["fresh", "update"])
@pytest.mark.parametrize("next_files", [NEW, OLD, ALTERNATIVE, {}], ids=["same", "reverted", "other", "nothing"])
def test_the_build_after_a_kill_at_any_step_has_the_right_result(
    tmp_path: Path, first: Build, next_files: Build
) -> None:
    root = tmp_path / "build"
    (tmp_path / "count").mkdir()
    for effects in range(count_effects(tmp_path, first)):
        root.mkdir()
        next_build(root, first)
        kill(root, effects)
        next_build(root, next_files)
        assert tree(root) == files(next_files), effects
        assert plan_changes(root, units(next_files)).is_up_to_date
        assert state_files(root) == []
        shutil.rmtree(root)


@pytest.mark.parametrize("second_kill", range(0, 60, 7))
def test_a_recovery_that_is_killed_too_is_completed_by_the_next(tmp_path: Path, second_kill: int) -> None:
    root = tmp_path / "build"
    (tmp_path / "count").mkdir()
    total = count_effects(tmp_path, OLD)
    for effects in range(total // 2, total, 5):
        root.mkdir()
        next_build(root, OLD)
        kill(root, effects)
        with killed_after(second_kill), suppress(ProcessKilled):
            recover(root, "", "")
        next_build(root, ALTERNATIVE)
        assert (tree(root), state_files(root)) == (files(ALTERNATIVE), [])
        shutil.rmtree(root)


@pytest.mark.parametrize("edited_path", sorted({*files(OLD), *files(NEW)}))
def test_an_edit_after_a_kill_at_any_step_is_kept_and_named(tmp_path: Path, edited_path: str) -> None:
    root = tmp_path / "build"
    (tmp_path / "count").mkdir()
    for effects in range(0, count_effects(tmp_path, OLD), 3):
        root.mkdir()
        next_build(root, OLD)
        kill(root, effects)
        if (root / edited_path).is_file():
            (root / edited_path).write_text("edited")
            recovery = recover(root, "", "")
            change_set = plan_changes(root, units(ALTERNATIVE))
            named_paths = [
                finding.location.path for finding in (*recovery.findings, *change_set.conflicts) if finding.location
            ]
            assert (root / edited_path).read_text() == "edited"
            assert edited_path in named_paths
        shutil.rmtree(root)


def test_a_build_that_is_killed_before_its_journal_changed_nothing(tmp_path: Path) -> None:
    next_build(tmp_path, OLD)
    effect_names = kill(tmp_path, 10_000)
    journal = effect_names.index("replace")
    shutil.rmtree(tmp_path / "prod")
    for path in tmp_path.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    next_build(tmp_path, OLD)
    kill(tmp_path, journal)
    assert tree(tmp_path) == files(OLD)
    assert find_interruption(tmp_path, "") is None


def test_an_interrupted_build_is_known_and_completed_once(tmp_path: Path) -> None:
    next_build(tmp_path, OLD)
    kill(tmp_path, kill_index(tmp_path, "unlink"))
    interruption = find_interruption(tmp_path, "")
    assert interruption is not None
    assert 0 < interruption.done_count < interruption.change_count
    assert recover(tmp_path, "", "") == (interruption, ())
    assert recover(tmp_path, "", "") == (None, ())
    assert tree(tmp_path) == files(NEW)


def kill_index(root: Path, effect: str) -> int:
    """How many effects happen before the second one of a kind, in a copy of the root."""
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    effect_names = kill(copy, 10_000)
    shutil.rmtree(copy)
    return [index for index, name in enumerate(effect_names) if name == effect][1]


@pytest.mark.parametrize("change", ["copied", "damaged", "outside"])
def test_a_journal_that_was_not_written_here_is_not_followed(tmp_path: Path, change: str) -> None:
    root = tmp_path / "build"
    root.mkdir()
    next_build(root, OLD)
    kill(root, kill_index(root, "unlink"))
    journal = root / ".modelyard/journal.json"
    if change == "copied":
        shutil.copytree(root, tmp_path / "clone")
        root = tmp_path / "clone"
    else:
        text = journal.read_text()
        journal.write_text(text[:40] if change == "damaged" else text.replace('"prod/a/x"', '"../victim"'))
    before = tree(root)
    (finding,) = recover(root, "", "build").findings
    assert (finding.code, finding.location.path) == (codes.DAMAGED_JOURNAL, "build/.modelyard/journal.json")
    assert tree(root) == before


def test_the_units_of_a_lock_that_changed_since_the_kill_are_left_alone(tmp_path: Path) -> None:
    next_build(tmp_path, OLD)
    kill(tmp_path, kill_index(tmp_path, "unlink"))
    lock = tmp_path / ".modelyard/locks/prod/b.json"
    lock.write_text(lock.read_text().replace("five", "5") + " ")
    before = (tmp_path / "prod/b/x").read_text()
    recover(tmp_path, "", "")
    assert (tmp_path / "prod/b/x").read_text() == before
    assert (tmp_path / "prod/a/x").read_text() == "ONE"


def test_a_file_that_changes_during_the_build_is_kept(tmp_path: Path) -> None:
    next_build(tmp_path, OLD)
    prepared = prepare(tmp_path, units(NEW))
    (tmp_path / "prod/a/x").write_text("edited")
    with pytest.raises(HostError, match="kept `prod/a/x`"):
        prepared.apply()
    assert tree(tmp_path) == files(NEW) | {"prod/a/x": "edited"}


def test_a_link_that_appears_during_the_build_is_not_followed(tmp_path: Path) -> None:
    root, victim = tmp_path / "build", tmp_path / "victim"
    victim.mkdir()
    root.mkdir()
    prepared = prepare(root, units(NEW))
    (root / "prod").symlink_to(victim)
    with pytest.raises(HostError):
        prepared.apply()
    assert list(victim.iterdir()) == []


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_only_folder() -> OSError:
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES))


GROWING = ("open", "write", "mkdir", "replace")


@pytest.mark.parametrize("first", [{}, OLD], ids=["fresh", "update"])
@pytest.mark.parametrize(
    ("error", "names", "count"),
    [(full_disk, GROWING, 10_000), (full_disk, GROWING, 1), (read_only_folder, (*GROWING, "unlink", "rmdir"), 10_000)],
    ids=["full", "full once", "read-only"],
)
def test_a_build_that_fails_at_any_step_is_an_error_of_the_system_and_the_next_one_has_the_right_result(
    tmp_path: Path, first: Build, error: Callable[[], OSError], names: tuple[str, ...], count: int
) -> None:
    root = tmp_path / "build"
    (tmp_path / "count").mkdir()
    for effects in range(count_effects(tmp_path, first)):
        root.mkdir()
        next_build(root, first)
        with failing_after(effects, error, names, count), suppress(HostError):
            prepare(root, units(NEW)).apply()
        if find_interruption(root, "") is None:
            assert tree(root) in (files(first), files(NEW)), effects
        next_build(root, NEW)
        assert (tree(root), state_files(root)) == (files(NEW), [])
        shutil.rmtree(root)


@pytest.mark.parametrize("first", [{}, OLD], ids=["fresh", "update"])
def test_an_interrupt_at_any_step_leaves_what_the_next_build_completes(tmp_path: Path, first: Build) -> None:
    root = tmp_path / "build"
    (tmp_path / "count").mkdir()
    for effects in range(count_effects(tmp_path, first)):
        root.mkdir()
        next_build(root, first)
        with failing_after(effects, KeyboardInterrupt, count=1), suppress(KeyboardInterrupt):
            prepare(root, units(NEW)).apply()
        if find_interruption(root, "") is None:
            assert tree(root) in (files(first), files(NEW)), effects
            assert tree(root) == files(NEW) or state_files(root) == [], effects
        next_build(root, ALTERNATIVE)
        assert (tree(root), state_files(root)) == (files(ALTERNATIVE), [])
        shutil.rmtree(root)


SCRIPT = """
import sys
from pathlib import Path
from compiler.write import FolderWriter, OutputFile, OutputWriter, Unit
from compiler.write.destinations import recover
from compiler.write.writer_lock import writer_lock
root, generation, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def file(n, i):
    return OutputFile(f"prod/m{n}/{i}", f"{generation} {i}".encode() * 50, "e", ())
made = [Unit(f"prod/m{n}", tuple(file(n, i) for i in range(10))) for n in range(count)]
print("start", flush=True)
with writer_lock(root, print):
    assert recover(root, "", "").findings == ()
    with OutputWriter(FolderWriter(root)) as writer:
        for unit in made:
            writer.add(unit)
        plan = writer.finish()
        assert not plan.findings, plan.findings[0].message
        writer.apply()
"""


def run_script(root: Path, generation: int, count: int) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-c", SCRIPT, str(root), str(generation), str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no signal that ends a process at once")
def test_processes_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    """First builds, builds of other units, and builds that revert others; some are killed while they complete a killed one."""
    random_ = random.Random(1)
    root = tmp_path / "build"
    root.mkdir()
    for number in range(30):
        if random_.random() < 0.2:
            shutil.rmtree(root)
            root.mkdir()
        with run_script(root, random_.randrange(3), random_.choice([10, 40])) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(random_.uniform(0, 0.08))
            process.kill()
        if random_.random() < 0.5:
            generation, count = random_.randrange(3), random_.choice([10, 40])
            with run_script(root, generation, count) as process:
                process.communicate()
            assert process.returncode == 0
            assert tree(root) == {f"prod/m{n}/{i}": f"{generation} {i}" * 50 for n in range(count) for i in range(10)}
            assert state_files(root) == [], number
