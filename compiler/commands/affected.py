"""`modelyard affected`."""

from __future__ import annotations

from pathlib import Path

from compiler.commands.common.kept_session import Run, RunOptions, start_run
from compiler.commands.common.progress_bars import model_bar
from compiler.commands.common.project import open_tree, project_root
from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.pipeline.kept_results import REVISION
from compiler.pipeline.session import Session
from compiler.report.ci_outputs import MAX_MATRIX_JOBS
from compiler.review.affected_models import compute_impact
from compiler.review.affected_report import AffectedReport, render
from compiler.review.publish_plan import affected_canaries, publish_waves
from compiler.source.revision import merge_base
from compiler.spec.portfolio import PROJECT_FILE


def report_affected(
    *,
    since: str | None,
    everything: bool,
    format_: str,
    jobs: int,
    output: Path | None,
    root: Path | None,
    no_cache: bool,
    timings: bool,
    profile: Path | None,
) -> None:
    """Report what a change affects, compared with a revision or with nothing."""
    if (since is None) is not everything:
        raise UsageError("give either --since or --all", help="modelyard affected --since origin/main")
    folder, options = project_root(root), RunOptions(not no_cache, None, timings, profile)
    with start_run(folder, options, needs_store=True) as run:
        write_output(render(format_, _build_report(run, folder, since, jobs)), output)


def _build_report(run: Run, folder: Path, revision: str | None, jobs: int) -> AffectedReport:
    base_commit = merge_base(folder, revision) if revision is not None else None
    commit = base_commit[0] if base_commit else None
    current = run.open_session(open_tree(folder, None), None, None)
    previous = _previous_session(run, folder, commit, current) if commit else None
    impact = compute_impact(previous, current, model_bar)
    for session in filter(None, (previous, current)):
        session.save_documents()
    if impact.artifacts is None:
        print_status("artifacts were not compared, because one of the two states has errors")
    canaries = affected_canaries(current, impact)
    if len(canaries) > MAX_MATRIX_JOBS:
        overflow = ", ".join(f"{canary['model']} in {canary['environment']}" for canary in canaries[MAX_MATRIX_JOBS:])
        print_status(f"a matrix has at most {MAX_MATRIX_JOBS} jobs; canaries without a job: {overflow}")
    return AffectedReport(impact, commit, publish_waves(current, impact), canaries, jobs)


def _previous_session(run: Run, folder: Path, commit: str, current: Session) -> Session | None:
    """The state at a commit, evaluated on the same date; `None` if the project did not exist yet."""
    tree = open_tree(folder, commit)
    return run.open_session(tree, current.as_of, None, partition=REVISION) if tree.has(PROJECT_FILE) else None
