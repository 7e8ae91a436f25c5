"""What a picture of some things shows: what they rest on, and what rests on them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compiler.graph.graph_model import Edge, Graph


def around(graph: Graph, wanted: Iterable[str], depth: int | None) -> Graph:
    """The things that are wanted, by id, with all that they rest on and all that rests on them; at most `depth` lines away."""
    begin = set(wanted)
    kept = (
        begin
        | _reached(begin, _by(graph.edges, upwards=True), depth)
        | _reached(begin, _by(graph.edges, upwards=False), depth)
    )
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id in kept),
        edges=tuple(edge for edge in graph.edges if edge.source in kept and edge.target in kept),
    )


def _by(edges: Iterable[Edge], *, upwards: bool) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for edge in edges:
        here, there = (edge.target, edge.source) if upwards else (edge.source, edge.target)
        found.setdefault(here, set()).add(there)
    return found


def _reached(begin: set[str], following: Mapping[str, set[str]], depth: int | None) -> set[str]:
    found, front, steps = set(begin), set(begin), 0
    while front and (depth is None or steps < depth):
        front = {there for here in front for there in following.get(here, ())} - found
        found |= front
        steps += 1
    return found
