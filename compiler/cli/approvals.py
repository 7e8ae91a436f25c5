"""`modelyard approvals`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("approvals")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--env", "environments", multiple=True, metavar="NAME", help="Only approvals for this environment.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["valid", "expiring", "pending", "expired", "invalid"]),
    help="Only approvals in this state; `expiring`: valid, and expires within 30 days.",
)
@common_options.format_option("text", "json")
@common_options.output_option()
@common_options.as_of_option("Evaluate approvals as of this date. [default: today in UTC]")
@common_options.root_option
@calls("approvals:list_approvals")
def command() -> None:
    """List approvals and their state.

    An approval is valid while the environment runs what it names: the content with the digests that its role binds. It is pending
    until the release that it names runs, and invalid once the content has changed; then the list shows which digest differs, and
    the values that changed since the commit that recorded it.

    \b
    Examples:
      modelyard approvals
      modelyard approvals card-fraud --env prod
      modelyard approvals --state invalid --state expiring --format json
    """
