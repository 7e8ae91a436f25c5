"""`modelyard init`."""

import re
import shlex
from pathlib import Path

import click

from compiler.cli._shared.git_root import checkout
from compiler.foundation.errors import HostError, UsageError
from compiler.foundation.json_data import as_object, as_str
from compiler.scaffold.new_files import write_new_files
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, load_catalog
from compiler.scaffold.starter_project import StarterFiles, slugify, is_ignored, ci_providers, starter_files
from compiler.spec.portfolio import PROJECT_FILE

_IGNORED = "build"


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
    made = _start(root, _name(root, name), provider, _branch(root) if provider else None)
    if dry_run:
        for path in made.new_files:
            click.echo(f"create {path}")
    else:
        write_new_files(root, made.new_files)
    _tell(made, root, folder, dry_run=dry_run)


def _name(root: Path, said: str | None) -> str:
    if said is None:
        return slugify(root.name)
    schema = as_object(as_object(load_catalog().kind_schema("Project")["properties"])["name"])
    if re.fullmatch(as_str(schema["pattern"]), said) and slugify(said) == said:
        return said
    raise UsageError(f"`{said}` is not {as_str(schema['x-modelyard-expects'])}", help=f"--name {slugify(said)}")


def _branch(root: Path) -> str | None:
    """The branch that a CI server delivers from; raises `UsageError` below the root of a repository, where none looks for its files."""
    top = checkout(root)
    if top != root:
        message = f"a CI server reads its files from the root of a repository, which is {top}"
        raise UsageError(message, help=f"make that the project: modelyard init {shlex.quote(str(top))} --ci …; or leave --ci out")
    if not (root / ".git").exists():
        return None
    from compiler.source.revision import default_branch  # noqa: PLC0415 - git, where it is asked

    return default_branch(root)


def _start(root: Path, name: str, provider: str | None, branch: str | None) -> StarterFiles:
    try:
        return starter_files(root, name, load_catalog(), provider, branch)
    except OSError as error:
        raise HostError(f"cannot look into {root}: {error.strerror or error}") from error


def _tell(made: StarterFiles, root: Path, folder: Path | None, *, dry_run: bool) -> None:
    left = [path for path in made.existing_paths if not path.startswith(f"{EDITOR_FOLDER}/")]
    for path in left:
        click.echo(f"left as it is: {path}", err=True)
    if made.stale_schemas:
        update = f"modelyard schema --all -o {EDITOR_FOLDER}"
        click.echo(f"{EDITOR_FOLDER}/ is of another version: `{update}` brings it up to date", err=True)
    if ".gitignore" in left and not is_ignored(_text(root / ".gitignore"), _IGNORED):
        click.echo(f"add /{_IGNORED}/ to .gitignore: it holds what is rendered", err=True)
    if made.project_addition:
        where = f", below its `{made.parent_key}:`" if made.parent_key else ""
        click.echo(f"add to {PROJECT_FILE}, which is yours{where}:", err=True)
        click.echo(made.project_addition.lstrip("\n"), nl=False)
    if dry_run:
        return
    where = f" in {folder}" if folder else ""
    if not made.new_files and made.project_addition:
        return
    if not made.new_files:
        click.echo(f"nothing to add{where}", err=True)
        return
    click.echo(f"{len(made.new_files)} file{'' if len(made.new_files) == 1 else 's'} written{where}", err=True)
    if PROJECT_FILE in made.new_files:
        go = f"cd {folder} && " if folder and folder.resolve() != Path.cwd() else ""
        click.echo(f"next: {go}modelyard check && modelyard build", err=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
