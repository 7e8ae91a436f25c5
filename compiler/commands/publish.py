"""`modelyard publish`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from compiler.commands.common.evaluation_inputs import load_baseline, load_change_base
from compiler.commands.common.finding_report import print_findings
from compiler.commands.common.name_checks import require_environments
from compiler.commands.common.progress_bars import build_with_progress
from compiler.commands.common.project import mask_secrets_of, open_session, open_tree, project_root, to_date
from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.policy.baseline import Baseline
from compiler.review.publish_plan import environment_filter
from compiler.review.publish_source import delivery_branch, delivery_folder, environment_files, source_paths
from compiler.write.git_plumbing import Repository
from compiler.write.publish_branch import PublishRequest, publish

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
) -> None:
    """Render an environment at a commit, and commit the files to its branch."""
    folder = project_root(root)
    if rev is None:
        require_environments(open_session(folder).fleet, (environment,))
    repository = Repository(folder)
    source = _source_commit(repository, folder, rev)
    session = mask_secrets_of(
        Session(open_tree(folder, source), to_date(as_of), load_change_base(folder, changed_since))
    )
    require_environments(session.fleet, (environment,))
    target_branch = branch or delivery_branch(session, environment)
    files = _render_files(session, folder, environment, load_baseline(baseline))
    request = PublishRequest(environment, files, source, session.as_of, delivery_folder(session, environment))
    result = publish(repository, request, target_branch, remote, force=force)
    if result.commit is None:
        print_status(f"{environment}: {result.reason}")
        return
    destination = f"{target_branch}{f' of {remote}' if remote else ''}"
    print_status(f"{environment}: {_format_counts(result.differences)} on {destination}")
    write_output(f"{result.commit}\n", None)


def _source_commit(repository: Repository, folder: Path, rev: str | None) -> str:
    """The commit to publish; without a revision, the work tree must not differ from HEAD."""
    commit = repository.commit_of(rev or "HEAD")
    if commit is None:
        raise UsageError(f"`{rev or 'HEAD'}` is not a commit of this repository", help="commit first")
    if rev is None:
        changed_files = repository.changed_files(source_paths(open_session(folder)), folder)
        if changed_files:
            count_phrase = "file differs" if len(changed_files) == 1 else "files differ"
            raise UsageError(
                f"{len(changed_files)} {count_phrase} from HEAD, such as {changed_files[0]}",
                help="commit the changes, or use --rev HEAD",
            )
    return commit


def _render_files(session: Session, folder: Path, environment: str, baseline: Baseline) -> Mapping[str, bytes]:
    """The environment's files; ends the command with 1 if there are mandatory findings."""
    result = build_with_progress(
        session,
        lambda _, unit_environment: unit_environment == environment,
        baseline,
        include=environment_filter(session, environment),
    )
    print_findings(session, result.findings, folder)
    if not result.can_write:
        print_status("Nothing was published.")
        raise click.exceptions.Exit(1)
    return environment_files(result, environment)


def _format_counts(differences: tuple[str, ...]) -> str:
    counts = {label: sum(line.startswith(letter) for line in differences) for letter, label in _STATUS_LETTERS}
    return ", ".join(f"{count} {label}" for label, count in counts.items() if count)
