"""`modelyard approvals`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.common.name_checks import require_environments, resolve_model
from compiler.commands.common.project import open_session, open_tree, project_root
from compiler.commands.common.streams import stdout_supports_colour, write_output
from compiler.edit.approval_statuses import approval_statuses
from compiler.foundation.errors import ModelyardError
from compiler.report.approval_report import FORMATS, ApprovalReport
from compiler.source.revision import commit_that_added
from compiler.source.tree import Tree


def list_approvals(
    *,
    models: tuple[str, ...],
    environments: tuple[str, ...],
    states: tuple[str, ...],
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """List approvals with their state; for invalid ones with the values that changed since."""
    folder = project_root(root)
    session = open_session(folder, as_of=as_of)
    require_environments(session.fleet, environments)
    names = [resolve_model(session.portfolio, folder, model) for model in models] or list(
        session.portfolio.by_kind("Model")
    )

    def history(path: str, text: str) -> Tree | None:
        try:
            commit = commit_that_added(folder, path, text)
        except ModelyardError:  # outside a repository nothing is known of the past
            return None
        return open_tree(folder, commit) if commit else None

    statuses = [
        status
        for status in approval_statuses(session, names, history)
        if (not environments or status.environment in environments)
        and (not states or status.state in states or ("expiring" in states and status.is_expiring))
    ]
    report = ApprovalReport(statuses, session.as_of, colour=output is None and stdout_supports_colour())
    write_output(FORMATS[format_](report), output)
