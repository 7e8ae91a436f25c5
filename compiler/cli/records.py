"""`modelyard records`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import STATUS_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.suggesting_group import SuggestingGroup


@click.group("records", cls=SuggestingGroup)
def command() -> None:
    """Show which fields of records are missing.

    \b
    Examples:
      modelyard records status
      modelyard records status --regime eu-ai-act --owner lending-decisions
    """


@command.command("status")
@click.argument("models", nargs=-1)
@click.option(
    "--regime", "regimes", multiple=True, metavar="NAME", help="Only records of this regime. May be repeated."
)
@click.option(
    "--owner", "owners", multiple=True, metavar="TEAM", help="Only fields that this team supplies. May be repeated."
)
@common_options.format_option(*STATUS_FORMATS)
@common_options.output_option()
@click.option("--strict", is_flag=True, help="Exit with 1 if a field is missing.")
@common_options.project_options
@calls("records:show_record_status")
def status() -> None:
    """List missing fields of records.

    Each entry names the field, the line to add it at, and the team that can supply it.

    \b
    Examples:
      modelyard records status
      modelyard records status card-fraud
      modelyard records status --regime eu-ai-act --format markdown -o missing.md
      modelyard records status --owner data-platform --strict
    """
