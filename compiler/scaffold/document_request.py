"""The document that `modelyard new` is to create: its options checked against the language and the project."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.validator import Validator
from compiler.scaffold.existing_project import ExistingProject
from compiler.scaffold.new_document import NewDocument
from compiler.scaffold.schema_catalog import SchemaCatalog


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Options that only a Model has."""

    type: str | None
    owner: str | None
    target: str | None


def request_document(
    kind_name: str,
    name: str,
    folder: str | None,
    options: ModelOptions,
    schemas: SchemaCatalog,
    project: ExistingProject,
) -> NewDocument:
    """The document; raises `UsageError` for options that do not fit."""
    kind, subfolder = _document_kind(kind_name, schemas), _parse_folder(folder)
    if kind != "Defaults":
        _require_name(name, schemas)
    if kind == "Model":
        return _new_model(project, schemas, name, subfolder, options)
    return _new_document(kind, name, subfolder, options)


def _document_kind(kind_name: str, schemas: SchemaCatalog) -> str:
    kind = schemas.find_kind(kind_name)
    if kind == "Project":
        raise UsageError("`new` does not create projects", help="run `modelyard init`")
    if kind not in schemas.document_kinds:
        help_ = f"run `modelyard schema {kind_name}` to print its schema"
        raise UsageError(f"`new` creates documents, and {kind} is not one", help=help_)
    return kind


def _new_model(
    project: ExistingProject, schemas: SchemaCatalog, name: str, folder: str, options: ModelOptions
) -> NewDocument:
    if options.type is None:
        raise UsageError("a model requires --type", help=f"one of: {', '.join(schemas.language.types)}")
    type_ = schemas.find_type(options.type)
    if options.owner is not None:
        _require_existing("Team", options.owner, project.names("Team"))
    if options.target is not None:
        _require_existing("target", options.target, project.target_ids)
    return NewDocument("Model", name, type_, options.owner or "", options.target or "", folder)


def _new_document(kind: str, name: str, folder: str, options: ModelOptions) -> NewDocument:
    for option, value in (("type", options.type), ("owner", options.owner), ("target", options.target)):
        if value is not None:
            raise UsageError(f"--{option} applies to models only, and {name} is a {kind}", help=f"omit --{option}")
    if kind != "Defaults":
        return NewDocument(kind, name, folder=folder)
    if folder:
        raise UsageError("Defaults are written to the folder that they apply to", help="omit --folder")
    return NewDocument(kind, _parse_folder(name))


def _require_name(name: str, schemas: SchemaCatalog) -> None:
    schema = SchemaNode(schemas.kind_schema("Team")).property_schema("name")
    if Validator(schema.keywords).violations(name):
        raise UsageError(f"`{name}` is not {schema.text('x-modelyard-expects')}", help="choose another name")


def _require_existing(kind: str, name: str, names: Iterable[str]) -> None:
    names = tuple(names)
    if name not in names:
        suggestion = closest_match(name, names)
        help_text = (
            f"did you mean `{suggestion}`?"
            if suggestion
            else f"one of: {', '.join(names)}"
            if names
            else f"the project has no {kind} yet"
        )
        raise UsageError(f"there is no {kind} `{name}`", help=help_text)


def _parse_folder(folder: str | None) -> str:
    """A folder relative to the project's root, in normal form."""
    if folder is None:
        return ""
    path = Path(folder)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"{folder} is not inside the project", help="give a folder relative to the project's root")
    return path.as_posix()


def require_loaded_path(path: str, document: NewDocument, project: ExistingProject) -> None:
    """Raise `UsageError` for a path that the loader would not read."""
    folders = (
        project.folder("models"),
        *([f"{project.folder('schemas')}/policies"] if document.kind == "Policy" else ()),
    )
    if not any(path.startswith(f"{folder}/") for folder in folders):
        raise UsageError(
            f"{path} is outside of {folders[0]}/ and would not be loaded", help=f"choose a folder in {folders[0]}/"
        )
