"""`modelyard audit`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from compiler.commands.common.name_checks import resolve_model
from compiler.commands.common.progress_bars import build_with_progress
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.streams import print_status, stdout_supports_colour, terminal_width, write_output
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.report.audit_report import FORMATS, AuditReport
from compiler.report.finding_text import pluralize
from compiler.review.session_audit import audit_session


def show_audit(
    *,
    models: tuple[str, ...],
    controls: tuple[str, ...],
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
    rev: str | None,
    verbose: bool,
) -> None:
    """Show each control with the models that it binds."""
    folder = project_root(root)
    session = Session(open_tree(folder, rev), to_date(as_of))
    names = frozenset(resolve_model(session.portfolio, folder, model) for model in models)
    findings = build_with_progress(session, ignore_policies=True).findings
    audit = audit_session(session, findings, rev or "", names)
    for pattern in controls:
        if not any(_is_selected(control.id, (pattern,)) for control in audit.controls):
            known = ", ".join(framework.name for framework in audit.frameworks)
            message = f"no policy that applies to a model, and no evidence, names `{pattern}`"
            raise UsageError(message, help=f"Name a control, or one of: {known}.")
    if audit.error_count:
        errors = pluralize(audit.error_count, "error")
        print_status(f"the audit is incomplete: the project has {errors}; run `modelyard check`")
    colour, width = output is None and stdout_supports_colour(), terminal_width(sys.stdout) if output is None else None
    shown_controls = frozenset(control.id for control in audit.controls if _is_selected(control.id, controls))
    report = AuditReport(audit, shown_controls, verbose=verbose or bool(models), colour=colour, width=width)
    write_output(FORMATS[format_](report), output)


def _is_selected(control: str, patterns: tuple[str, ...]) -> bool:
    """Whether a control, or its framework, is asked for; all are, if none is named."""
    return not patterns or any(pattern in {control, control.partition(":")[0]} for pattern in patterns)
