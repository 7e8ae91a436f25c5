"""`modelyard approve`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType


@click.command("approve")
@click.argument("model")
@click.option("--env", "environment", required=True, metavar="NAME", help="Environment that the decision is about.")
@click.option(
    "--release", metavar="VERSION", help="Release that is to run there. [default: the one that runs there now]"
)
@click.option(
    "--role", required=True, metavar="ROLE", help="The team's role in the decision: one of its approvalRoles."
)
@click.option("--team", required=True, metavar="NAME", help="Team that decides.")
@click.option("--approver", metavar="NAME", help="Person of the team who decides: one of its members.")
@click.option("--ticket", metavar="TEXT", help="Address or number of the discussion.")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day on which the approval is valid."
)
@click.option("--reject", is_flag=True, help="Record a rejection.")
@click.option(
    "--sign",
    type=PathType(exists=True, folders=False),
    metavar="KEY",
    help="Sign the approval with this SSH key, and write the signature below approvals/.",
)
@common_options.diff_option
@common_options.as_of_option("Date of the approval. [default: today in UTC]")
@common_options.root_option
@calls("approve:approve_model")
def command() -> None:
    """Record a team's approval of a model.

    Approve adds an entry to `approvals` of the spec, and keeps its comments and layout. The entry names both digests of what the
    environment runs after the release is promoted. Merge it before the promotion: it is pending until then. A later change
    of what the role binds (the runtime digest, the governance digest, or both) makes it invalid.

    The entry is a claim. Evidence is a signature with --sign, or the review of its pull request (`check --reviews`).

    \b
    Examples:
      modelyard approve card-fraud --env prod --release 3.2.0 --role model-risk --team model-risk
      modelyard approve card-fraud --env prod --role model-risk --team model-risk --ticket RISK-2291
      modelyard approve card-fraud --env prod --role model-risk --team model-risk --reject
    """
