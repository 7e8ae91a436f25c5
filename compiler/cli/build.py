"""`modelyard build`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import REPORT_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType


@click.command("build")
@click.argument("models", nargs=-1)
@common_options.write_options
@click.option(
    "--full", is_flag=True, help="Read every file, although its size, time and inode are those of the last build."
)
@click.option(
    "--shard",
    metavar="I/N",
    help="Compute only the results of the I-th of N parts of the models; see `modelyard merge`.",
)
@click.option(
    "--results",
    type=PathType(folders=False, writes=True),
    metavar="FILE",
    help="Write the results of --shard to this file.",
)
@common_options.verbose_option
@common_options.format_option(
    *REPORT_FORMATS, help_text="Format of findings. Text goes to stderr, other formats to stdout."
)
@common_options.evaluation_options
@common_options.environment_option
@common_options.run_options
@common_options.project_options
@calls("build:build_project")
def command() -> None:
    """Render all artifacts and write the files that changed.

    MODELS and --env limit what is rendered and removed. Build writes nothing while there are mandatory findings, and
    it never overwrites a file that was edited by hand.

    \b
    Examples:
      modelyard build
      modelyard build card-fraud --env staging
      modelyard build --output /tmp/preview
      modelyard build --check
      modelyard build --shard 1/4 --results part-1
    """
