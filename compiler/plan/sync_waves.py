"""In which order models have to be there: those that others ask come first."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter


def sync_waves(dependencies: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """The wave of each model, the first being 0; `asks`: whom each asks itself.

    Each comes as late as those allow that ask it, so that only what others need holds anybody up. Where models ask each other in
    a circle, which is told elsewhere, there is one wave.
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
