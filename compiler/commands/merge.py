"""`modelyard merge`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from compiler.commands.build import BuildRequest, run_build
from compiler.commands.common.evaluation_inputs import load_baseline
from compiler.commands.common.kept_session import RunOptions, start_run
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.shard_results import read_shards


def merge_shards(
    *,
    files: tuple[Path, ...],
    output: Path | None,
    check_: bool,
    verbose: bool,
    format_: str,
    baseline: Path | None,
    as_of: datetime | None,
    root: Path | None,
    rev: str | None,
) -> None:
    """Build the project from the results of shards; what they lack is computed."""
    folder, options = project_root(root), RunOptions()
    request = BuildRequest(output=output, is_check=check_, format=format_, verbose=verbose)
    with start_run(folder, options, needs_store=True) as run:
        read_shards(run.store, files)
        session = run.open_session(open_tree(folder, rev), to_date(as_of), None)
        run_build(session, folder, run.store, request, load_baseline(baseline))
