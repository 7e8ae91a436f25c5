"""`modelyard rollback`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from compiler.commands.common.edit_output import write_or_show_edit
from compiler.commands.common.name_checks import require_environments, resolve_model
from compiler.commands.common.project import open_session, project_root
from compiler.edit.rollback import rollback
from compiler.source.revision import commits_touching, open_revision
from compiler.source.tree import Tree


def roll_back_model(*, model: str, environment: str, to: str | None, diff: bool, root: Path | None) -> None:
    """Edit the spec so that an environment runs the release before."""
    folder = project_root(root)
    session = open_session(folder)
    require_environments(session.fleet, (environment,))
    model = resolve_model(session.portfolio, folder, model)

    def history(path: str) -> Iterator[Tree]:
        return (open_revision(folder, commit) for commit in commits_touching(folder, path))

    write_or_show_edit(session, folder, rollback(session, model, environment, to, history), diff=diff)
