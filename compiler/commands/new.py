"""`modelyard new`."""

from __future__ import annotations

from pathlib import Path

import click

from compiler.commands.common.project import project_root
from compiler.commands.common.streams import print_status
from compiler.pipeline.session import Session
from compiler.scaffold.document_request import ModelOptions, request_document, require_loaded_path
from compiler.scaffold.existing_project import ExistingProject
from compiler.scaffold.new_document import document_path, document_text, require_available
from compiler.scaffold.new_files import write_new_files
from compiler.scaffold.schema_catalog import load_catalog
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE


def create_document(
    *,
    kind: str,
    name: str,
    type_: str | None,
    owner: str | None,
    target: str | None,
    folder: str | None,
    print_: bool,
    root: Path | None,
) -> None:
    """Write the document, or print it."""
    schemas, project_folder = load_catalog(), project_root(root)
    project = ExistingProject(Session(WorkTree(project_folder)))
    document = request_document(kind, name, folder, ModelOptions(type_, owner, target), schemas, project)
    path = document_path(document, project, schemas)
    require_loaded_path(path, document, project)
    if print_:
        click.echo(document_text(document, path, project, schemas), nl=False)
        return
    require_available(document, path, project)
    write_new_files(project_folder, {path: document_text(document, path, project, schemas).encode()})
    print_status(f"written: {path}")
    addition = f"; add it to `environments` in {PROJECT_FILE}" if document.kind == "Environment" else ""
    if document.kind == "Policy":
        print_status(f"next: replace the rule and its examples, then run `modelyard policy test {document.name}`")
        return
    print_status(f"next: fill in the empty fields, then run `modelyard check {path}`{addition}")
