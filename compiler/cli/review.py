"""`modelyard review`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("review")
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@common_options.format_option("text", "json", "markdown")
@common_options.output_option()
@common_options.policy_date_option
@common_options.measuring_options
@common_options.root_option
@calls("review:review_revisions")
def command() -> None:
    """Show what a change does: to which models, in which environments, and how serious it is.

    The command compares HEAD, or the work tree if none is named, with the merge base of HEAD and BASE. It compares resolved specs by
    meaning: a comment, a moved file or another spelling of a value is no change. Each changed value has a class: destructive, breaking,
    risk-raising, behaviour, promotion, safe or metadata. Rendered objects are compared by group, kind, namespace and name. A change that
    several models share appears once.

    \b
    Examples:
      modelyard review origin/main
      modelyard review HEAD~1 HEAD --format json
      modelyard review origin/main --format markdown --output comment.md
    """
