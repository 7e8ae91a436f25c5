"""In which order models have to be there: those that others ask come first."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter


def waves(asks: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """The wave of each model, the first being 0; `asks`: whom each asks itself.

    Each comes as late as those allow that ask it, so that only what others need holds anybody up. Where models ask each other in
    a circle, which is told elsewhere, there is one wave.
    """
    users: dict[str, set[str]] = {name: set() for name in asks}
    for user, asked in asks.items():
        for name in asked:
            if name in users and name != user:
                users[name].add(user)
    try:
        order = tuple(TopologicalSorter(users).static_order())
    except CycleError:
        return dict.fromkeys(asks, 0)
    above: dict[str, int] = {}
    for name in order:
        above[name] = max((above[user] + 1 for user in users[name]), default=0)
    last = max(above.values(), default=0)
    return {name: last - above[name] for name in asks}
