"""Modules are small, and a name means one module."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

import compiler

PACKAGE = Path(compiler.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 60

NAMED_BY_USERS = {
    "cli": "a file is named after its command",
    "commands": "likewise",
    "spec/kinds": "a file is named after its kind",
}
"""Folders whose names are public words, so that another package may have a module for the same thing."""
SHADOWS_STANDARD_LIBRARY = {"spec/types"}
"""The model types, which users extend; it is imported by its full path."""


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix().removesuffix("/__init__.py").removesuffix(".py")


def test_no_module_name_is_in_two_packages() -> None:
    folders = defaultdict(list)
    for path in MODULES:
        folder, _, name = relative(path).rpartition("/")
        if folder not in NAMED_BY_USERS and not name.startswith("__"):
            folders[name].append(folder)
    assert {name: found for name, found in folders.items() if len(found) > 1} == {}
    assert "policy" in folders, "packages count, too"


def test_no_module_has_the_name_of_one_of_the_standard_library() -> None:
    names = {relative(path): relative(path).rpartition("/")[2] for path in MODULES if path.parent != PACKAGE / "cli"}
    shadowing = {path for path, name in names.items() if name in sys.stdlib_module_names}
    assert shadowing == SHADOWS_STANDARD_LIBRARY


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    lengths = {f"{relative(path)}: {node.name}": node_lines(node) for path in MODULES for node in functions(path)}
    assert lengths, "there are functions"
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def node_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without decorators."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
