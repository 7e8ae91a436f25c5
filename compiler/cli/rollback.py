"""`modelyard rollback`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("rollback")
@click.argument("model")
@click.option("--env", "environment", required=True, metavar="NAME", help="Environment to roll back.")
@click.option(
    "--to",
    metavar="VERSION",
    help="Release to roll back to. [default: end the canary if one is running, else the previous release]",
)
@common_options.diff_option
@common_options.root_option
@calls("rollback:roll_back_model")
def command() -> None:
    """Roll an environment back to the previous release.

    Rollback edits the spec, and keeps its comments and layout. If a canary is running, it ends. Otherwise the git
    history of the spec gives the previous release.

    \b
    Examples:
      modelyard rollback card-fraud --env prod
      modelyard rollback card-fraud --env staging --to 3.1.0 --diff
    """
