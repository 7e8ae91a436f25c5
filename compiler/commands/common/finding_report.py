"""Reports of findings in a session."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from compiler.commands.common.streams import print_status, supports_colour, terminal_width
from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.report import REPORTERS, Report
from compiler.report.finding_redaction import redact_finding
from compiler.source.git_root import checkout_subfolder

DEFAULT_MAX_FINDINGS = 200
"""How many findings the text report shows."""


def make_report(
    session: Session,
    findings: Iterable[Finding],
    folder: Path,
    *,
    colour: bool,
    width: int | None = None,
    verbose: bool = False,
    max_shown: int | None = DEFAULT_MAX_FINDINGS,
) -> Report:
    """The report of findings in the project in `folder`, with secrets masked."""
    findings = tuple(findings)
    redactor = session.redactor(finding.location.path for finding in findings if finding.location)
    return Report(
        tuple(redact_finding(finding, redactor) for finding in findings),
        session.read_text,
        session.summary,
        colour=colour,
        project_folder=checkout_subfolder(folder),
        width=width,
        verbose=verbose,
        redactor=redactor,
        max_shown=max_shown,
    )


def print_findings(session: Session, findings: Iterable[Finding], folder: Path) -> None:
    """Print findings to stderr as text; print nothing if there are none."""
    width = terminal_width(sys.stderr)
    report = make_report(session, findings, folder, colour=supports_colour(sys.stderr), width=width)
    if report.findings:
        print_status(REPORTERS["text"](report), newline=False)
