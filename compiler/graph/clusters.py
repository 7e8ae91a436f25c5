"""Models by where they run: a group for each set of Environments, so that each model stands in one."""

from collections.abc import Iterator

from compiler.graph.graph_model import Graph, Node


def clusters(graph: Graph) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """What a group is called, and the models in it; those that run furthest first, those that run nowhere last."""
    order = {name: index for index, name in enumerate(graph.environments)}
    found: dict[tuple[str, ...], list[Node]] = {}
    for node in graph.nodes:
        if node.kind == "model":
            found.setdefault(tuple(spot.environment for spot in node.runs), []).append(node)
    for environments, nodes in sorted(
        found.items(), key=lambda one: [-order[name] for name in reversed(one[0])] or [1]
    ):
        yield ", ".join(environments) or "runs nowhere", tuple(nodes)


def released(node: Node) -> str:
    """What runs of a model: one release where all Environments run it, else what each runs."""
    said = {spot.said for spot in node.runs}
    return said.pop() if len(said) == 1 else ", ".join(f"{spot.environment} {spot.said}" for spot in node.runs)
