"""Groups models by the set of environments that they run in; each model is in one group."""

from collections.abc import Iterator

from compiler.graph.graph_model import Graph, Node


def environment_clusters(graph: Graph) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """The title and the models of each group: those furthest in the order of promotion first, undeployed models last."""
    order = {name: index for index, name in enumerate(graph.environments)}
    nodes_by_environments: dict[tuple[str, ...], list[Node]] = {}
    for node in graph.nodes:
        if node.kind == "model":
            nodes_by_environments.setdefault(
                tuple(deployment.environment for deployment in node.deployments), []
            ).append(node)
    for environments, nodes in sorted(
        nodes_by_environments.items(), key=lambda entry: [-order[name] for name in reversed(entry[0])] or [1]
    ):
        yield ", ".join(environments) or "runs nowhere", tuple(nodes)


def release_label(node: Node) -> str:
    """The releases of a model that run: one if all environments run the same, else one per environment."""
    labels = {deployment.label for deployment in node.deployments}
    return (
        labels.pop()
        if len(labels) == 1
        else ", ".join(f"{deployment.environment} {deployment.label}" for deployment in node.deployments)
    )
