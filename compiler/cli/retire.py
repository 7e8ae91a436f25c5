"""`modelyard retire`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("retire")
@click.argument("models", nargs=-1)
@common_options.diff_option
@common_options.policy_date_option
@common_options.root_option
@calls("retire:retire_models")
def command() -> None:
    """Remove models that are due for retirement from all environments.

    Retire edits the specs, and keeps their comments and layout. Without MODELS, it removes all models whose
    `retirement` date has come. A model that another model still uses is kept.

    \b
    Examples:
      modelyard retire
      modelyard retire complaint-topics --as-of 2027-04-01
    """
