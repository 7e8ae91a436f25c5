"""A command imports what it needs and no more: people wait for it at each commit."""

import subprocess

import click
import pytest

from compiler.cli._shared.command_group import modelyard

HEAVY = (
    "subprocess",
    "jinja2",
    "cel_expr_python",
    "google.protobuf",
    "pydantic",
    "yaml",
    "jsonschema_rs",
    "jsonschema",
)
ASKS = "import sys, atexit; atexit.register(lambda: print('\\n'.join(sys.modules), file=open({at!r}, 'w')))"


@pytest.fixture
def imported_modules(project, command, surroundings, tmp_path):
    """The heavy modules that a command imports."""

    def ask(*words: str) -> set[str]:
        listing = tmp_path / "modules"
        code = f"{ASKS.format(at=str(listing))}; sys.argv[0] = 'modelyard'; from compiler.cli import main; main()"
        subprocess.run([command[0], "-c", code, *words], env=surroundings(), capture_output=True, check=False)
        loaded = set(listing.read_text(encoding="utf-8").split())
        assert "compiler.cli._shared.command_group" in loaded
        return loaded.intersection(HEAVY)

    return ask


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["-h"], ["no-such-command"], []], ids=" ".join)
def test_what_says_only_what_there_is_imports_nothing_heavy(words, imported_modules) -> None:
    assert imported_modules(*words) == set()


@pytest.mark.parametrize("name", modelyard.list_commands(click.Context(modelyard)))
def test_the_help_of_a_command_imports_nothing_heavy(name, imported_modules) -> None:
    assert imported_modules(name, "--help") == set()


def test_a_check_imports_neither_git_nor_the_classes_of_the_language(imported_modules) -> None:
    assert not {"subprocess", "pydantic"} & imported_modules("check")


def test_a_build_imports_neither_git_nor_the_classes_of_the_language(imported_modules) -> None:
    found = imported_modules("build")
    assert not {"subprocess", "pydantic"} & found
    assert "jinja2" in found, "else this test looks at nothing"


@pytest.mark.parametrize("words", [["inventory"], ["inventory", "due"], ["graph", "--format", "svg"]], ids=" ".join)
def test_an_inventory_and_a_picture_need_no_templates_no_conditions_and_no_git(words, imported_modules) -> None:
    assert not {"subprocess", "pydantic", "jinja2", "cel_expr_python", "google.protobuf"} & imported_modules(*words)


def test_a_code_is_explained_without_expressions_or_templates(imported_modules) -> None:
    assert not {"subprocess", "pydantic", "jinja2", "cel_expr_python", "google.protobuf"} & imported_modules(
        "explain", "MY101"
    )


def test_a_revision_imports_git(git, imported_modules) -> None:
    assert "subprocess" in imported_modules("check", "--rev", "HEAD")
