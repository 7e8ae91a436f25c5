"""Builds a graph from an inventory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.graph.graph_model import DeploymentCell, Edge, EdgeKind, Graph, Node
from compiler.inventory.columns import format_placement, format_sla
from compiler.inventory.row import Inventory, Row
from compiler.inventory.row_parts import Dataset, UseCase

_EDGE_KINDS: Mapping[str, EdgeKind] = {"training": "trained-on", "evaluation": "evaluated-on", "used": "uses"}


def build_graph(
    inventory: Inventory, rows: Sequence[Row], environments: Sequence[str], *, include_unused: bool
) -> Graph:
    """The models of the rows with their datasets, use cases, dependencies and dependents.

    `environments` restricts the graph; empty means all. `include_unused` adds datasets and use cases that no model names.
    """
    stages = {name: stage for name, stage in inventory.stages.items() if not environments or name in environments}
    selected_names = {row.name for row in rows}
    neighbor_names = {
        dependency.model
        for row in rows
        for dependency in row.dependencies
        if _applies_to(dependency.environments, environments)
    }
    neighbor_names |= {
        row.name
        for row in inventory.models
        for dependency in row.dependencies
        if dependency.model in selected_names and _applies_to(dependency.environments, environments)
    }
    by_name = inventory.by_name
    models = [*rows, *(by_name[name] for name in sorted(neighbor_names - selected_names) if name in by_name)]
    nodes = [_model_node(row, stages, is_context=row.name not in selected_names) for row in models]
    shown_names = {row.name for row in models}
    edges = [edge for row in models for edge in _row_edges(row, shown_names, selected_names, environments)]
    linked_ids = {edge.source for edge in edges} | {edge.target for edge in edges}
    other_nodes = [*map(_dataset_node, inventory.datasets), *map(_use_case_node, inventory.use_cases)]
    nodes += [node for node in other_nodes if include_unused or node.id in linked_ids]
    node_ids = {node.id for node in nodes}
    return Graph(
        title=inventory.project,
        nodes=tuple(sorted(nodes, key=lambda node: (node.kind, node.name))),
        edges=tuple(dict.fromkeys(edge for edge in edges if {edge.source, edge.target} <= node_ids)),
        environments=stages,
    )


def model_id(name: str) -> str:
    """The node id of a model."""
    return f"model/{name}"


def _applies_to(own_environments: Iterable[str], environments: Sequence[str]) -> bool:
    return not environments or not set(own_environments).isdisjoint(environments)


def _row_edges(
    row: Row, shown_names: set[str], selected_names: set[str], environments: Sequence[str]
) -> Iterator[Edge]:
    own_id = model_id(row.name)
    for dependency in row.dependencies:
        if (
            dependency.model in shown_names
            and {row.name, dependency.model} & selected_names
            and _applies_to(dependency.environments, environments)
        ):
            label = " ".join(
                filter(None, [dependency.step and f"{dependency.step}:", dependency.condition, dependency.weight])
            ).rstrip(":")
            yield Edge(
                model_id(dependency.model),
                own_id,
                "calls" if dependency.called_by == "model" else "callers-call",
                label,
            )
    if row.name not in selected_names:
        return
    for dataset in row.datasets:
        for role in dataset.roles:
            yield Edge(f"dataset/{dataset.name}", own_id, _EDGE_KINDS[role])
    if row.use_case:
        yield Edge(own_id, f"use-case/{row.use_case.name}", "serves")


def _model_node(row: Row, environments: Mapping[str, str], *, is_context: bool) -> Node:
    deployments = tuple(
        DeploymentCell(
            placement.environment,
            placement.release,
            f"{placement.canary.release} ({placement.canary.weight})" if placement.canary else None,
            placement.suspended,
        )
        for placement in row.environments
        if placement.environment in environments
    )
    kind = f"{row.type} ({row.router})" if row.router else row.type
    tooltip = [f"{row.name}: {row.summary}", f"{kind}, {row.lifecycle}, owned by {row.owner}"]
    tooltip += [f"{row.tier} risk"] if row.tier else []
    tooltip += [f"runs in {', '.join(map(format_placement, row.environments)) or 'no environment'}"]
    tooltip += [f"promises {format_sla(row.sla)}"] if row.sla else []
    return Node(
        id=model_id(row.name),
        kind="model",
        name=row.name,
        subtitle=" · ".join(filter(None, [kind, row.tier, row.owner])),
        tooltip="\n".join([*tooltip, row.path]),
        deployments=deployments,
        tier=row.tier or "",
        lifecycle=row.lifecycle,
        is_context=is_context,
    )


def _dataset_node(dataset: Dataset) -> Node:
    sensitive = f"sensitive fields: {', '.join(dataset.sensitive_fields)}" if dataset.sensitive_fields else ""
    retention = f"kept for {dataset.retention}" if dataset.retention else ""
    owner = f"owned by {dataset.owner}" if dataset.owner else ""
    subtitle = " · ".join(filter(None, [dataset.classification or "not classified", "sensitive" if sensitive else ""]))
    tooltip = "\n".join(
        filter(
            None,
            [
                f"{dataset.name}: {dataset.summary}" if dataset.summary else dataset.name,
                subtitle,
                sensitive,
                retention,
                owner,
            ],
        )
    )
    return Node(f"dataset/{dataset.name}", "dataset", dataset.name, subtitle, tooltip)


def _use_case_node(use_case: UseCase) -> Node:
    classes = [f"{classification.regime}: {classification.value}" for classification in use_case.classification]
    tooltip = "\n".join([f"{use_case.name}: {use_case.summary}", *classes, f"owned by {use_case.owner}"])
    return Node(
        f"use-case/{use_case.name}", "use-case", use_case.name, " · ".join(classes) or "not classified", tooltip
    )
