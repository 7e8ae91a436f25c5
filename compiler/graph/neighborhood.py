"""Selects the part of a graph around some nodes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compiler.graph.graph_model import Edge, Graph


def neighborhood(graph: Graph, node_ids: Iterable[str], depth: int | None) -> Graph:
    """The selected nodes with all their dependencies and dependents, at most `depth` edges away."""
    start = set(node_ids)
    kept_ids = (
        start
        | _reachable(start, _adjacency(graph.edges, upwards=True), depth)
        | _reachable(start, _adjacency(graph.edges, upwards=False), depth)
    )
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in kept_ids),
        edges=tuple(edge for edge in graph.edges if edge.source in kept_ids and edge.target in kept_ids),
    )


def _adjacency(edges: Iterable[Edge], *, upwards: bool) -> Mapping[str, set[str]]:
    neighbors: dict[str, set[str]] = {}
    for edge in edges:
        node_id, neighbor_id = (edge.target, edge.source) if upwards else (edge.source, edge.target)
        neighbors.setdefault(node_id, set()).add(neighbor_id)
    return neighbors


def _reachable(start: set[str], neighbors: Mapping[str, set[str]], depth: int | None) -> set[str]:
    reachable, frontier, steps = set(start), set(start), 0
    while frontier and (depth is None or steps < depth):
        frontier = {neighbor_id for node_id in frontier for neighbor_id in neighbors.get(node_id, ())} - reachable
        reachable |= frontier
        steps += 1
    return reachable
