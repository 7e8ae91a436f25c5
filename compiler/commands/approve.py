"""`modelyard approve`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.common.edit_output import write_or_show_edit
from compiler.commands.common.name_checks import require_environments, resolve_model
from compiler.commands.common.project import open_session, project_root
from compiler.edit.approve import Decision, approve


def approve_model(
    *,
    model: str,
    environment: str,
    release: str | None,
    role: str,
    team: str,
    approver: str | None,
    ticket: str | None,
    expires: datetime | None,
    reject: bool,
    diff: bool,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """Edit the spec so that it records a decision about what an environment runs."""
    folder = project_root(root)
    session = open_session(folder, as_of=as_of)
    require_environments(session.fleet, (environment,))
    model = resolve_model(session.portfolio, folder, model)
    last_day = expires.date().isoformat() if expires else None
    decision = Decision(team, role, is_approved=not reject, ticket=ticket, expires=last_day, approver=approver)
    write_or_show_edit(session, folder, approve(session, model, environment, release, decision), diff=diff)
