"""A store returns what an earlier run of the same version put there, or nothing, whatever happened to its file in between."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.store import project_store as store_module
from compiler.store.cache_folder import CACHE_VARIABLE
from compiler.store.project_store import Store, open_store

ROOT = Path(__file__).parents[2]
VALUES = {f"key {number}": bytes([number]) * 100 for number in range(50)}


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "home" / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def project(tmp_path, home) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def open_project(project: Path) -> Store:
    return open_store(project, project)


def save(project: Path, values: dict[str, bytes] = VALUES, table: str = "table") -> None:
    store = open_project(project)
    store.put(table, values)
    store.commit()


def load(project: Path, table: str = "table") -> dict[str, bytes]:
    return open_project(project).get_all(table)


def only_file(home: Path) -> Path:
    (file,) = home.iterdir()
    return file


changes = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "commit", "reopen"]), st.sampled_from("ab"), st.text("xyé\0", max_size=2), st.binary()),
    max_size=20,
)  # fmt: skip


@given(changes)
def test_a_store_is_a_map_that_later_runs_see(tmp_path_factory, changes):
    project = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("home")))
        store = open_project(project)
        expected: dict[str, dict[str, bytes]] = {"a": {}, "b": {}}
        for action, table, key, value in changes:
            if action == "put":
                store.put(table, {key: value})
                expected[table][key] = value
            elif action == "delete":
                store.delete(table, [key])
                expected[table].pop(key, None)
            else:
                store.commit()
                store = open_project(project) if action == "reopen" else store
            assert store.get(table, key) == expected[table].get(key)
            assert {name: store.get_all(name) for name in expected} == expected


def test_nothing_is_saved_before_the_commit(home, project):
    store = open_project(project)
    store.put("table", VALUES)
    assert load(project) == {}
    assert list(home.iterdir()) == []


def test_many_bytes_are_saved_before_the_commit(project, monkeypatch):
    monkeypatch.setattr(store_module, "MAX_PENDING_BYTES", 1000)
    store = open_project(project)
    store.put("table", VALUES)
    assert load(project) == VALUES == store.get_all("table")


def test_a_disabled_store_stores_nothing(home, project):
    store = open_store(project, project, enabled=False)
    store.put("table", VALUES)
    store.commit()
    assert not store.is_enabled
    assert store.get_all("table") == {}
    assert not home.exists()


def test_a_key_that_is_no_unicode_is_a_miss(project):
    save(project, {"a\udc80": b"1", "b": b"2"})
    assert load(project) == {"b": b"2"}
    assert open_project(project).get("table", "a\udc80") is None


@pytest.mark.parametrize("name", ["a b", "", "t; DROP TABLE header", "é"])
def test_the_name_of_a_table_is_an_identifier(project, name):
    store = open_project(project)
    for call in (lambda: store.get(name, ""), lambda: store.get_all(name), lambda: store.put(name, {})):
        with pytest.raises(ValueError, match="cannot be the name of a table"):
            call()


def test_another_version_of_the_tool_drops_everything(home, project, monkeypatch):
    save(project)
    monkeypatch.setattr(store_module, "installation_stamp", lambda: "another")
    monkeypatch.setattr(store_module, "tool_version", lambda: "another")
    assert load(project) == {}
    save(project, {"b": b"1"})
    assert load(project) == {"b": b"1"}
    assert len(list(home.iterdir())) == 1
    monkeypatch.undo()
    monkeypatch.setenv(CACHE_VARIABLE, str(home))
    assert load(project) == {}


def test_an_equal_installation_keeps_everything_and_is_not_read_again(project, monkeypatch):
    save(project)
    monkeypatch.setattr(store_module, "installation_stamp", lambda: "reinstalled")
    store = open_project(project)
    assert store.get_all("table") == VALUES
    store.commit()
    monkeypatch.setattr(store_module, "tool_version", lambda: pytest.fail("the files were read"))
    store = open_project(project)
    assert store.get_all("table") == VALUES
    assert store.version


def change_a_value(file: Path) -> None:
    change(file, "UPDATE t_table SET value = value || 'x' WHERE key = 'key 1'")


def swap_two_values(file: Path) -> None:
    change(
        file,
        "UPDATE t_table SET (checksum, value) = (SELECT checksum, value FROM t_table WHERE key = 'key 2') WHERE key = 'key 1'",
    )


def change_a_type(file: Path) -> None:
    change(file, "UPDATE t_table SET value = 1 WHERE key = 'key 1'")


def change_a_checksum(file: Path) -> None:
    change(file, "UPDATE t_table SET checksum = NULL WHERE key = 'key 1'")


def change(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("damage", [change_a_value, swap_two_values, change_a_type, change_a_checksum])
def test_a_damaged_value_is_a_miss_and_the_others_are_not(damage, home, project):
    save(project)
    damage(only_file(home))
    assert open_project(project).get("table", "key 1") is None
    assert load(project) == {key: value for key, value in VALUES.items() if key != "key 1"}


def write_text(file: Path) -> None:
    file.write_text("[]" * 5000)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5000])


def overwrite_the_middle(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:2000] + b"\xff" * (len(content) - 3000) + content[-1000:])


def rename_the_columns(file: Path) -> None:
    change(file, "ALTER TABLE t_table RENAME COLUMN value TO content")


def drop_the_header(file: Path) -> None:
    change(file, "DROP TABLE header")


def let_others_write(file: Path) -> None:
    file.chmod(0o666)


def replace_by_link(file: Path) -> None:
    target = file.with_name("target")
    file.rename(target)
    file.symlink_to(target)


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        write_text, empty, cut_off, overwrite_the_middle, rename_the_columns, drop_the_header, let_others_write, replace_by_link,
        replace_by_folder,
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_replaced(damage, home, project):
    save(project)
    damage(only_file(home))
    values = load(project)
    assert values.items() <= VALUES.items()
    assert values != VALUES
    new_values = {"a": b"1" * 10_000}
    store = open_project(project)
    store.get_all("table")
    store.put("table", new_values)
    store.commit()
    assert load(project) == {**values, **new_values} or load(project) == new_values


def test_a_folder_that_others_may_write_to_is_not_used(home, project):
    save(project)
    home.chmod(0o777)
    assert not open_project(project).is_enabled
    assert load(project) == {}


def test_only_the_user_may_read_the_file(home, project):
    previous_mask = os.umask(0)
    try:
        save(project)
    finally:
        os.umask(previous_mask)
    assert home.stat().st_mode & 0o777 == 0o700
    assert only_file(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("setting", ["off", "relative/folder"])
def test_no_folder_is_created_where_the_user_wants_none(project, tmp_path, monkeypatch, setting):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, setting)
    save(project)
    assert list(tmp_path.rglob("*")) == [project]


def test_no_folder_is_created_in_the_checkout(project, monkeypatch):
    link = project.with_name("link")
    link.symlink_to(project)
    for folder in (project, link):
        monkeypatch.setenv(CACHE_VARIABLE, str(folder / "cache"))
        save(project)
    assert list(project.iterdir()) == []


def test_a_folder_that_cannot_be_created_is_a_miss(project, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    save(project)
    assert load(project) == {}


def test_what_was_not_used_for_the_longest_time_is_evicted(project, home, monkeypatch):
    old, new = ({f"{name} {number}": b"x" * 1000 for number in range(100)} for name in ("old", "new"))
    day = time.time() // 86_400 * 86_400
    monkeypatch.setattr("compiler.store.database.time.time", lambda: day - 30 * 86_400)
    save(project, old)
    monkeypatch.setattr("compiler.store.database.time.time", lambda: day)
    store = open_project(project)
    assert store.get("table", "old 7")
    store.put("table", new)
    monkeypatch.setattr(store_module, "MAX_BYTES", 290_000)
    store.commit()
    values = load(project)
    assert new.items() <= values.items()
    assert "old 7" in values
    assert 5 < len(values) - len(new) < 95
    size = only_file(home).stat().st_size
    for number in range(10):
        save(project, {f"{number} {key}": value for key, value in new.items()})
    assert only_file(home).stat().st_size <= 2 * size


def test_a_table_that_is_read_as_a_whole_is_in_use(project, monkeypatch):
    day = time.time() // 86_400 * 86_400
    monkeypatch.setattr("compiler.store.database.time.time", lambda: day - 30 * 86_400)
    save(project, {"a": b"x" * 100_000}, "read")
    save(project, {"b": b"x" * 100_000}, "unread")
    monkeypatch.setattr("compiler.store.database.time.time", lambda: day)
    store = open_project(project)
    store.get_all("read")
    monkeypatch.setattr(store_module, "MAX_BYTES", 190_000)
    store.commit()
    assert list(load(project, "read")) == ["a"]
    assert load(project, "unread") == {}


def test_few_projects_are_kept_and_no_file_of_others_is_lost(home, tmp_path):
    home.mkdir(parents=True)
    (home / "notes.sqlite").write_text("mine")
    for number in range(12):
        folder = tmp_path / f"project-{number}"
        folder.mkdir()
        save(folder)
        for file in home.glob("*-1.sqlite"):
            os.utime(file, (file.stat().st_mtime - 10, file.stat().st_mtime - 10))
    assert len(list(home.iterdir())) == 8 + 1
    assert (home / "notes.sqlite").read_text() == "mine"
    assert load(tmp_path / "project-11") == VALUES
    assert load(tmp_path / "project-0") == {}


def test_a_full_disk_or_the_lock_of_another_run_saves_nothing(home, project, monkeypatch):
    save(project)
    monkeypatch.setattr("compiler.store.database.MAX_WAIT_SECONDS", 0.1)
    connection = sqlite3.connect(only_file(home), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    save(project, {"a": b"1"})
    connection.execute("ROLLBACK")
    assert load(project) == VALUES
    connection.execute("BEGIN EXCLUSIVE")
    assert load(project) == {}
    connection.execute("ROLLBACK")
    connection.close()
    assert load(project) == VALUES


def test_a_file_that_another_run_replaced_is_not_written(home, project):
    save(project)
    store = open_project(project)
    assert store.get("table", "key 1")
    only_file(home).write_text("damaged" * 100)
    save(project, {"b": b"2"})
    store.put("table", {"c": b"3"})
    store.commit()
    assert load(project) == {"b": b"2"}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the threads of pytest-xdist
def test_a_child_process_opens_the_file_again(project):
    save(project)
    store = open_project(project)
    assert store.get_all("table") == VALUES
    child = os.fork()
    if child == 0:
        is_equal = store.get_all("table") == VALUES
        store.put("table", {"child": b"1"})
        store.commit()
        os._exit(0 if is_equal else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.get("table", "child") == b"1"


WRITER = """
import sys
from pathlib import Path
from compiler.store.project_store import open_store
project, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for round in range(rounds):
    store = open_store(project, project)
    values = store.get_all("table")
    assert all(value == key.encode() * 2000 for key, value in values.items()), "a torn value"
    store.put("table", {f"{name} {round} {number}": f"{name} {round} {number}".encode() * 2000 for number in range(20)})
    store.delete("table", [key for key in values if key.startswith(f"{name} {round - 2} ")])
    store.commit()
    print(round, flush=True)
"""


def start_writer(project: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(project), name, str(rounds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.races
def test_runs_at_the_same_time_see_whole_values(project):
    writers = [start_writer(project, f"writer {number}", 5) for number in range(3)]
    for writer in writers:
        output, _ = writer.communicate(timeout=120)
        assert writer.returncode == 0, output
    assert load(project)


@pytest.mark.races
def test_a_killed_run_leaves_whole_values(project):
    rounds = int(os.environ.get("MODELYARD_TEST_ROUNDS", "4"))
    for number in range(rounds):
        with start_writer(project, f"killed {number}", 10_000) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "0\n"
            time.sleep(0.01 * number % 0.2)
            writer.send_signal(signal.SIGKILL)
        values = load(project)
        assert any(key.startswith(f"killed {number} ") for key in values)
        assert all(value == key.encode() * 2000 for key, value in values.items())
