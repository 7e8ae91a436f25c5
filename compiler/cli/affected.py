"""`modelyard affected`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared.streams import emit, tell
from compiler.foundation.errors import UsageError
from compiler.report.ci_outputs import MOST_JOBS, OUTPUTS

if TYPE_CHECKING:
    from compiler.pipeline.session import Run
    from compiler.review.affected_report import Told


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
    "--jobs", type=click.IntRange(1, MOST_JOBS), default=MOST_JOBS, show_default=True, help="Share the models among so many jobs at most."
)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@options.root
def command(since: str | None, *, everything: bool, format_: str, jobs: int, output: Path | None, root: Path | None) -> None:
    """Say which models, environments, owners and artifacts a change reaches, and by what.

    Compared is the work tree with the last commit that it has in common with REVISION: what models say, whom they refer to, what
    binds them, and what is rendered of them, byte by byte. Of a state that does not hold together artifacts are not compared.

    \b
    modelyard affected --since origin/main
    modelyard affected --since HEAD~1 --format json
    """
    from compiler.review.affected_report import told_as  # noqa: PLC0415 - help needs none of what a run does

    if (since is None) is not everything:
        raise UsageError("say one of --since and --all", help="modelyard affected --since origin/main")
    emit(told_as(format_, _told(options.project_root(root), since, jobs)), output)


def _told(folder: Path, since: str | None, jobs: int) -> Told:
    from compiler.pipeline.session import Run  # noqa: PLC0415 - help needs none of what a run does
    from compiler.review.affected_models import affected  # noqa: PLC0415 - likewise
    from compiler.review.affected_report import Told  # noqa: PLC0415 - likewise
    from compiler.review.publish_plan import judged, waves  # noqa: PLC0415 - likewise
    from compiler.source.revision import branch_point  # noqa: PLC0415 - git, which other commands need not

    began = branch_point(folder, since) if since is not None else None
    commit = began[0] if began else None
    after = Run(options.open_tree(folder, None))
    found = affected(_before(folder, commit, after) if commit else None, after)
    if found.artifacts is None:
        tell("artifacts were not compared: one of the two states does not hold together")
    canaries = judged(after, found)
    if len(canaries) > MOST_JOBS:
        left = ", ".join(f"{one['model']} in {one['environment']}" for one in canaries[MOST_JOBS:])
        tell(f"canaries that have no job, for there are at most {MOST_JOBS}: {left}")
    return Told(found, commit, waves(after, found), canaries, jobs)


def _before(folder: Path, commit: str, after: Run) -> Run | None:
    """The state at a commit, judged on the same day; none where the project was not there yet."""
    from compiler.pipeline.session import Run  # noqa: PLC0415 - help needs none of what a run does
    from compiler.spec.portfolio import PROJECT_FILE  # noqa: PLC0415 - likewise

    tree = options.open_tree(folder, commit)
    return Run(tree, after.as_of) if tree.has(PROJECT_FILE) else None
