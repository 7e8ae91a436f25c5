"""Output of `check --fix` and `check --diff`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

from compiler.commands.common.streams import print_status, stdout_supports_colour, write_output
from compiler.diagnostics.finding import Finding
from compiler.edit.finding_fixes import decode_text, plan_fixes
from compiler.edit.unified_diff import unified_diff
from compiler.pipeline.session import Session
from compiler.report.finding_text import pluralize
from compiler.write.replace_file import replace_content
from compiler.write.writer_lock import writer_lock


def write_or_show_fixes(
    findings: Iterable[Finding], session: Session, folder: Path, *, unsafe: bool, diff: bool
) -> int:
    """Write the fixes of findings, or show them as a diff with secrets masked; return how many there are."""
    redactor, tree = session.redactor(), session.tree
    files = plan_fixes(findings, tree, unsafe=unsafe)
    with nullcontext() if diff else writer_lock(folder, print_status):
        for file in files:
            if diff:
                texts = decode_text(file.old_content), decode_text(file.new_content)
                diff_text = unified_diff(file.path, *texts, colour=stdout_supports_colour())
                write_output(redactor.redact(diff_text), None)
            else:
                replace_content(folder, file.path, file.old_content, file.new_content)
    count = sum(file.fix_count for file in files)
    fixes = f"{count} {'fix' if count == 1 else 'fixes'} in {pluralize(len(files), 'file')}"
    print_status(f"Would apply {fixes}." if diff else f"Applied {fixes}.")
    return count
