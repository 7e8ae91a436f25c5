"""`modelyard promote`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.common.edit_output import write_or_show_edit
from compiler.commands.common.name_checks import require_environments, resolve_model
from compiler.commands.common.project import open_session, project_root
from compiler.edit.promote import parse_share, promote


def promote_model(
    *,
    model: str,
    environment: str,
    release: str | None,
    canary: str | None,
    diff: bool,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """Edit the spec so that a release runs in an environment."""
    folder = project_root(root)
    session = open_session(folder, as_of=as_of)
    require_environments(session.fleet, (environment,))
    model = resolve_model(session.portfolio, folder, model)
    canary_share = parse_share(canary) if canary is not None else None
    write_or_show_edit(session, folder, promote(session, model, environment, release, canary_share), diff=diff)
