"""`modelyard check`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import REPORT_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType


@click.command("check")
@click.argument("files", nargs=-1, type=PathType())
@common_options.format_option(*REPORT_FORMATS, help_text="Format of findings.")
@common_options.output_option("Write the report to this file instead of stdout.")
@click.option(
    "--rendered", "renders", is_flag=True, help="Also render all artifacts and check policies on rendered objects."
)
@click.option(
    "--sources", "runs_sources", is_flag=True, help="Also run the tests of models: rules, graphs and model files."
)
@click.option(
    "--write-baseline",
    type=PathType(folders=False, writes=True),
    metavar="FILE",
    help="Write all policy findings to this file. If FILE exists, only remove entries that no longer occur.",
)
@click.option("--fix", is_flag=True, help="Apply safe fixes, then check again.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: include fixes that may change the meaning.")
@click.option("--diff", is_flag=True, help="Show the changes of --fix as a diff; write nothing.")
@common_options.verbose_option
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    metavar="N",
    help="Show at most N findings as text, errors first; 0 shows all. Other formats contain all findings.",
)
@common_options.evaluation_options
@click.option(
    "--reviews",
    type=PathType(exists=True, folders=False),
    metavar="FILE",
    help="With --changed-since: reviews of the pull request as GitHub's REST API lists them, outside of the checkout.",
)
@common_options.environment_option
@common_options.run_options
@common_options.project_options
@calls("check:check_project")
def command() -> None:
    """Check specs, references, policies and targets.

    A target is checked against what its models require, for example a GPU or autoscaling to zero.

    With FILES, report only findings in these files, and check only the models that they can affect.

    \b
    Examples:
      modelyard check
      modelyard check models/payments/card-fraud.yaml
      modelyard check --env prod --format json -o findings.json
      modelyard check --rendered
      modelyard check --sources
      modelyard check --as-of 2027-01-31
      modelyard check --changed-since origin/main
      modelyard check --diff --unsafe-fixes
    """
