"""Orders models for deployment: dependencies first."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter


def sync_waves(dependencies: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """The wave of each model, starting with 0, from the dependencies of each.

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
