"""`modelyard audit`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.lazy_callback import calls


@click.command("audit")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="ID",
    help="Only this control, such as `EU-AI-Act:Art.14`, or this framework. Can be repeated.",
)
@common_options.format_option("text", "json", "html")
@common_options.output_option()
@common_options.as_of_option("Evaluate dates as of this day. [default: today in UTC]")
@click.option("--verbose", "-v", is_flag=True, help="Text: list the models that pass, too.")
@common_options.project_options
@calls("audit:show_audit")
def command() -> None:
    """Print for an examiner each control, the models that it binds, and their state.

    A control binds a model if a policy with the control applies to the model. Its state is the worst of its policies: fail, warn
    (an advisory policy is violated), waived, not evaluated, or pass. Evidence is what specs name; Modelyard does not open it. Policies
    on rendered objects are evaluated, too. The exit code is 0, whatever the states are; `modelyard check` gates.

    \b
    Examples:
      modelyard audit
      modelyard audit card-fraud --control EU-AI-Act
      modelyard audit --as-of 2026-12-31 --format html --output audit.html
      modelyard audit --rev HEAD --as-of 2026-12-31 --format json
    """
