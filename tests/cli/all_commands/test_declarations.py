"""A command's module declares arguments and options; the function that does the work takes exactly these."""

import ast
import importlib
import inspect
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import compiler
from compiler.cli._shared import choices
from compiler.cli._shared.command_group import LazyCommandGroup, modelyard
from compiler.cli._shared.lazy_callback import LazyCallback
from compiler.cli.inventory import list_models, show_model

PACKAGE = Path(compiler.__file__).parent
MAX_BODY = 25
MAX_DEFERRED_IMPORTS = 40


def all_commands(
    command: click.Command = modelyard, names: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(names), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from all_commands(command.get_command(context, name), (*names, name))


COMMANDS = dict(all_commands())
CALLBACKS = {
    name: (command, command.callback)
    for name, command in COMMANDS.items()
    if isinstance(command.callback, LazyCallback)
}
CALLBACKS["inventory"] = (COMMANDS["inventory"], list_models)
inventory_context = click.Context(COMMANDS["inventory"])
CALLBACKS["inventory MODEL"] = (COMMANDS["inventory"].get_command(inventory_context, "card-fraud"), show_model)


def function_of(callback: LazyCallback) -> typing.Callable[..., None]:
    module, _, name = callback.function_path.partition(":")
    return getattr(importlib.import_module(f"compiler.commands.{module}"), name)


def parameter_names(function: typing.Callable[..., None]) -> set[str]:
    names = set()
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (options,) = typing.get_args(typing.get_type_hints(function)[name])
            names |= options.__required_keys__
        else:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
            names.add(name)
    return names


def test_each_command_that_is_no_group_names_its_function() -> None:
    leaves = {name for name, command in COMMANDS.items() if not isinstance(command, click.Group)}
    assert len(leaves) > 15
    assert leaves <= set(CALLBACKS)


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_function_takes_the_arguments_and_options_of_its_command(name) -> None:
    command, callback = CALLBACKS[name]
    declared = {parameter.name for parameter in command.params} | ({"name"} if name == "inventory MODEL" else set())
    assert parameter_names(function_of(callback)) == declared


@pytest.mark.parametrize(
    ("choice", "module", "table"),
    [
        ("REPORT_FORMATS", "report", "REPORTERS"),
        ("OUTPUT_FORMATS", "report.ci_outputs", "OUTPUTS"),
        ("STATUS_FORMATS", "report.record_status", "FORMATS"),
        ("DUE_FORMATS", "report.due_report", "FORMATS"),
        ("GRAPH_FORMATS", "graph.graph_formats", "RENDERERS"),
        ("PIPELINE_STEPS", "execution.jobs.steps", "STEP_POINTERS"),
    ],
)
def test_the_choices_of_an_option_are_those_of_the_table(choice, module, table) -> None:
    assert getattr(choices, choice) == tuple(getattr(importlib.import_module(f"compiler.{module}"), table))


def test_the_limit_of_jobs_is_that_of_the_reports() -> None:
    assert choices.MAX_MATRIX_JOBS == importlib.import_module("compiler.report.ci_outputs").MAX_MATRIX_JOBS


def test_a_file_whose_name_begins_with_an_underscore_is_no_command(tmp_path, monkeypatch) -> None:
    for name in ("build.py", "_helper.py", "_shared/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr("compiler.cli._shared.command_group._COMMANDS", tmp_path)
    assert LazyCommandGroup("modelyard").list_commands(click.Context(modelyard)) == ["build"]


def test_each_file_of_the_folder_is_a_command_of_its_name() -> None:
    names = {path.stem for path in (PACKAGE / "cli").glob("*.py") if not path.stem.startswith("_")}
    assert {name for name in COMMANDS if name and " " not in name} == names
    assert all(COMMANDS[name].name == name for name in names)


def functions(folder: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(PACKAGE)}:{node.name}", node


@pytest.mark.parametrize("folder", ["cli", "commands"])
def test_the_functions_of_commands_are_short(folder) -> None:
    """Lines of the body, without the signature, which has a line per option, and without the docstring."""
    lengths = {}
    for name, node in functions(folder):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lengths[name] = body[-1].end_lineno - body[0].lineno + 1 if body else 0
    assert len(lengths) > 10
    assert {name: length for name, length in lengths.items() if length >= MAX_BODY} == {}


def test_few_imports_are_deferred() -> None:
    """Engines, and readers of stores, import optional packages where they run; their folders are counted apart."""
    deferred: dict[str, int] = {}
    optional = 0
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        count = sum(isinstance(node, (ast.Import, ast.ImportFrom)) for node in nodes_in_functions(tree))
        count += sum(is_dynamic_import(node) for node in ast.walk(tree))
        if {"engines", "stores"}.intersection(path.parts):
            optional += count
        elif count:
            deferred[path.relative_to(PACKAGE).as_posix()] = count
    sys.stdout.write(f"{sum(deferred.values())} deferred imports, and {optional} of optional packages: {deferred}\n")
    assert 0 < sum(deferred.values()) <= MAX_DEFERRED_IMPORTS


def nodes_in_functions(tree: ast.Module) -> Iterator[ast.AST]:
    seen = {
        id(inner): inner
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.Lambda))
        for inner in ast.walk(node)
    }
    yield from seen.values()


def is_dynamic_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}
