"""`modelyard graph`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.cli._shared import common_options, inventory_options
from compiler.cli._shared.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.graph.graph_model import Graph
    from compiler.pipeline.session import Session

_UNSUPPORTED_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf"})
"""What somebody may want, and what text below such a name would not open as."""
_FORMATS_BY_SUFFIX = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}


@click.command("graph")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("mermaid", "dot", "svg")),
    help="How it is written; by default as the ending of --output says, else mermaid.",
)
@click.option("--depth", type=click.IntRange(0), metavar="N", help="With names: at most so many lines away from them.")
@click.option(
    "--direction",
    type=click.Choice(("LR", "TB")),
    default="LR",
    show_default=True,
    help="Left to right, or top to bottom.",
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of stdout."
)
@inventory_options.filter_options
@common_options.project_options
def command(
    names: tuple[str, ...],
    *,
    format_: str | None,
    depth: int | None,
    direction: str,
    output: Path | None,
    root: Path | None,
    rev: str | None,
    **filter_values: Any,  # noqa: ANN401 - the filters, which `narrowing` reads
) -> None:
    """Draw datasets, models and use cases: what each rests on, what rests on it, and where models run.

    With NAMEs, only what these rest on, and what rests on them: a model, or `dataset/NAME` or `use-case/NAME`. SVG is drawn here;
    Mermaid is what forges draw in Markdown, DOT what Graphviz reads.

    \b
    modelyard graph
    modelyard graph card-fraud --depth 1
    modelyard graph dataset/loan-performance-2025 --env prod
    modelyard graph --owner payments-risk -o payments.svg
    """
    from compiler.graph.graph_builder import build_graph  # noqa: PLC0415 - help needs none of what a run does
    from compiler.graph.neighborhood import neighborhood  # noqa: PLC0415 - likewise
    from compiler.inventory.row_filters import filter_rows  # noqa: PLC0415 - likewise
    from compiler.pipeline.session import Session  # noqa: PLC0415 - likewise

    if depth is not None and not names:
        raise UsageError("--depth goes with the name of something", help="modelyard graph card-fraud --depth 1")
    format_ = format_ or _format_of(output)
    run = Session(common_options.open_tree(common_options.project_root(root), rev))
    row_filter = inventory_options.parse_filter(run, filter_values)
    rows = tuple(filter_rows(run.inventory.models, row_filter))
    is_filtered = len(rows) < len(run.inventory.models)
    diagram = build_graph(run.inventory, rows, row_filter.environments, include_unused=not is_filtered or bool(names))
    diagram = neighborhood(diagram, [_node_id(name, diagram, run) for name in names], depth) if names else diagram
    _write_graph(diagram, format_, direction, output)
    print_status(diagram.description)
    raise click.exceptions.Exit(inventory_options.report_excluded(run.inventory))


def _format_of(output: Path | None) -> str:
    """What the ending of a file asks for; raises `UsageError` for a picture of a kind that is not drawn here."""
    suffix = output.suffix.lower() if output else ""
    if suffix in _UNSUPPORTED_IMAGES:
        raise UsageError(
            f"nothing is drawn as `{suffix}`",
            help="end the name in .svg, which browsers open and others turn into that",
        )
    return _FORMATS_BY_SUFFIX.get(suffix, "mermaid")


def _write_graph(diagram: Graph, format_: str, direction: str, output: Path | None) -> None:
    if format_ == "svg":
        from compiler.graph.svg.svg_document import render_svg  # noqa: PLC0415 - only what is drawn needs it

        write_output(render_svg(diagram, direction), output)
    elif format_ == "dot":
        from compiler.graph.dot import render_dot  # noqa: PLC0415 - likewise

        write_output(render_dot(diagram, direction), output)
    else:
        from compiler.graph.mermaid import MAX_EDGES, render_mermaid  # noqa: PLC0415 - likewise

        write_output(render_mermaid(diagram, direction), output)
        if len(diagram.edges) > MAX_EDGES:
            print_status(
                f"{len(diagram.edges)} lines, and Mermaid draws {MAX_EDGES} unless its page says otherwise: narrow it, or ask for svg"
            )


def _node_id(name: str, diagram: Graph, run: Session) -> str:
    """The id of the node that a word names; raises `UsageError` where there is none."""
    node_ids = [node.id for node in diagram.nodes]
    requested_id = name if "/" in name else f"model/{name}"
    if requested_id in node_ids:
        return requested_id
    names: Sequence[str] = [node_id.removeprefix("model/") for node_id in node_ids]
    suggestion = closest_match(name, names)
    is_excluded = name in run.inventory.by_name
    message = (
        f"`{name}` is left out by the filters"
        if is_excluded
        else f"there is no model `{name}`"
        if "/" not in name
        else f"there is no `{name}`"
    )
    help_ = f"did you mean `{suggestion}`?" if suggestion and not is_excluded else None
    raise UsageError(message, help=help_)
