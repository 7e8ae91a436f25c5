"""`modelyard publish`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("publish")
@click.option("--env", "environment", required=True, metavar="NAME", help="Environment to publish.")
@click.option("--branch", metavar="NAME", help="Branch to commit to. [default: `delivery.branch` of the Environment]")
@click.option(
    "--push", "remote", metavar="REMOTE", help="Push to the branch of this remote. [default: commit in this repository]"
)
@click.option(
    "--rev", metavar="REVISION", help="Publish this revision. [default: HEAD, if the work tree has no changes]"
)
@click.option(
    "--force", is_flag=True, help="Publish even if the branch's last commit was made by hand or from a later commit."
)
@common_options.evaluation_options
@common_options.run_options
@common_options.root_option
@calls("publish:publish_environment")
def command() -> None:
    """Commit the rendered files of an environment to its delivery branch.

    A GitOps controller deploys from that branch. Work tree and index stay unchanged, and there is no commit if the
    files are the same. The commit names its source commit, the evaluation date and the Modelyard version. Only --push
    sends anything to a remote. Findings about models that do not run in the environment do not prevent publishing.

    \b
    Examples:
      modelyard publish --env prod
      modelyard publish --env prod --push origin
    """
