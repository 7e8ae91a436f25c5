"""`modelyard retire`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.common.edit_output import write_or_show_edit
from compiler.commands.common.name_checks import resolve_models
from compiler.commands.common.project import open_session, project_root
from compiler.edit.retire import retire


def retire_models(*, models: tuple[str, ...], diff: bool, as_of: datetime | None, root: Path | None) -> None:
    """Edit the specs of models that are due, so that they run nowhere."""
    folder = project_root(root)
    session = open_session(folder, as_of=as_of)
    write_or_show_edit(session, folder, retire(session, resolve_models(session.portfolio, folder, models)), diff=diff)
