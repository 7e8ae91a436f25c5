"""Tests lie where a reader looks for them: those of a module mirror its path, those of behaviour have a folder by its name."""

from pathlib import Path

import pytest

import compiler

PACKAGE = Path(compiler.__file__).parent
TESTS = Path(__file__).parents[1]

BEHAVIOUR_FOLDERS = {
    "admission": "rendered admission policies, evaluated as an API server evaluates them",
    "bench": "the generator of benchmark projects, and what measures them",
    "cases": "what `check` prints about small projects; an extension made by the guide alone",
    "ci": "rendered workflows, run with a stand-in for the server; the hooks of pre-commit",
    "cli/all_commands": "what all commands have in common: exit codes, streams, imports",
    "delivery": "Argo CD, namespaces and code owners",
    "docs": "guides, reference pages and named paths",
    "editor": "completion in editors by the published schemas",
    "hostile": "projects that are broken at random",
    "monitoring": "rendered rules, dashboards and alert routes",
    "portfolio": "the sample portfolio as a whole",
    "records": "rendered records: model cards, registers, provenance",
    "structure": "the code base itself",
    "targets": "rendered deployments, held against the schemas and tools that read them",
}
"""Folders of tests that concern several packages, with what each tests."""


def module_paths() -> list[str]:
    return sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py") if "input" not in path.parts)


def is_behaviour(path: str) -> bool:
    return any(path.startswith(f"{folder}/") for folder in BEHAVIOUR_FOLDERS)


def mirrored_name(path: str, package: Path = PACKAGE) -> str | None:
    """The module or subpackage that a test module is named after: `test_<name>.py` or `test_<name>_<aspect>.py`."""
    folder, _, file = path.rpartition("/")
    words = file.removeprefix("test_").removesuffix(".py").split("_")
    names = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    return next((name for name in names if is_module(package / folder / name)), None) if folder else None


def is_module(path: Path) -> bool:
    return path.with_name(f"{path.name}.py").is_file() or (path / "__init__.py").is_file()


def test_each_test_module_mirrors_a_module_or_tests_behaviour() -> None:
    misplaced = [path for path in module_paths() if not is_behaviour(path) and mirrored_name(path) is None]
    assert not misplaced, "no module of compiler/ has these names, and their folder is in no list of behaviour folders"


def test_each_behaviour_folder_exists_and_is_no_package() -> None:
    for folder in BEHAVIOUR_FOLDERS:
        assert (TESTS / folder).is_dir(), folder
        assert not (PACKAGE / folder).exists(), f"{folder} is a package: its tests mirror its modules"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("cel/test_batch.py", "batch"),
        ("cel/test_batch_laws.py", "batch"),
        ("graph/test_layout.py", "layout"),
        ("graph/layout/test_packing.py", "packing"),
        ("cel/test_nothing_like_it.py", None),
        ("layout/test_packing.py", None),
        ("test_pipeline.py", None),
    ],
)
def test_a_test_module_mirrors_a_module_in_the_same_folder(path: str, name: str | None) -> None:
    assert mirrored_name(path) == name
