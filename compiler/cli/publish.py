"""`modelyard publish`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options, policy_options
from compiler.cli._shared.git_root import checkout_subfolder
from compiler.cli._shared.streams import print_status, supports_colour, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import as_object, as_str
from compiler.report import REPORTERS, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.pipeline.session import Session
    from compiler.pipeline.stages import BuildResult
    from compiler.policy.baseline import Baseline
    from compiler.write.git_plumbing import Repository

_STATUS_LETTERS = (("A", "created"), ("M", "changed"), ("D", "removed"))


@click.command("publish")
@click.option("--env", "environment", required=True, metavar="NAME", help="The environment whose tree is published.")
@click.option("--branch", metavar="NAME", help="By default the one that the Environment names under `delivery`.")
@click.option(
    "--push", "remote", metavar="REMOTE", help="Onto the branch of this remote; without it, of this repository alone."
)
@click.option(
    "--rev", metavar="REVISION", help="Publish what this revision makes; by default HEAD, if nothing differs from it."
)
@click.option("--force", is_flag=True, help="Also after a commit that somebody else, or a later commit, made.")
@policy_options.evaluation_options
@common_options.root_option
def command(
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
    """Commit an environment's rendered tree to its branch, from which a cluster is fed.

    Neither work tree nor index is touched, and nothing is committed where the tree is the same. The commit names the commit that it
    was made from, the day that policies were judged on, and the version of modelyard. Nothing leaves this repository without --push.
    What is wrong with models that do not run there keeps nothing from being published.

    \b
    modelyard publish --env prod
    modelyard publish --env prod --push origin
    """
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does
    from compiler.write.git_plumbing import Repository  # noqa: PLC0415 - likewise
    from compiler.write.publish_branch import PublishRequest, publish  # noqa: PLC0415 - git, which most commands need not

    folder = common_options.project_root(root)
    repository = Repository(folder)
    source = _source_commit(repository, folder, rev)
    run = Session(
        common_options.open_tree(folder, source),
        as_of.date() if as_of else None,
        policy_options.load_change_base(folder, changed_since),
    )
    common_options.require_environments(run.fleet, (environment,))
    target_branch = branch or _delivery_branch(run, environment)
    request = PublishRequest(
        environment,
        _rendered_files(run, folder, environment, policy_options.load_baseline(baseline)),
        source,
        run.as_of,
        _delivery_folder(run, environment),
    )
    result = publish(repository, request, target_branch, remote, force=force)
    if result.commit is None:
        print_status(f"{environment}: {result.reason}")
        return
    counts = {label: sum(line.startswith(letter) for line in result.differences) for letter, label in _STATUS_LETTERS}
    summary = ", ".join(f"{count} {label}" for label, count in counts.items() if count)
    print_status(f"{environment}: {summary} on {target_branch}{f' of {remote}' if remote else ''}")
    write_output(f"{result.commit}\n", None)


def _source_commit(repository: Repository, folder: Path, rev: str | None) -> str:
    """The commit that is published; the work tree must be the same where none is named."""
    commit = repository.commit_of(rev or "HEAD")
    if commit is None:
        raise UsageError(f"`{rev or 'HEAD'}` is no commit of this repository", help="commit first")
    if rev is None:
        from compiler.pipeline.session import Session  # noqa: PLC0415 - as above
        from compiler.spec.portfolio import PROJECT_FILE  # noqa: PLC0415 - as above

        portfolio = Session(common_options.open_tree(folder, None)).portfolio
        source_folders = [portfolio.folder(name) for name in ("models", "schemas", "templates")]
        changed_files = repository.changed_files((PROJECT_FILE, *source_folders), folder)
        if changed_files:
            count_phrase = "file differs" if len(changed_files) == 1 else "files differ"
            raise UsageError(
                f"{len(changed_files)} {count_phrase} from HEAD, such as {changed_files[0]}",
                help="commit what is meant, or say --rev HEAD",
            )
    return commit


def _delivery_folder(run: Session, environment: str) -> str:
    from compiler.resolve.checks.delivery_checks import normalise_folder  # noqa: PLC0415 - help needs none of what a run does

    spec = run.portfolio.by_kind("Environment")[environment]
    return normalise_folder(as_str(as_object(spec.data.get("delivery")).get("path")))


def _delivery_branch(run: Session, environment: str) -> str:
    spec = run.portfolio.by_kind("Environment")[environment]
    branch = as_str(as_object(spec.data.get("delivery")).get("branch"))
    if not branch:
        location = spec.document.location(("name",))
        help_ = f"add `delivery: {{branch: …}}` to {location.path}:{location.line}, or say --branch"
        raise UsageError(f"the Environment {environment} names no branch", help=help_)
    return branch


def _rendered_files(run: Session, folder: Path, environment: str, baseline: Baseline) -> Mapping[str, bytes]:
    """The environment's tree; ends with 1 and says why where the project is not sound."""
    from compiler.cli._shared.progress_bar import build_with_progress  # noqa: PLC0415 - help needs none of what a run does
    from compiler.review.publish_plan import environment_filter  # noqa: PLC0415 - likewise

    build_result: BuildResult = build_with_progress(
        run,
        lambda _, unit_environment: unit_environment == environment,
        baseline,
        include=environment_filter(run, environment),
    )
    if build_result.findings:
        colour = supports_colour(sys.stderr)
        report = Report(
            build_result.findings, run.read_text, run.summary, colour=colour, project_folder=checkout_subfolder(folder)
        )
        print_status(REPORTERS["text"](report), newline=False)
    if not build_result.can_write:
        print_status("nothing was published")
        raise click.exceptions.Exit(1)
    prefix = f"{environment}/"
    return {
        file.path.removeprefix(prefix): file.content
        for unit in build_result.units
        for file in unit.files
        if file.commit_path is None and file.path.startswith(prefix)
    }
