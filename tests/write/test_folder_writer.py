"""Writing to a folder, as a whole: what stands afterwards, and what is refused."""

import gc
import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from compiler.diagnostics import codes
from compiler.foundation.errors import HostError
from compiler.write import Action, ChangeSet, FolderWriter, OutputFile, Unit
from compiler.write.destinations import recover
from compiler.write.lock_files import digest_of

from .folder_builds import plan_changes, prepare, write_units


def file(path: str, text: str = "x\n", *, executable: bool = False) -> OutputFile:
    return OutputFile(path, text.encode(), "kserve", ("models/a.yaml",), executable)


def unit(*files: OutputFile, id: str = "prod/a") -> Unit:
    return Unit(id, files)


def build(root: Path, *units: Unit) -> ChangeSet:
    return write_units(root, units)


def tree(root: Path) -> dict[str, str]:
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in found.items() if not name.startswith(".modelyard/")}


def actions(change_set: ChangeSet) -> dict[str, str]:
    return {change.path: change.action.value for change in change_set.changes}


def refusal_reasons(root: Path, *units: Unit) -> list[tuple[str, str]]:
    prepared = prepare(root, units)
    with pytest.raises(ValueError, match="conflicts"):
        prepared.apply()
    change_set = plan_changes(root, units, root_name="build")
    assert len(change_set.conflicts) == len(prepared.changes.conflicts)
    return [(finding.code.name, finding.location.path) for finding in change_set.conflicts]


def test_a_build_makes_its_root_and_writes_every_file(tmp_path: Path) -> None:
    root = tmp_path / "build"
    build(root, unit(file("prod/a/service.yaml", "one"), file("prod/a/run.sh", executable=True)))
    assert tree(root) == {"prod/a/service.yaml": "one", "prod/a/run.sh": "x\n"}
    assert (root / "prod/a/run.sh").stat().st_mode & stat.S_IXUSR
    assert not (root / "prod/a/service.yaml").stat().st_mode & stat.S_IXUSR


