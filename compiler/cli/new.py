"""`modelyard new`."""

import re
from collections.abc import Iterable
from pathlib import Path

import click

from compiler.cli._shared import common_options
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import as_object, as_str
from compiler.foundation.suggestions import closest_match
from compiler.pipeline.session import Session
from compiler.scaffold.existing_project import ExistingProject
from compiler.scaffold.new_document import NewDocument, document_path, document_text, require_available
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
@common_options.root_option
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
    schemas, project = load_catalog(), common_options.project_root(root)
    tree = WorkTree(project)
    existing_project = ExistingProject(Session(tree))
    kind, subfolder = _document_kind(kind, schemas), _parse_folder(folder)
    if kind != "Defaults":
        _require_name(name, schemas)
    if kind == "Model":
        document = _new_model(
            existing_project, schemas, name, type_=type_, owner=owner, target=target, folder=subfolder
        )
    else:
        document = _new_document(kind, name, subfolder, type=type_, owner=owner, target=target)
    path = document_path(document, existing_project, schemas)
    _require_readable_path(path, document, existing_project)
    if print_:
        click.echo(document_text(document, path, existing_project, schemas), nl=False)
        return
    require_available(document, path, existing_project)
    write_new_files(project, {path: document_text(document, path, existing_project, schemas).encode()})
    click.echo(f"written: {path}", err=True)
    click.echo(f"next: fill in what stands empty, and run `modelyard check {path}`{_next_step(document)}", err=True)


def _document_kind(kind_name: str, schemas: SchemaCatalog) -> str:
    kind = schemas.find_kind(kind_name)
    if kind == "Project":
        raise UsageError("a Project is made by `modelyard init`")
    if kind not in schemas.document_kinds:
        help_ = f"`modelyard schema {kind_name}` says what one holds"
        raise UsageError(f"`new` makes documents, and {kind} is none", help=help_)
    return kind


def _new_model(
    existing_project: ExistingProject,
    schemas: SchemaCatalog,
    name: str,
    *,
    type_: str | None,
    owner: str | None,
    target: str | None,
    folder: str,
) -> NewDocument:
    if type_ is None:
        raise UsageError("say the type of the model", help=f"--type with one of: {', '.join(schemas.language.types)}")
    type_ = schemas.find_type(type_)
    if owner is not None:
        _require_existing("Team", owner, existing_project.names("Team"))
    if target is not None:
        _require_existing("target", target, existing_project.target_ids)
    return NewDocument("Model", name, type_, owner or "", target or "", folder)


def _new_document(kind: str, name: str, folder: str, **for_models: str | None) -> NewDocument:
    for option, value in for_models.items():
        if value is not None:
            raise UsageError(f"--{option} is for models, and {name} is a {kind}", help=f"leave out --{option}")
    if kind != "Defaults":
        return NewDocument(kind, name, folder=folder)
    if folder:
        raise UsageError("Defaults stand in the folder that they are for", help="leave out --folder")
    return NewDocument(kind, _parse_folder(name))


def _require_name(name: str, schemas: SchemaCatalog) -> None:
    schema = as_object(as_object(schemas.kind_schema("Team")["properties"])["name"])
    if not re.fullmatch(as_str(schema["pattern"]), name) or len(name) > int(str(schema["maxLength"])):
        raise UsageError(f"`{name}` is not {as_str(schema['x-modelyard-expects'])}", help="choose such a name")


def _require_existing(kind: str, name: str, names: Iterable[str]) -> None:
    names = tuple(names)
    if name not in names:
        suggestion = closest_match(name, names)
        help_text = (
            f"did you mean `{suggestion}`?"
            if suggestion
            else f"there are: {', '.join(names)}"
            if names
            else f"there is no {kind} yet"
        )
        raise UsageError(f"there is no {kind} `{name}`", help=help_text)


def _parse_folder(folder: str | None) -> str:
    """A folder as the project names it: relative, without what leads nowhere."""
    if folder is None:
        return ""
    path = Path(folder)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"{folder} is no folder below the project", help="give it relative to the project's root")
    return path.as_posix()


def _require_readable_path(path: str, document: NewDocument, existing_project: ExistingProject) -> None:
    """Nobody reads a document that stands elsewhere."""
    folders = (
        existing_project.folder("models"),
        *([f"{existing_project.folder('schemas')}/policies"] if document.kind == "Policy" else ()),
    )
    if not any(path.startswith(f"{folder}/") for folder in folders):
        raise UsageError(
            f"{path} lies outside of {folders[0]}/, and would not be read", help=f"choose a folder below {folders[0]}/"
        )


def _next_step(document: NewDocument) -> str:
    return f"; add it to `environments` of {PROJECT_FILE}" if document.kind == "Environment" else ""
