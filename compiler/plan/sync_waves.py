"""Orders models for deployment: dependencies first, within each chain of models that depend on each other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from compiler.foundation.json_data import Object


@dataclass(frozen=True, slots=True)
class DependencyChain:
    """Models that depend on each other, directly or through others, with the wave of each, starting with 0.

    The name is that of the first model that depends on no other, so that it stays the same when models that depend on the chain are added.
    """

    name: str
    waves: Mapping[str, int]

    @property
    def is_ordered(self) -> bool:
        """Whether the chain has several models."""
        return len(self.waves) > 1

    @property
    def json(self) -> Object:
        """The chain as templates see it: its name and the numbers of its waves."""
        return {"name": self.name, "waves": sorted({*self.waves.values()})}


def dependency_chains(dependencies: Mapping[str, Collection[str]]) -> tuple[DependencyChain, ...]:
    """The chains of models, from the dependencies of each. A model without dependencies and dependents is a chain of its own."""
    chains: list[DependencyChain] = []
    for names in _connected_models(dependencies):
        chain = {name: {other for other in dependencies[name] if other in names} for name in names}
        independent = [name for name in names if not chain[name] - {name}]
        chains.append(DependencyChain(min(independent or names), sync_waves(chain)))
    return tuple(sorted(chains, key=lambda chain: chain.name))


def _connected_models(dependencies: Mapping[str, Collection[str]]) -> list[set[str]]:
    """The models that are connected by dependencies, in groups."""
    neighbours: dict[str, set[str]] = {name: set() for name in dependencies}
    for dependent, targets in dependencies.items():
        for name in targets:
            if name in neighbours:
                neighbours[name].add(dependent)
                neighbours[dependent].add(name)
    groups: list[set[str]] = []
    remaining = set(neighbours)
    while remaining:
        group: set[str] = set()
        queue = [remaining.pop()]
        while queue:
            name = queue.pop()
            group.add(name)
            queue += neighbours[name] & remaining
            remaining -= neighbours[name]
        groups.append(group)
    return groups


def sync_waves(dependencies: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """The wave of each model of a chain, starting with 0, from the dependencies of each.

    Each model is as late as its dependents allow, so that only dependencies delay anything. Models in a cycle, which another check reports,
    share one wave.
    """
    dependents: dict[str, set[str]] = {name: set() for name in dependencies}
    for dependent, targets in dependencies.items():
        for name in targets:
            if name in dependents and name != dependent:
                dependents[name].add(dependent)
    try:
        order = tuple(TopologicalSorter(dependents).static_order())
    except CycleError:
        return dict.fromkeys(dependencies, 0)
    depths: dict[str, int] = {}
    for name in order:
        depths[name] = max((depths[dependent] + 1 for dependent in dependents[name]), default=0)
    max_depth = max(depths.values(), default=0)
    return {name: max_depth - depths[name] for name in dependencies}
