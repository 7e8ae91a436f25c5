"""`modelyard init`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from compiler.commands.common.streams import print_status
from compiler.foundation.errors import HostError, UsageError
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.validator import Validator
from compiler.report.finding_text import pluralize
from compiler.scaffold.new_files import write_new_files
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, load_catalog
from compiler.scaffold.starter_project import StarterFiles, is_ignored, slugify, starter_files
from compiler.source.git_root import git_root
from compiler.spec.portfolio import PROJECT_FILE

_BUILD_FOLDER = "build"


def create_project(*, folder: Path | None, name: str | None, provider: str | None, dry_run: bool) -> None:
    """Write the missing files of a new project, and print what is left to do."""
    root = (folder or Path()).resolve()
    starter = _plan_starter(root, _project_name(root, name), provider, _delivery_branch(root) if provider else None)
    if dry_run:
        for path in starter.new_files:
            click.echo(f"create {path}")
    else:
        write_new_files(root, starter.new_files)
    _print_kept_files(starter, root)
    if not dry_run:
        _print_result(starter, folder)


def _project_name(root: Path, name: str | None) -> str:
    if name is None:
        return slugify(root.name)
    schema = SchemaNode(load_catalog().kind_schema("Project")).property_schema("name")
    if slugify(name) == name and not Validator(schema.keywords).violations(name):
        return name
    raise UsageError(f"`{name}` is not {schema.text('x-modelyard-expects')}", help=f"--name {slugify(name)}")


def _delivery_branch(root: Path) -> str | None:
    """The branch that a CI server delivers from; raises `UsageError` below the root of a repository."""
    checkout_root = git_root(root)
    if checkout_root != root:
        message = f"a CI server reads its configuration from the root of the repository, {checkout_root}"
        raise UsageError(
            message,
            help=f"create the project there: modelyard init {shlex.quote(str(checkout_root))} --ci …; or omit --ci",
        )
    if not (root / ".git").exists():
        return None
    from compiler.source.revision import default_branch  # noqa: PLC0415 - it loads `subprocess`, which takes 15 ms, and only --ci needs it

    return default_branch(root)


def _plan_starter(root: Path, name: str, provider: str | None, branch: str | None) -> StarterFiles:
    try:
        return starter_files(root, name, load_catalog(), provider, branch)
    except OSError as error:
        raise HostError(f"cannot read {root}: {error.strerror or error}") from error


def _print_kept_files(starter: StarterFiles, root: Path) -> None:
    """Print the files that were there before, and what to change in them."""
    kept_files = [path for path in starter.existing_paths if not path.startswith(f"{EDITOR_FOLDER}/")]
    for path in kept_files:
        print_status(f"kept: {path}")
    if starter.stale_schemas:
        update = f"modelyard schema --all -o {EDITOR_FOLDER}"
        print_status(f"{EDITOR_FOLDER}/ is from another version: run `{update}` to update it")
    if ".gitignore" in kept_files and not is_ignored(_read_text(root / ".gitignore"), _BUILD_FOLDER):
        print_status(f"add /{_BUILD_FOLDER}/ to .gitignore, because it contains rendered files")
    if starter.project_addition:
        position = f", under `{starter.parent_key}:`" if starter.parent_key else ""
        print_status(f"add to the existing {PROJECT_FILE}{position}:")
        click.echo(starter.project_addition.lstrip("\n"), nl=False)


def _print_result(starter: StarterFiles, folder: Path | None) -> None:
    location = f" in {folder}" if folder else ""
    if starter.new_files:
        print_status(f"{pluralize(len(starter.new_files), 'file')} written{location}")
    elif not starter.project_addition:
        print_status(f"nothing to add{location}")
    if PROJECT_FILE in starter.new_files:
        cd_command = f"cd {folder} && " if folder and folder.resolve() != Path.cwd() else ""
        print_status(f"next: {cd_command}modelyard check && modelyard build")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
