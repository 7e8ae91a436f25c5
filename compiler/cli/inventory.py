"""`modelyard inventory`."""

import click
from click.core import ParameterSource

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import DUE_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.foundation.errors import UsageError

_SHARED_OPTIONS = frozenset({"format_", "output", "as_of", "root", "rev"})
_as_of_option = common_options.as_of_option("Compute what is overdue as of this date. [default: today in UTC]")


class _InventoryGroup(click.Group):
    """Lists models; with a name that is not a subcommand, shows the model of that name."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand, or the command that shows the model."""
        return super().get_command(ctx, cmd_name) or _show_command(cmd_name)


@click.group("inventory", cls=_InventoryGroup, invoke_without_command=True, subcommand_metavar="[MODEL | due …]")
@common_options.filter_options
@click.option(
    "--sort",
    "sorts",
    multiple=True,
    metavar="[-]COLUMN",
    help="Sort by this column; `-` sorts in descending order. May be repeated. [default: by name]",
)
@click.option("--columns", metavar="NAME,…", help="Columns of the table and of CSV; `--columns help` lists all.")
@click.option("--wide", is_flag=True, help="Show more columns, and do not shorten values.")
@common_options.format_option("text", "json", "csv")
@common_options.output_option()
@_as_of_option
@common_options.project_options
@click.pass_context
def command(ctx: click.Context, /, **options: object) -> None:
    """List all models with their owners, risk tiers and reviews.

    The list includes models that run nowhere: proposed and retired ones. With MODEL, show everything known about that
    model, including the digests that approvals refer to. `inventory due` lists deadlines.

    \b
    Examples:
      modelyard inventory
      modelyard inventory card-fraud
      modelyard inventory --tier high --tier critical --env prod --sort review
      modelyard inventory --regime eu-ai-act=high-risk --missing --format csv -o missing.csv
      modelyard inventory due --within 30d
    """
    if ctx.invoked_subcommand is None:
        list_models(**options)
    else:
        _forward_options(ctx, ctx.invoked_subcommand)


@calls("inventory:list_models")
def list_models() -> None:
    """The command without a subcommand."""


def _forward_options(ctx: click.Context, name: str) -> None:
    """Apply options in front of a subcommand to the subcommand; raise `UsageError` for options that it does not have."""
    given_options = [
        option
        for option in ctx.command.params
        if option.name and ctx.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    for option in given_options:
        if option.name not in _SHARED_OPTIONS:
            raise UsageError(
                f"{option.opts[0]} applies to the list of models, not to `{name}`", help=f"modelyard inventory {name}"
            )
    ctx.default_map = {name: {option.name: ctx.params[option.name] for option in given_options if option.name}}


def _show_command(name: str) -> click.Command:
    """The command that shows one model."""

    @click.command(name, help="Show everything known about the model.")
    @common_options.format_option("text", "json")
    @common_options.output_option()
    @_as_of_option
    @common_options.project_options
    def show(**options: object) -> None:
        show_model(name=name, **options)

    return show


@calls("inventory:show_model")
def show_model() -> None:
    """The command for one model."""


@command.command("due")
@click.option(
    "--within",
    default="30d",
    show_default=True,
    metavar="SPAN",
    help="List deadlines within this span of days or weeks, such as 30d or 12w.",
)
@click.option("--undated", is_flag=True, help="Include reviews without a date of the last one.")
@click.option("--strict", is_flag=True, help="Exit with 1 if something is overdue.")
@common_options.format_option(*DUE_FORMATS)
@common_options.output_option()
@_as_of_option
@common_options.project_options
@calls("inventory:list_due_items")
def due() -> None:
    """List overdue and upcoming reviews, validations, evidence, approvals, waivers, contracts and retirements.

    Each item has the location of its date in the spec, and a key that is stable until the item is renewed. A job that
    opens an issue per key opens no issue twice.

    \b
    Examples:
      modelyard inventory due
      modelyard inventory due --within 90d --format markdown
      modelyard inventory due --strict --as-of 2027-03-31
    """
