"""`modelyard publish`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from compiler.commands.common.evaluation_inputs import load_baseline, load_change_base
from compiler.commands.common.finding_report import print_findings
from compiler.commands.common.kept_session import Run, RunOptions, start_run
from compiler.commands.common.name_checks import require_environments
from compiler.commands.common.progress_bars import check_for_build_with_progress, render_with_progress
from compiler.commands.common.project import open_tree, project_root, to_date
from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.pipeline.kept_results import REVISION
from compiler.pipeline.session import Session
from compiler.pipeline.unit_selection import UnitsOfEnvironment
from compiler.policy.baseline import Baseline
from compiler.review.publish_plan import environment_filter
from compiler.review.publish_source import EnvironmentFiles, delivery_branch, delivery_folder, source_paths
from compiler.write.git_plumbing import Repository
from compiler.write.publish_branch import PublishRequest, publish
from compiler.write.spooled_files import SpooledFiles

_STATUS_LETTERS = (("A", "created"), ("M", "changed"), ("D", "removed"))


def publish_environment(
    *,
    environment: str,
    branch: str | None,
    remote: str | None,
    rev: str | None,
    force: bool,
    changed_since: str | None,
    baseline: Path | None,
    as_of: datetime | None,
    root: Path | None,
    jobs: int | None,
    no_cache: bool,
    timings: bool,
    profile: Path | None,
) -> None:
    """Render an environment at a commit, and commit the files to its branch."""
    folder = project_root(root)
    options = RunOptions(not no_cache, jobs, timings, profile)
    with start_run(folder, options) as run, SpooledFiles() as files:
        work_tree = _open_work_tree(run, folder, environment) if rev is None else None
        repository = Repository(folder)
        source = _source_commit(repository, folder, rev, work_tree)
        change_base = load_change_base(folder, changed_since)
        session = run.open_session(open_tree(folder, source), to_date(as_of), change_base, partition=REVISION)
        require_environments(session.fleet, (environment,))
        target_branch = branch or delivery_branch(session, environment)
        _render_files(session, folder, environment, load_baseline(baseline), files)
        session.save_documents()
        request = PublishRequest(environment, files, source, session.as_of, delivery_folder(session, environment))
        with session.timings.measure("stage", "commit"):
            result = publish(repository, request, target_branch, remote, force=force)
    if result.commit is None:
        print_status(f"{environment}: {result.reason}")
        return
    destination = f"{target_branch}{f' of {remote}' if remote else ''}"
    print_status(f"{environment}: {_format_counts(result.differences)} on {destination}")
    write_output(f"{result.commit}\n", None)


def _open_work_tree(run: Run, folder: Path, environment: str) -> Session:
    """The work tree, which must have the environment."""
    session = run.open_session(open_tree(folder, None), None, None)
    require_environments(session.fleet, (environment,))
    session.save_documents()
    return session


def _source_commit(repository: Repository, folder: Path, rev: str | None, work_tree: Session | None) -> str:
    """The commit to publish; without a revision, the work tree must not differ from HEAD."""
    commit = repository.commit_of(rev or "HEAD")
    if commit is None:
        raise UsageError(f"`{rev or 'HEAD'}` is not a commit of this repository", help="commit first")
    if work_tree is not None:
        changed_files = repository.changed_files(source_paths(work_tree), folder)
        if changed_files:
            count_phrase = "file differs" if len(changed_files) == 1 else "files differ"
            raise UsageError(
                f"{len(changed_files)} {count_phrase} from HEAD, such as {changed_files[0]}",
                help="commit the changes, or use --rev HEAD",
            )
    return commit


def _render_files(session: Session, folder: Path, environment: str, baseline: Baseline, files: SpooledFiles) -> None:
    """Render the environment's files; ends the command with 1 if there are mandatory findings."""
    include = environment_filter(session, environment)
    checked_build = check_for_build_with_progress(session, baseline, include=include)
    if checked_build.is_blocked:
        findings = checked_build.findings_without_rendering()
    else:
        sink = EnvironmentFiles(environment, files)
        findings = render_with_progress(checked_build, UnitsOfEnvironment(environment), sink)
    print_findings(session, findings, folder)
    if any(finding.is_blocking for finding in findings):
        print_status("Nothing was published.")
        raise click.exceptions.Exit(1)


def _format_counts(differences: tuple[str, ...]) -> str:
    counts = {label: sum(line.startswith(letter) for line in differences) for letter, label in _STATUS_LETTERS}
    return ", ".join(f"{count} {label}" for label, count in counts.items() if count)
