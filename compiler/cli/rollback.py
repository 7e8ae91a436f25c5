"""`modelyard rollback`."""

from collections.abc import Iterator
from pathlib import Path

import click

from compiler.cli._shared import common_options, spec_edits
from compiler.source.tree import Tree


@click.command("rollback")
@click.argument("model")
@click.option("--env", "environment", required=True, metavar="NAME", help="The environment that is taken back.")
@click.option(
    "--to", metavar="VERSION", help="The release to go back to; by default the canary goes, else the release before."
)
@click.option("--diff", is_flag=True, help="Show the edit, and write nothing.")
@common_options.root_option
def command(model: str, *, environment: str, to: str | None, diff: bool, root: Path | None) -> None:
    """Take an environment back to what ran before: an edit of the spec that keeps its comments and layout.

    Where a canary takes requests, that ends. Where there is none, git says which release ran before.

    \b
    modelyard rollback card-fraud --env prod
    modelyard rollback card-fraud --env staging --to 3.1.0 --diff
    """
    from compiler.edit.rollback import rollback  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = common_options.project_root(root)
    run = Session(common_options.open_tree(folder, None))
    common_options.require_environments(run.fleet, (environment,))

    def history(path: str) -> Iterator[Tree]:
        from compiler.source.revision import commits_touching, open_revision  # noqa: PLC0415 - git, where it is asked

        return (open_revision(folder, commit) for commit in commits_touching(folder, path))

    spec_edits.write_or_show_edit(run, folder, rollback(run, model, environment, to, history), diff=diff)
