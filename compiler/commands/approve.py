"""`modelyard approve`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.common.edit_output import write_or_show_edit
from compiler.commands.common.name_checks import require_environments, resolve_model
from compiler.commands.common.project import open_session, project_root
from compiler.commands.common.streams import print_status
from compiler.edit.approve import Decision, approve
from compiler.edit.edit_session import EditOutcome, EditResult
from compiler.execution import ssh_signatures
from compiler.foundation.safe_folder import SafeFolder, os_errors
from compiler.pipeline.session import Session
from compiler.resolve.approval_evidence import approval_statement, signature_path
from compiler.source.overlay_tree import OverlayTree


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
    sign: Path | None,
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
    outcome = approve(session, model, environment, release, decision)
    signature = _sign(session, model, environment, decision, outcome, sign) if sign and not diff else None
    write_or_show_edit(session, folder, outcome, diff=diff)
    if signature:
        path, content = signature
        with os_errors("write", path), SafeFolder(folder) as files:
            files.replace(path, content)
        print_status(f"changed: {path}")


def _sign(
    session: Session, model: str, environment: str, decision: Decision, outcome: EditOutcome, key: Path
) -> tuple[str, bytes] | None:
    """The path and the content of the signature of the entry that the edit adds, or that is recorded already."""
    if not isinstance(outcome, EditResult):
        return None
    edited = Session(OverlayTree(session.tree, dict(outcome.files)), session.as_of)
    *_, entry = (
        approval
        for approval in edited.portfolio.by_kind("Model")[model].data.get("approvals") or ()
        if (approval["environment"], approval["role"], approval["team"]) == (environment, decision.role, decision.team)
    )
    statement = approval_statement(edited.portfolio.project.name, model, entry)
    return signature_path(model, entry, statement), ssh_signatures.sign(statement, key)
