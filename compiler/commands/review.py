"""`modelyard review`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from compiler.commands.common.kept_session import RunOptions, start_run
from compiler.commands.common.progress_bars import model_bar
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.streams import print_status, stdout_supports_colour, terminal_width, write_output
from compiler.foundation.errors import UsageError
from compiler.pipeline.kept_results import REVISION, WORK_TREE
from compiler.review.change_review import review_change
from compiler.review.review_report import FORMATS, ReviewReport
from compiler.source.revision import merge_base, open_base
from compiler.spec.portfolio import PROJECT_FILE


def review_revisions(
    *,
    base: str,
    head: str | None,
    format_: str,
    output: Path | None,
    as_of: datetime | None,
    root: Path | None,
    no_cache: bool,
    timings: bool,
    profile: Path | None,
) -> None:
    """Compare a revision, or the work tree, with its merge base with another revision, and report what changes."""
    folder, options = project_root(root), RunOptions(not no_cache, None, timings, profile)
    base_commit = merge_base(folder, base, head or "HEAD")
    if base_commit is None:
        raise UsageError("there is no commit to compare with", help="Commit first, or name a revision.")
    commit = base_commit[0]
    with start_run(folder, options, needs_store=True) as run:
        partition = WORK_TREE if head is None else REVISION
        current = run.open_session(open_tree(folder, head), to_date(as_of), None, partition=partition)
        tree = open_base(folder, commit, PROJECT_FILE)
        previous = run.open_session(tree, current.as_of, None, partition=REVISION) if tree.has(PROJECT_FILE) else None
        review = review_change(previous, current, model_bar)
        for session in filter(None, (previous, current)):
            session.save_documents()
        if not review.is_complete:
            print_status(
                "rendered files were not compared, because one of the two states has errors; run `modelyard check`"
            )
        colour, width = (
            output is None and stdout_supports_colour(),
            terminal_width(sys.stdout) if output is None else None,
        )
        write_output(FORMATS[format_](ReviewReport(review, commit, head or "", colour=colour, width=width)), output)
