"""Output of the commands that edit specs: show the edit, write it, or report why there is none."""

from __future__ import annotations

from pathlib import Path

import click

from compiler.commands.common.finding_report import make_report
from compiler.commands.common.streams import print_status, stdout_supports_colour, write_output
from compiler.edit.edit_session import EditOutcome, EditResult
from compiler.edit.finding_fixes import decode_text
from compiler.edit.unified_diff import unified_diff
from compiler.pipeline.session import Session
from compiler.report import REPORTERS
from compiler.write.replace_file import replace_content
from compiler.write.writer_lock import writer_lock


def write_or_show_edit(session: Session, folder: Path, outcome: EditOutcome, *, diff: bool) -> None:
    """Write an edit and print its summary to stdout, or show it as a diff; exit with 1 if it was rejected."""
    if not isinstance(outcome, EditResult):
        report = make_report(session, outcome, folder, colour=stdout_supports_colour())
        write_output(REPORTERS["text"](report), None)
        print_status("No files were written.")
        raise click.exceptions.Exit(1)
    if outcome.skipped_findings:
        report = make_report(session, outcome.skipped_findings, folder, colour=False)
        print_status(REPORTERS["text"](report).rstrip())
    contents = {path: (session.tree.read(path), content) for path, content in sorted(outcome.files.items())}
    if diff:
        for path, (old_content, new_content) in contents.items():
            texts = decode_text(old_content), decode_text(new_content)
            diff_text = unified_diff(path, *texts, colour=stdout_supports_colour())
            write_output(session.redactor().redact(diff_text), None)
        print_status(outcome.summary)
        return
    with writer_lock(folder, print_status):
        for path, (old_content, new_content) in contents.items():
            replace_content(folder, path, old_content, new_content)
            print_status(f"changed: {path}")
    write_output(f"{outcome.summary}\n", None)
