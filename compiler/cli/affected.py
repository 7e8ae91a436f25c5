"""`modelyard affected`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import MAX_MATRIX_JOBS, OUTPUT_FORMATS
from compiler.cli._shared.lazy_callback import calls


@click.command("affected")
@click.option("--since", metavar="REVISION", help="Compare with REVISION, such as the target branch of a pull request.")
@click.option("--all", "everything", is_flag=True, help="Report everything as affected.")
@common_options.format_option(*OUTPUT_FORMATS, "markdown")
@click.option(
    "--max-jobs",
    "jobs",
    type=click.IntRange(1, MAX_MATRIX_JOBS),
    metavar="N",
    default=MAX_MATRIX_JOBS,
    show_default=True,
    help="Distribute the models over at most N jobs.",
)
@common_options.output_option()
@common_options.measuring_options
@common_options.root_option
@calls("affected:report_affected")
def command() -> None:
    """List the models, environments and artifacts that a change affects.

    The list names owners and reasons. The command compares the work tree with the merge base of HEAD and REVISION:
    specs, their references, policies, and rendered artifacts byte by byte. Artifacts are compared only if both states
    build without errors.

    \b
    Examples:
      modelyard affected --since origin/main
      modelyard affected --since HEAD~1 --format json
    """
