"""`modelyard init`."""

import re
import shlex
from pathlib import Path

import click

from compiler.cli._shared.git_root import git_root
from compiler.foundation.errors import HostError, UsageError
from compiler.foundation.json_data import as_object, as_str
from compiler.scaffold.new_files import write_new_files
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, load_catalog
from compiler.scaffold.starter_project import StarterFiles, ci_providers, is_ignored, slugify, starter_files
from compiler.spec.portfolio import PROJECT_FILE

_BUILD_FOLDER = "build"


@click.command("init")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="The project's name; by default made from the folder's.")
@click.option("--ci", "provider", type=click.Choice(ci_providers()), help="Wire the repository to this CI server.")
@click.option("--dry-run", is_flag=True, help="Write nothing; list what would be written.")
def command(folder: Path | None, name: str | None, provider: str | None, dry_run: bool) -> None:
    """Make a repository that checks and builds at once: a project, a team, three environments and a first model.

    Nothing is overwritten: in a folder that holds files only what is missing is added, and what was left is named. The
    schemas that editors complete and check by are written too, so that they are found without any setting.

    \b
    modelyard init
    modelyard init fraud-models --name fraud
    modelyard init --dry-run
    """
    root = (folder or Path()).resolve()
    starter = _plan_starter(root, _project_name(root, name), provider, _delivery_branch(root) if provider else None)
    if dry_run:
        for path in starter.new_files:
            click.echo(f"create {path}")
    else:
        write_new_files(root, starter.new_files)
    _print_summary(starter, root, folder, dry_run=dry_run)


def _project_name(root: Path, name: str | None) -> str:
    if name is None:
        return slugify(root.name)
    schema = as_object(as_object(load_catalog().kind_schema("Project")["properties"])["name"])
    if re.fullmatch(as_str(schema["pattern"]), name) and slugify(name) == name:
        return name
    raise UsageError(f"`{name}` is not {as_str(schema['x-modelyard-expects'])}", help=f"--name {slugify(name)}")


def _delivery_branch(root: Path) -> str | None:
    """The branch that a CI server delivers from; raises `UsageError` below the root of a repository, where none looks for its files."""
    checkout_root = git_root(root)
    if checkout_root != root:
        message = f"a CI server reads its files from the root of a repository, which is {checkout_root}"
        raise UsageError(
            message,
            help=f"make that the project: modelyard init {shlex.quote(str(checkout_root))} --ci …; or leave --ci out",
        )
    if not (root / ".git").exists():
        return None
    from compiler.source.revision import default_branch  # noqa: PLC0415 - git, where it is asked

    return default_branch(root)


def _plan_starter(root: Path, name: str, provider: str | None, branch: str | None) -> StarterFiles:
    try:
        return starter_files(root, name, load_catalog(), provider, branch)
    except OSError as error:
        raise HostError(f"cannot look into {root}: {error.strerror or error}") from error


def _print_summary(starter: StarterFiles, root: Path, folder: Path | None, *, dry_run: bool) -> None:
    skipped_files = [path for path in starter.existing_paths if not path.startswith(f"{EDITOR_FOLDER}/")]
    for path in skipped_files:
        click.echo(f"left as it is: {path}", err=True)
    if starter.stale_schemas:
        update = f"modelyard schema --all -o {EDITOR_FOLDER}"
        click.echo(f"{EDITOR_FOLDER}/ is of another version: `{update}` brings it up to date", err=True)
    if ".gitignore" in skipped_files and not is_ignored(_read_text(root / ".gitignore"), _BUILD_FOLDER):
        click.echo(f"add /{_BUILD_FOLDER}/ to .gitignore: it holds what is rendered", err=True)
    if starter.project_addition:
        location_text = f", below its `{starter.parent_key}:`" if starter.parent_key else ""
        click.echo(f"add to {PROJECT_FILE}, which is yours{location_text}:", err=True)
        click.echo(starter.project_addition.lstrip("\n"), nl=False)
    if dry_run:
        return
    location_text = f" in {folder}" if folder else ""
    if not starter.new_files and starter.project_addition:
        return
    if not starter.new_files:
        click.echo(f"nothing to add{location_text}", err=True)
        return
    click.echo(
        f"{len(starter.new_files)} file{'' if len(starter.new_files) == 1 else 's'} written{location_text}", err=True
    )
    if PROJECT_FILE in starter.new_files:
        cd_command = f"cd {folder} && " if folder and folder.resolve() != Path.cwd() else ""
        click.echo(f"next: {cd_command}modelyard check && modelyard build", err=True)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
