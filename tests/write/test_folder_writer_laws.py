"""What holds for any sequence of builds."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from compiler.write import OutputFile, Unit

from .folder_builds import plan_changes, write_units

PATHS = ("a", "a/x", "a/y", "b/x/deep", "b/x", "c/d/e", "B2", "c/d/f")
UNITS = ("prod", "prod/m", "dev/m")
FOREIGN = ("a/notes", "b/mine", "c/d/e2")

Build = dict[str, dict[str, bytes]]


def owners(paths: dict[str, tuple[str, bytes]]) -> Build:
    """Paths with their unit and bytes as a build without clashes: a file is never above another."""
    kept = {path: there for path, there in paths.items() if not any(path.startswith(f"{other}/") for other in paths)}
    build: Build = {}
    for path, (unit, content) in kept.items():
        build.setdefault(unit, {})[path] = content
    return build


CONTENT = st.sampled_from([b"", b"one", b"two"])
BUILDS = st.dictionaries(st.sampled_from(PATHS), st.tuples(st.sampled_from(UNITS), CONTENT)).map(owners)
SCOPES = st.none() | st.sets(st.sampled_from(UNITS))


def units(build: Build) -> list[Unit]:
    return [
        Unit(unit, tuple(OutputFile(path, content, "e", ("m.yaml",)) for path, content in files.items()))
        for unit, files in build.items()
    ]


def tree(root: Path) -> dict[str, bytes]:
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".modelyard")}


def files(build: Build) -> dict[str, bytes]:
    return {path: content for made in build.values() for path, content in made.items()}


def start(folder: str, foreign: set[str]) -> Path:
    root = Path(folder)
    for name in foreign:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"mine")
    return root


@given(st.lists(BUILDS, max_size=5), st.sets(st.sampled_from(FOREIGN)))
def test_the_folder_is_the_last_build_that_had_no_conflict_and_what_others_put_there(
    builds: list[Build], foreign: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, last = start(folder, foreign), Build()
        for build in builds:
            change_set = plan_changes(root, units(build))
            in_the_way = {above for name in foreign for above in (name, *map(str, Path(name).parents))}
            assert bool(change_set.conflicts) == bool(in_the_way & set(files(build)))
            if not change_set.conflicts:
                write_units(root, units(build))
                last = build
            assert tree(root) == files(last) | dict.fromkeys(foreign, b"mine")
            assert plan_changes(root, units(last)).is_up_to_date


@given(BUILDS, st.lists(st.tuples(BUILDS, SCOPES), max_size=4))
def test_a_run_about_some_units_is_as_if_the_others_had_been_built_as_before(
    first: Build, runs: list[tuple[Build, set[str] | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = start(folder, set())
        write_units(root, units(first))
        last = first
        for build, scope in runs:
            scoped_units = {unit: made for unit, made in build.items() if scope is None or unit in scope}
            other_units = {unit: made for unit, made in last.items() if scope is not None and unit not in scope}
            is_in_scope = scope.__contains__ if scope is not None else lambda _: True
            change_set = plan_changes(root, units(scoped_units), is_in_scope)
            whole = plan_changes(root, units(scoped_units | other_units))
            assert bool(change_set.conflicts) == bool(whole.conflicts)
            if not change_set.conflicts:
                write_units(root, units(scoped_units), is_in_scope)
                last = scoped_units | other_units
            assert tree(root) == files(last)
            assert plan_changes(root, units(last)).is_up_to_date


@given(BUILDS, BUILDS, st.sampled_from(PATHS))
def test_a_hand_edit_outlives_every_build(first: Build, second: Build, edited_path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = start(folder, set())
        write_units(root, units(first))
        if edited_path in files(first):
            (root / edited_path).write_bytes(b"edited")
            before = tree(root)
            change_set = plan_changes(root, units(second))
            assert edited_path in [finding.location.path for finding in change_set.conflicts if finding.location]
            assert tree(root) == before
