"""`modelyard affected`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.report.ci_outputs import MAX_MATRIX_JOBS, OUTPUTS

if TYPE_CHECKING:
    from compiler.pipeline.session import Session
    from compiler.review.affected_report import AffectedReport


@click.command("affected")
@click.option("--since", metavar="REVISION", help="What the change began from, such as the branch it goes to.")
@click.option("--all", "everything", is_flag=True, help="As if there had been nothing before.")
@click.option(
    "--format",
    "format_",
    type=click.Choice((*OUTPUTS, "markdown")),
    default="text",
    show_default=True,
    help="For people, for programs, or as outputs of a CI server's job.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, MAX_MATRIX_JOBS),
    default=MAX_MATRIX_JOBS,
    show_default=True,
    help="Share the models among so many jobs at most.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@common_options.root_option
def command(
    since: str | None, *, everything: bool, format_: str, jobs: int, output: Path | None, root: Path | None
) -> None:
    """Say which models, environments, owners and artifacts a change reaches, and by what.

    Compared is the work tree with the last commit that it has in common with REVISION: what models say, whom they refer to, what
    binds them, and what is rendered of them, byte by byte. Of a state that does not hold together artifacts are not compared.

    \b
    modelyard affected --since origin/main
    modelyard affected --since HEAD~1 --format json
    """
    from compiler.review.affected_report import render  # noqa: PLC0415 - help needs none of what a run does

    if (since is None) is not everything:
        raise UsageError("say one of --since and --all", help="modelyard affected --since origin/main")
    write_output(render(format_, _build_report(common_options.project_root(root), since, jobs)), output)


def _build_report(folder: Path, revision: str | None, jobs: int) -> AffectedReport:
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does
    from compiler.review.affected_models import compute_impact  # noqa: PLC0415 - likewise
    from compiler.review.affected_report import AffectedReport  # noqa: PLC0415 - likewise
    from compiler.review.publish_plan import affected_canaries, publish_waves  # noqa: PLC0415 - likewise
    from compiler.source.revision import merge_base  # noqa: PLC0415 - git, which other commands need not

    base_commit = merge_base(folder, revision) if revision is not None else None
    commit = base_commit[0] if base_commit else None
    current = Session(common_options.open_tree(folder, None))
    result = compute_impact(_previous_session(folder, commit, current) if commit else None, current)
    if result.artifacts is None:
        print_status("artifacts were not compared: one of the two states does not hold together")
    canaries = affected_canaries(current, result)
    if len(canaries) > MAX_MATRIX_JOBS:
        overflow = ", ".join(f"{canary['model']} in {canary['environment']}" for canary in canaries[MAX_MATRIX_JOBS:])
        print_status(f"canaries that have no job, for there are at most {MAX_MATRIX_JOBS}: {overflow}")
    return AffectedReport(result, commit, publish_waves(current, result), canaries, jobs)


def _previous_session(folder: Path, commit: str, current: Session) -> Session | None:
    """The state at a commit, judged on the same day; none where the project was not there yet."""
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does
    from compiler.spec.portfolio import PROJECT_FILE  # noqa: PLC0415 - likewise

    tree = common_options.open_tree(folder, commit)
    return Session(tree, current.as_of) if tree.has(PROJECT_FILE) else None