def test_files_have_the_permissions_that_the_users_mask_gives(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        build(tmp_path, unit(file("a.yaml"), file("b.yaml")))
        build(tmp_path, unit(file("a.yaml", "changed"), file("b.yaml")))
    finally:
        os.umask(mask)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.yaml", "b.yaml")] == [0o640, 0o640]


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml", "one"), file("b.yaml", "two")))
    old_stat = (tmp_path / "b.yaml").stat()
    change_set = build(tmp_path, unit(file("a.yaml", "uno"), file("b.yaml", "two")))
    assert (actions(change_set), change_set.counts[Action.KEEP]) == ({"a.yaml": "change"}, 1)
    after = (tmp_path / "b.yaml").stat()
    assert (old_stat.st_ino, old_stat.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_build_of_the_same_touches_nothing_not_even_its_locks(tmp_path: Path) -> None:
    files = unit(file("prod/a.yaml"), file("prod/run.sh", executable=True))
    build(tmp_path, files)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert build(tmp_path, files).is_up_to_date
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_is_no_longer_made_goes_and_so_do_the_folders_it_leaves_empty(tmp_path: Path) -> None:
    build(tmp_path, unit(file("prod/a/x.yaml"), file("prod/b/y.yaml")), unit(file("dev/z.yaml"), id="dev/a"))
    (tmp_path / "prod/b/notes.txt").write_text("mine")
    build(tmp_path, unit(file("prod/c.yaml")))
    assert tree(tmp_path) == {"prod/c.yaml": "x\n", "prod/b/notes.txt": "mine"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".modelyard", "prod"]
    assert sorted(path.name for path in (tmp_path / "prod").iterdir()) == ["b", "c.yaml"]


def test_when_nothing_is_made_any_more_nothing_of_ours_is_left(tmp_path: Path) -> None:
    build(tmp_path, unit(file("prod/a.yaml")), unit(file("prod/k.yaml"), id="prod"))
    build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_deleted_by_hand_is_made_again(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml")))
    (tmp_path / "a.yaml").unlink()
    assert actions(build(tmp_path, unit(file("a.yaml")))) == {"a.yaml": "create"}


def test_a_hand_edit_is_refused_and_named_and_nothing_else_is_written(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml"), file("b.yaml")))
    (tmp_path / "a.yaml").write_text("edited")
    wanted = unit(file("a.yaml", "new"), file("b.yaml", "new"), file("c.yaml"))
    assert refusal_reasons(tmp_path, wanted) == [("hand-edited", "build/a.yaml")]
    assert tree(tmp_path) == {"a.yaml": "edited", "b.yaml": "x\n"}


def test_a_hand_edit_is_refused_too_where_the_file_is_no_longer_made(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml")))
    (tmp_path / "a.yaml").write_text("edited")
    assert refusal_reasons(tmp_path) == [("hand-edited", "build/a.yaml")]


def test_an_edit_that_is_what_the_build_makes_is_no_conflict(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml")))
    (tmp_path / "a.yaml").write_text("new")
    change_set = build(tmp_path, unit(file("a.yaml", "new")))
    assert (actions(change_set), change_set.counts[Action.KEEP]) == ({}, 1)
    assert build(tmp_path, unit(file("a.yaml", "new"))).is_up_to_date


def test_an_unmanaged_file_is_refused_unless_its_bytes_are_equal(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("mine")
    assert refusal_reasons(tmp_path, unit(file("CODEOWNERS"))) == [("unmanaged-file", "build/CODEOWNERS")]
    (tmp_path / "CODEOWNERS").write_text("x\n")
    change_set = build(tmp_path, unit(file("CODEOWNERS")))
    assert (actions(change_set), change_set.counts[Action.KEEP]) == ({}, 1)
    build(tmp_path)
    assert tree(tmp_path) == {}


def test_a_lost_executable_bit_is_given_back_and_a_dropped_one_taken(tmp_path: Path) -> None:
    build(tmp_path, unit(file("run.sh", executable=True)))
    (tmp_path / "run.sh").chmod(0o644)
    build(tmp_path, unit(file("run.sh", executable=True)))
    assert (tmp_path / "run.sh").stat().st_mode & stat.S_IXUSR
    build(tmp_path, unit(file("run.sh")))
    assert not (tmp_path / "run.sh").stat().st_mode & stat.S_IXUSR


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    build(tmp_path, unit(file("rules", "one"), file("data/x/y", "two")))
    build(tmp_path, unit(file("rules/a.rego", "three"), file("data", "four")))
    assert tree(tmp_path) == {"rules/a.rego": "three", "data": "four"}
    build(tmp_path, unit(file("rules", "one"), file("data/x/y", "two")))
    assert tree(tmp_path) == {"rules": "one", "data/x/y": "two"}


@pytest.mark.parametrize("leftover", ["data/notes.txt", "data/empty/"])
def test_a_folder_with_an_unmanaged_entry_is_kept(tmp_path: Path, leftover: str) -> None:
    build(tmp_path, unit(file("data/x")))
    if leftover.endswith("/"):
        (tmp_path / leftover).mkdir()
    else:
        (tmp_path / leftover).write_text("mine")
    assert refusal_reasons(tmp_path, unit(file("data"))) == [("unmanaged-file", "build/data")]


def test_an_unmanaged_file_where_a_folder_is_expected_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prod").write_text("mine")
    assert refusal_reasons(tmp_path, unit(file("prod/a.yaml"))) == [("unmanaged-file", "build/prod")]


def test_a_path_may_move_from_one_unit_to_another(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml"), id="prod/a"), unit(file("b.yaml"), id="prod/b"))
    build(tmp_path, unit(file("b.yaml", "new"), id="prod/a"), unit(file("c.yaml"), id="prod/b"))
    assert tree(tmp_path) == {"b.yaml": "new", "c.yaml": "x\n"}
    assert build(tmp_path, unit(file("b.yaml", "new"), id="prod/a"), unit(file("c.yaml"), id="prod/b")).is_up_to_date


def test_a_renamed_case_leaves_the_new_name(tmp_path: Path) -> None:
    build(tmp_path, unit(file("README.md")))
    build(tmp_path, unit(file("Readme.md")))
    assert tree(tmp_path) == {"Readme.md": "x\n"}


def test_a_run_about_some_units_leaves_the_others_alone(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml"), id="prod/a"), unit(file("b.yaml"), id="prod/b"))
    (tmp_path / "b.yaml").write_text("edited, and not this run's business")
    write_units(tmp_path, [], lambda unit_id: unit_id == "prod/a")
    assert sorted(tree(tmp_path)) == ["b.yaml"]


@pytest.mark.parametrize("text", ["x\n", "other"])
def test_a_path_of_a_unit_outside_the_run_is_a_clash_with_it(tmp_path: Path, text: str) -> None:
    build(tmp_path, unit(file("shared.yaml"), id="prod/a"))
    change_set = plan_changes(tmp_path, [unit(file("shared.yaml", text), id="prod/b")], lambda name: name == "prod/b")
    assert [finding.code for finding in change_set.conflicts] == [codes.PATH_CONFLICT]
    assert "`prod/a`" in change_set.conflicts[0].message


def test_a_unit_outside_its_own_run_is_our_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside the scope"):
        plan_changes(tmp_path, [unit(file("a"))], lambda _: False)


def test_a_link_in_the_way_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.yaml").write_text("mine")
    root = tmp_path / "build"
    root.mkdir()
    (root / "prod").symlink_to(tmp_path / "elsewhere")
    (root / "b.yaml").symlink_to(tmp_path / "elsewhere/a.yaml")
    assert refusal_reasons(root, unit(file("prod/a.yaml"), file("b.yaml"))) == [
        ("output-link", "build/b.yaml"),
        ("output-link", "build/prod"),
    ]
    assert (tmp_path / "elsewhere/a.yaml").read_text() == "mine"


def test_a_folder_that_became_a_link_is_not_emptied_through_it(tmp_path: Path) -> None:
    root = tmp_path / "build"
    build(root, unit(file("prod/a.yaml")))
    (root / "prod").rename(tmp_path / "moved")
    (root / "prod").symlink_to(tmp_path / "moved")
    assert refusal_reasons(root) == [("output-link", "build/prod")]
    assert (tmp_path / "moved/a.yaml").exists()


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "build").symlink_to(tmp_path / "real")
    build(tmp_path / "build", unit(file("prod/a.yaml")))
    assert tree(tmp_path / "real") == {"prod/a.yaml": "x\n"}


def test_locks_behind_a_link_are_not_written(tmp_path: Path) -> None:
    root = tmp_path / "build"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (root / ".modelyard").symlink_to(tmp_path / "elsewhere")
    assert refusal_reasons(root, unit(file("a.yaml"))) == [("output-link", "build/.modelyard")]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_damaged_lock_is_the_only_finding(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml")))
    (tmp_path / ".modelyard/locks/prod/a.json").write_text("<<<<<<< ours\n")
    wanted = unit(file("a.yaml", "new"), file("../b.yaml"))
    assert refusal_reasons(tmp_path, wanted) == [("damaged-lock", "build/.modelyard/locks/prod/a.json")]


def test_a_lock_cannot_make_us_delete_outside_the_root(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x\n")
    root = tmp_path / "build"
    build(root, unit(file("mine.txt")))
    lock = root / ".modelyard/locks/prod/a.json"
    lock.write_text(lock.read_text().replace('"mine.txt"', '"../mine.txt"'))
    assert refusal_reasons(root) == [("damaged-lock", "build/.modelyard/locks/prod/a.json")]
    assert (tmp_path / "mine.txt").exists()


def test_a_lock_removes_no_file_from_a_place_that_its_emitter_does_not_write_to(tmp_path: Path) -> None:
    build(tmp_path, unit(file("LICENSE"), file("records/card.md")))
    change_set = write_units(tmp_path, [], may_remove=lambda emitter, path: path.startswith("records/"))
    assert [(finding.code, finding.location.path) for finding in change_set.warnings] == [
        (codes.FOREIGN_FILE, ".modelyard/locks/prod/a.json")
    ]
    assert tree(tmp_path) == {"LICENSE": "x\n"}
    assert plan_changes(tmp_path, []).is_up_to_date


def test_a_listed_file_elsewhere_is_no_hand_edit_whatever_it_holds(tmp_path: Path) -> None:
    build(tmp_path, unit(file("LICENSE")))
    (tmp_path / "LICENSE").write_text("other")
    change_set = plan_changes(tmp_path, [], may_remove=lambda emitter, path: False)
    assert not change_set.conflicts
    assert [finding.code for finding in change_set.warnings] == [codes.FOREIGN_FILE]


@pytest.mark.parametrize("folder", ["build", "out/build"])
@pytest.mark.parametrize("link", ["build", "out"])
def test_a_folder_that_is_or_lies_behind_a_link_is_not_written_to(tmp_path: Path, folder: str, link: str) -> None:
    if link not in folder.split("/"):
        return
    (tmp_path / "victim/build").mkdir(parents=True)
    project = tmp_path / "project"
    (project / "out").mkdir(parents=True)
    path = "out" if link == "out" else folder
    if link == "out":
        (project / "out").rmdir()
    (project / path).symlink_to(tmp_path / "victim")
    (finding,) = plan_changes(project, [unit(file("a"))], folder=folder, root_name=folder).conflicts
    assert (finding.code, finding.location.path) == (codes.OUTPUT_LINK, path)
    assert tree(tmp_path / "victim") == {}


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, unit(file("a.yaml", "old"), file("gone.yaml")))
    real, room = os.write, [3]

    def write(to: int, content: bytes) -> int:
        room[0] -= 1
        if room[0] == 0:
            raise OSError(28, "No space left on device")
        return real(to, content[:2])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(HostError, match=r"cannot write `b.yaml`: No space left"):
        prepare(tmp_path, [unit(file("a.yaml", "new!"), file("b.yaml", "more"))])
    monkeypatch.undo()
    assert tree(tmp_path) == {"a.yaml": "old", "gone.yaml": "x\n"}
    assert actions(build(tmp_path, unit(file("a.yaml", "new!"), file("b.yaml", "more")))) == {
        "a.yaml": "change",
        "b.yaml": "create",
        "gone.yaml": "delete",
    }


def test_a_rename_that_fails_leaves_the_old_file_and_is_done_by_the_next_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, unit(file("a.yaml", "old")))
    prepared = prepare(tmp_path, [unit(file("a.yaml", "new"))])
    real = os.replace

    def replace(old: str, new: str, **folders: int) -> None:
        if new == "a.yaml":
            raise PermissionError(13, "Permission denied", old, None, new)
        real(old, new, **folders)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(HostError, match=r"cannot write `a.yaml`: Permission denied"):
        prepared.apply()
    monkeypatch.undo()
    assert tree(tmp_path) == {"a.yaml": "old"}
    assert recover(tmp_path, "", "").interruption == (2, 0)
    assert tree(tmp_path) == {"a.yaml": "new"}


def test_a_file_that_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    prepared = prepare(tmp_path, [unit(file("a.yaml"))])
    (tmp_path / "a.yaml").write_text("mine")
    with pytest.raises(HostError, match=r"kept `a\.yaml`"):
        prepared.apply()
    assert tree(tmp_path) == {"a.yaml": "mine"}


def test_content_is_released_when_its_unit_was_added(tmp_path: Path) -> None:
    writer = FolderWriter(tmp_path)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(50):
            content = bytes(100_000)
            writer.add("prod/m" + str(number), [(OutputFile(f"prod/{number}", content, "e", ()), digest_of(content))])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert writer.finish().counts[Action.CREATE] == 50
    assert peak < 1_500_000
    writer.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["x\n", "new"])
def test_a_check_stages_nothing(tmp_path: Path, text: str) -> None:
    build(tmp_path, unit(file("a.yaml")))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.rglob("*"))}
    plan_changes(tmp_path, [unit(file("a.yaml", text), file("b.yaml"))])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.rglob("*"))} == before


def test_nothing_outside_the_staging_folder_changes_before_all_units_are_known(tmp_path: Path) -> None:
    build(tmp_path, unit(file("a.yaml", "old"), file("gone.yaml")))
    prepared = prepare(tmp_path, [unit(file("a.yaml", "new"), file("b.yaml"))])
    assert tree(tmp_path) == {"a.yaml": "old", "gone.yaml": "x\n"}
    prepared.writer.close()
    assert [path.name for path in (tmp_path / ".modelyard").iterdir()] == ["locks"]


def test_the_steps_of_a_write_are_those_that_its_plan_counts(tmp_path: Path) -> None:
    build(tmp_path, unit(file("gone.yaml"), file("kept.yaml")), unit(file("old.yaml"), id="prod/old"))
    steps: list[None] = []
    prepared = prepare(tmp_path, [unit(file("a.yaml"), file("kept.yaml"))])
    prepared.apply(lambda: steps.append(None))
    assert len(steps) == prepared.changes.operation_count == 3 + 2
