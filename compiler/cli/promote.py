"""`modelyard promote`."""

from datetime import datetime
from pathlib import Path

import click

from compiler.cli._shared import common_options, policy_options, spec_edits


@click.command("promote")
@click.argument("model")
@click.option("--to", "environment", required=True, metavar="NAME", help="The environment that it goes on to.")
@click.option(
    "--release", metavar="VERSION", help="By default the canary that is there, else what runs one step before."
)
@click.option("--canary", metavar="SHARE", help="Only for this share of the requests, such as 10%, beside what runs.")
@click.option("--diff", is_flag=True, help="Show the edit, and write nothing.")
@policy_options.as_of_option
@common_options.root_option
def command(
    model: str,
    *,
    environment: str,
    release: str | None,
    canary: str | None,
    diff: bool,
    as_of: datetime | None,
    root: Path | None,
) -> None:
    """Let a release run in the next environment: an edit of the spec that keeps its comments and layout.

    What is written has passed the gates by what is on record, is allowed by the model's lifecycle, and breaks nothing that held before.

    \b
    modelyard promote card-fraud --to prod
    modelyard promote card-fraud --to prod --release 3.2.0 --canary 10%
    modelyard promote card-fraud --to prod --diff
    """
    from compiler.edit.promote import parse_share, promote  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = common_options.project_root(root)
    run = Session(common_options.open_tree(folder, None), as_of.date() if as_of else None)
    common_options.require_environments(run.fleet, (environment,))
    canary_share = parse_share(canary) if canary is not None else None
    spec_edits.write_or_show_edit(run, folder, promote(run, model, environment, release, canary_share), diff=diff)
