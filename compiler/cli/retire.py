"""`modelyard retire`."""

from datetime import datetime
from pathlib import Path

import click

from compiler.cli._shared import common_options, policy_options, spec_edits


@click.command("retire")
@click.argument("models", nargs=-1, metavar="[MODEL…]")
@click.option("--diff", is_flag=True, help="Show the edit, and write nothing.")
@policy_options.as_of_option
@common_options.root_option
def command(models: tuple[str, ...], *, diff: bool, as_of: datetime | None, root: Path | None) -> None:
    """Take models out of every environment, once the day of their `retirement` has come; without names all that are due.

    A model that another one still uses stays.

    \b
    modelyard retire
    modelyard retire complaint-topics --as-of 2027-04-01
    """
    from compiler.edit.retire import retire  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    folder = common_options.project_root(root)
    run = Session(common_options.open_tree(folder, None), as_of.date() if as_of else None)
    spec_edits.write_or_show_edit(run, folder, retire(run, models), diff=diff)
