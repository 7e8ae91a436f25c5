"""`modelyard graph`."""

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.choices import GRAPH_FORMATS
from compiler.cli._shared.lazy_callback import calls


@click.command("graph")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(GRAPH_FORMATS),
    help="Output format. [default: by the extension of --output, else mermaid]",
)
@click.option("--depth", type=click.IntRange(0), metavar="N", help="With NAME: include nodes up to N edges away.")
@click.option(
    "--direction",
    type=click.Choice(("LR", "TB")),
    default="LR",
    show_default=True,
    help="Left to right, or top to bottom.",
)
@common_options.output_option()
@common_options.filter_options
@common_options.project_options
@calls("graph:draw_graph")
def command() -> None:
    """Draw the dependency graph of datasets, models and use cases.

    NAME is a model, `dataset/NAME` or `use-case/NAME`; with it, draw only its dependencies and dependents. Forges
    render Mermaid in Markdown, Graphviz reads DOT, and browsers open SVG.

    \b
    Examples:
      modelyard graph
      modelyard graph card-fraud --depth 1
      modelyard graph dataset/loan-performance-2025 --env prod
      modelyard graph --owner payments-risk -o payments.svg
    """
