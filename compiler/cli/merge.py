"""`modelyard merge`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import REPORT_FORMATS
from compiler.cli._shared.lazy_callback import calls
from compiler.cli._shared.path_type import PathType


@click.command("merge")
@click.argument("files", nargs=-1, required=True, type=PathType(exists=True, folders=False))
@common_options.write_options
@common_options.verbose_option
@common_options.format_option(
    *REPORT_FORMATS, help_text="Format of findings. Text goes to stderr, other formats to stdout."
)
@common_options.baseline_option
@common_options.policy_date_option
@common_options.project_options
@calls("merge:merge_shards")
def command() -> None:
    """Build from the results that several machines computed.

    Each machine runs `modelyard build --shard I/N --results FILE` on the same commit with the same installation. Merge
    computes what is missing or does not fit this project and date, so that it writes what a build writes.

    \b
    Examples:
      modelyard build --shard 1/2 --results part-1
      modelyard build --shard 2/2 --results part-2
      modelyard merge part-1 part-2
    """
