"""`modelyard graph`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import click

from compiler.commands.common.inventory_selection import FilterOptions, parse_filter, report_excluded
from compiler.commands.common.project import open_session
from compiler.commands.common.streams import print_status, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.graph.graph_builder import build_graph
from compiler.graph.graph_formats import FORMATS_BY_SUFFIX, RENDERERS, UNSUPPORTED_IMAGES
from compiler.graph.graph_model import Graph
from compiler.graph.mermaid import MAX_EDGES
from compiler.graph.neighborhood import neighborhood
from compiler.inventory.row import Inventory
from compiler.inventory.row_filters import InventoryFilter, filter_rows

_DEFAULT_FORMAT = "mermaid"


def draw_graph(
    *,
    names: tuple[str, ...],
    format_: str | None,
    depth: int | None,
    direction: str,
    output: Path | None,
    root: Path | None,
    rev: str | None,
    **filters: Unpack[FilterOptions],
) -> None:
    """Draw the graph of the selected models, or of the neighbours of some nodes."""
    if depth is not None and not names:
        raise UsageError("--depth requires a NAME", help="modelyard graph card-fraud --depth 1")
    format_ = format_ or _format_for(output)
    session = open_session(root, rev)
    graph = _select_graph(session.inventory, parse_filter(session, filters), names, depth)
    write_output(RENDERERS[format_](graph, direction), output)
    if format_ == "mermaid" and len(graph.edges) > MAX_EDGES:
        print_status(
            f"the graph has {len(graph.edges)} edges, and Mermaid draws {MAX_EDGES} by default: "
            "select fewer models, or use --format svg"
        )
    print_status(graph.description)
    raise click.exceptions.Exit(report_excluded(session.inventory))


def _format_for(output: Path | None) -> str:
    """The format by the extension of a file; raises `UsageError` for a binary image format."""
    suffix = output.suffix.lower() if output else ""
    if suffix in UNSUPPORTED_IMAGES:
        raise UsageError(f"`{suffix}` is not supported", help="write an .svg file, and convert it")
    return FORMATS_BY_SUFFIX.get(suffix, _DEFAULT_FORMAT)


def _select_graph(inventory: Inventory, row_filter: InventoryFilter, names: Sequence[str], depth: int | None) -> Graph:
    rows = tuple(filter_rows(inventory.models, row_filter))
    is_filtered = len(rows) < len(inventory.models)
    graph = build_graph(inventory, rows, row_filter.environments, include_unused=not is_filtered or bool(names))
    return neighborhood(graph, [_node_id(name, graph, inventory) for name in names], depth) if names else graph


def _node_id(name: str, graph: Graph, inventory: Inventory) -> str:
    """The id of the node with the name; raises `UsageError` if there is none."""
    node_ids = [node.id for node in graph.nodes]
    requested_id = name if "/" in name else f"model/{name}"
    if requested_id in node_ids:
        return requested_id
    if name in inventory.by_name:
        raise UsageError(f"the filters exclude `{name}`")
    suggestion = closest_match(name, [node_id.removeprefix("model/") for node_id in node_ids])
    label = f"`{name}`" if "/" in name else f"model `{name}`"
    raise UsageError(f"there is no {label}", help=f"did you mean `{suggestion}`?" if suggestion else None)
