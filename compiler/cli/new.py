"""`modelyard new`."""

import re
from collections.abc import Iterable
from pathlib import Path

import click

from compiler.cli._shared import common_options as options
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import as_object, as_str
from compiler.foundation.suggestions import closest_match
from compiler.pipeline.session import Session
from compiler.scaffold.existing_project import ExistingProject
from compiler.scaffold.new_document import NewDocument, document_path, require_available, document_text
from compiler.scaffold.new_files import write_new_files
from compiler.scaffold.schema_catalog import SchemaCatalog, load_catalog
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE


@click.command("new")
@click.argument("kind")
@click.argument("name")
@click.option("--type", "type_", metavar="TYPE", help="The type of a model: `modelyard schema` lists them.")
@click.option("--owner", metavar="TEAM", help="The team that answers for a model; by default the only one there is.")
@click.option("--target", metavar="ID", help="What renders a model; by default the only target that takes its type.")
@click.option("--folder", metavar="FOLDER", help="The folder of the new file; by default that of the kind.")
@click.option("--print", "print_", is_flag=True, help="Print the document to stdout, and write no file.")
@options.root
def command(
    kind: str,
    name: str,
    type_: str | None,
    owner: str | None,
    target: str | None,
    folder: str | None,
    print_: bool,
    root: Path | None,
) -> None:
    """Write a document to fill in: what its kind asks for, and in comments what else it may say.

    What nobody but you can know stands there empty; `modelyard check` asks for it at its line. Of Defaults, NAME is the
    folder whose models they are for. Nothing is overwritten.

    \b
    modelyard new team payments-risk
    modelyard new model card-fraud --type ml --owner payments-risk --folder models/payments
    modelyard new use-case card-authorisation
    modelyard new defaults models/payments
    modelyard new model assistant --type llm --print
    """
    known, project = load_catalog(), options.project_root(root)
    tree = WorkTree(project)
    found = ExistingProject(Session(tree))
    kind, below = _kind(kind, known), _below(folder)
    if kind != "Defaults":
        _require_name(name, known)
    if kind == "Model":
        new = _model(found, known, name, type_=type_, owner=owner, target=target, folder=below)
    else:
        new = _other(kind, name, below, type=type_, owner=owner, target=target)
    path = document_path(new, found, known)
    _require_inside(path, new, found)
    if print_:
        click.echo(document_text(new, path, found, known), nl=False)
        return
    require_available(new, path, found)
    write_new_files(project, {path: document_text(new, path, found, known).encode()})
    click.echo(f"written: {path}", err=True)
    click.echo(f"next: fill in what stands empty, and run `modelyard check {path}`{_also(new)}", err=True)


def _kind(said: str, known: SchemaCatalog) -> str:
    kind = known.find_kind(said)
    if kind == "Project":
        raise UsageError("a Project is made by `modelyard init`")
    if kind not in known.document_kinds:
        help_ = f"`modelyard schema {said}` says what one holds"
        raise UsageError(f"`new` makes documents, and {kind} is none", help=help_)
    return kind


def _model(
    found: ExistingProject, known: SchemaCatalog, name: str, *, type_: str | None, owner: str | None, target: str | None, folder: str
) -> NewDocument:
    if type_ is None:
        raise UsageError("say the type of the model", help=f"--type with one of: {', '.join(known.language.types)}")
    type_ = known.find_type(type_)
    if owner is not None:
        _require("Team", owner, found.names("Team"))
    if target is not None:
        _require("target", target, found.target_ids)
    return NewDocument("Model", name, type_, owner or "", target or "", folder)


def _other(kind: str, name: str, folder: str, **for_models: str | None) -> NewDocument:
    for option, said in for_models.items():
        if said is not None:
            raise UsageError(f"--{option} is for models, and {name} is a {kind}", help=f"leave out --{option}")
    if kind != "Defaults":
        return NewDocument(kind, name, folder=folder)
    if folder:
        raise UsageError("Defaults stand in the folder that they are for", help="leave out --folder")
    return NewDocument(kind, _below(name))


def _require_name(name: str, known: SchemaCatalog) -> None:
    schema = as_object(as_object(known.kind_schema("Team")["properties"])["name"])
    if not re.fullmatch(as_str(schema["pattern"]), name) or len(name) > int(str(schema["maxLength"])):
        raise UsageError(f"`{name}` is not {as_str(schema['x-modelyard-expects'])}", help="choose such a name")


def _require(what: str, name: str, there: Iterable[str]) -> None:
    there = tuple(there)
    if name not in there:
        near = closest_match(name, there)
        known = (
            f"did you mean `{near}`?"
            if near
            else f"there are: {', '.join(there)}"
            if there
            else f"there is no {what} yet"
        )
        raise UsageError(f"there is no {what} `{name}`", help=known)


def _below(folder: str | None) -> str:
    """A folder as the project names it: relative, without what leads nowhere."""
    if folder is None:
        return ""
    path = Path(folder)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"{folder} is no folder below the project", help="give it relative to the project's root")
    return path.as_posix()


def _require_inside(path: str, new: NewDocument, found: ExistingProject) -> None:
    """Nobody reads a document that stands elsewhere."""
    folders = (found.folder("models"), *([f"{found.folder('schemas')}/policies"] if new.kind == "Policy" else ()))
    if not any(path.startswith(f"{folder}/") for folder in folders):
        raise UsageError(
            f"{path} lies outside of {folders[0]}/, and would not be read", help=f"choose a folder below {folders[0]}/"
        )


def _also(new: NewDocument) -> str:
    return f"; add it to `environments` of {PROJECT_FILE}" if new.kind == "Environment" else ""
