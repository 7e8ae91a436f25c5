"""What is decided before anything is touched: paths and clashes."""

from pathlib import Path

import pytest

from compiler.write import OutputFile, Unit

from .folder_builds import plan_changes


def unit(id: str, *paths: str) -> Unit:
    return Unit(id, tuple(OutputFile(path, b"x", "kserve", (f"models/{id}.yaml",)) for path in paths))


def conflicts(root: Path, *units: Unit) -> list[tuple[str, str]]:
    return [(finding.code.name, finding.message) for finding in plan_changes(root, units).conflicts]


def test_one_path_of_two_units_is_a_clash_that_names_both(tmp_path: Path) -> None:
    (finding,) = plan_changes(tmp_path, [unit("a", "x.yaml"), unit("b", "x.yaml")]).conflicts
    assert finding.message == "`x.yaml` of `b` is also rendered by `a`"
    assert [note.location.path for note in finding.notes if note.location] == ["models/b.yaml", "models/a.yaml"]


@pytest.mark.parametrize("other_path", ["X.yaml", "x.YAML"])
def test_paths_that_differ_by_case_alone_clash(tmp_path: Path, other_path: str) -> None:
    assert conflicts(tmp_path, unit("a", "x.yaml"), unit("b", other_path)) == [
        ("path-conflict", f"`{other_path}` of `b` conflicts with `x.yaml` of `a`")
    ]


def test_paths_that_differ_by_composition_alone_clash(tmp_path: Path) -> None:
    assert [name for name, _ in conflicts(tmp_path, unit("a", "caf\u00e9", "cafe\u0301"))] == ["path-conflict"]


@pytest.mark.parametrize(("first", "second"), [("data", "data/x"), ("data/x", "data"), ("a/b", "a/B/c/d")])
def test_a_file_and_a_folder_of_one_name_clash(tmp_path: Path, first: str, second: str) -> None:
    assert conflicts(tmp_path, unit("a", first), unit("b", second)) == [
        ("path-conflict", f"`{second}` of `b` conflicts with `{first}` of `a`")
    ]


def test_folders_are_shared(tmp_path: Path) -> None:
    assert conflicts(tmp_path, unit("a", "prod/a/x", "prod/a/y"), unit("b", "prod/b/x", "prod/a/z")) == []


def test_an_unsafe_path_is_reported_with_its_emitter(tmp_path: Path) -> None:
    assert conflicts(tmp_path, unit("a", "../x")) == [
        ("unsafe-path", "the path '../x' of a file rendered by `kserve` has a part `.` or `..`")
    ]


def test_conflicts_come_in_the_order_of_paths_whatever_the_order_of_units(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text("mine")
    there = plan_changes(tmp_path, [unit("one", "c", "a"), unit("two", "b")]).conflicts
    back = plan_changes(tmp_path, [unit("two", "b"), unit("one", "a", "c")]).conflicts
    assert there == back
    assert [finding.location.path for finding in there if finding.location] == ["a", "b", "c"]


@pytest.mark.parametrize("id", ["", "/prod", "prod/", "../x", "Prod", "prod/x.json", ".hidden", "prod//x"])
def test_an_id_that_could_not_name_a_lock_is_our_bug(tmp_path: Path, id: str) -> None:
    with pytest.raises(ValueError, match="is not a valid id of a unit"):
        plan_changes(tmp_path, [unit(id, "x")])
