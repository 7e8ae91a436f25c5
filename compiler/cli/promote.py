"""`modelyard promote`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("promote")
@click.argument("model")
@click.option("--to", "environment", required=True, metavar="NAME", help="Environment to promote to.")
@click.option(
    "--release",
    metavar="VERSION",
    help="Release to promote. [default: the running canary, else the release of the previous environment]",
)
@click.option("--canary", metavar="SHARE", help="Route only this share of requests to the release, such as 10%.")
@common_options.diff_option
@common_options.policy_date_option
@common_options.root_option
@calls("promote:promote_model")
def command() -> None:
    """Promote a release to the next environment.

    Promote edits the spec, and keeps its comments and layout. The release must pass the gates with its recorded
    results, the model's lifecycle must allow it, and the edit must not cause new mandatory findings.

    \b
    Examples:
      modelyard promote card-fraud --to prod
      modelyard promote card-fraud --to prod --release 3.2.0 --canary 10%
      modelyard promote card-fraud --to prod --diff
    """
