"""From an inventory to a picture of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.graph.graph_model import Edge, EdgeKind, Graph, Node, Spot
from compiler.inventory.columns import promised, runs
from compiler.inventory.row import Inventory, Row
from compiler.inventory.row_parts import Dataset, UseCase

_ROLES: Mapping[str, EdgeKind] = {"training": "trained-on", "evaluation": "evaluated-on", "used": "uses"}


def graph(inventory: Inventory, rows: Sequence[Row], environments: Sequence[str], *, whole: bool) -> Graph:
    """The models of the rows with their datasets and use cases, and the models that they ask or that ask them.

    `environments`: those that are looked at, all where there is none. `whole`: with datasets and use cases that no model names.
    """
    seen = {name: stage for name, stage in inventory.stages.items() if not environments or name in environments}
    wanted = {row.name for row in rows}
    near = {one.model for row in rows for one in row.asks if _is_in(one.environments, environments)}
    near |= {
        row.name
        for row in inventory.models
        for one in row.asks
        if one.model in wanted and _is_in(one.environments, environments)
    }
    by_name = inventory.by_name
    models = [*rows, *(by_name[name] for name in sorted(near - wanted) if name in by_name)]
    nodes = [_model(row, seen, outside=row.name not in wanted) for row in models]
    shown = {row.name for row in models}
    edges = [edge for row in models for edge in _edges(row, shown, wanted, environments)]
    named = {edge.source for edge in edges} | {edge.target for edge in edges}
    things = [*map(_dataset, inventory.datasets), *map(_use_case, inventory.use_cases)]
    nodes += [node for node in things if whole or node.id in named]
    known = {node.id for node in nodes}
    return Graph(
        title=inventory.project,
        nodes=tuple(sorted(nodes, key=lambda node: (node.kind, node.name))),
        edges=tuple(dict.fromkeys(edge for edge in edges if {edge.source, edge.target} <= known)),
        environments=seen,
    )


def model_id(name: str) -> str:
    """The id of a model's node."""
    return f"model/{name}"


def _is_in(said: Iterable[str], environments: Sequence[str]) -> bool:
    return not environments or not set(said).isdisjoint(environments)


def _edges(row: Row, shown: set[str], wanted: set[str], environments: Sequence[str]) -> Iterator[Edge]:
    own = model_id(row.name)
    for one in row.asks:
        if one.model in shown and {row.name, one.model} & wanted and _is_in(one.environments, environments):
            label = " ".join(filter(None, [one.step and f"{one.step}:", one.condition, one.weight])).rstrip(":")
            yield Edge(model_id(one.model), own, "asks" if one.by == "itself" else "callers-ask", label)
    if row.name not in wanted:
        return
    for dataset in row.datasets:
        for role in dataset.roles:
            yield Edge(f"dataset/{dataset.name}", own, _ROLES[role])
    if row.use_case:
        yield Edge(own, f"use-case/{row.use_case.name}", "serves")


def _model(row: Row, environments: Mapping[str, str], *, outside: bool) -> Node:
    spots = tuple(
        Spot(
            place.environment,
            place.release,
            f"{place.canary.release} ({place.canary.weight})" if place.canary else None,
            place.suspended,
        )
        for place in row.environments
        if place.environment in environments
    )
    kind = f"{row.type} ({row.router})" if row.router else row.type
    told = [f"{row.name}: {row.summary}", f"{kind}, {row.lifecycle}, owned by {row.owner}"]
    told += [f"{row.tier} risk"] if row.tier else []
    told += [f"runs in {', '.join(map(runs, row.environments)) or 'no environment'}"]
    told += [f"promises {promised(row.sla)}"] if row.sla else []
    return Node(
        id=model_id(row.name),
        kind="model",
        name=row.name,
        about=" · ".join(filter(None, [kind, row.tier, row.owner])),
        told="\n".join([*told, row.path]),
        runs=spots,
        tier=row.tier or "",
        lifecycle=row.lifecycle,
        outside=outside,
    )


def _dataset(one: Dataset) -> Node:
    sensitive = f"sensitive fields: {', '.join(one.sensitive_fields)}" if one.sensitive_fields else ""
    kept = f"kept for {one.retention}" if one.retention else ""
    owner = f"owned by {one.owner}" if one.owner else ""
    about = " · ".join(filter(None, [one.classification or "not classified", "sensitive" if sensitive else ""]))
    told = "\n".join(
        filter(None, [f"{one.name}: {one.summary}" if one.summary else one.name, about, sensitive, kept, owner])
    )
    return Node(f"dataset/{one.name}", "dataset", one.name, about, told)


def _use_case(one: UseCase) -> Node:
    classes = [f"{said.regime}: {said.value}" for said in one.classification]
    told = "\n".join([f"{one.name}: {one.summary}", *classes, f"owned by {one.owner}"])
    return Node(f"use-case/{one.name}", "use-case", one.name, " · ".join(classes) or "not classified", told)
