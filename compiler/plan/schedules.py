"""When models are trained by the clock, as those see it who make the jobs for it."""

from compiler.foundation.provenance import Derived, Item, Members, Origin, derived_list
from compiler.resolve.fleet import Fleet
from compiler.resolve.retrain_schedules import retrained

_WHERE = ("pipeline", "retrain", "schedule")


def schedules(fleet: Fleet) -> Derived:
    """Each schedule once, in order, with the models that are trained by it."""
    by_cron: dict[str, list[str]] = {}
    for name in fleet.portfolio.of("Model"):
        found = retrained(fleet, name)
        if found is not None:
            by_cron.setdefault(found[1], []).append(name)
    return derived_list([_item(cron, names) for cron, names in sorted(by_cron.items())], ())


def _item(cron: str, names: list[str]) -> Item:
    said = tuple(Origin(f"Model/{name}", _WHERE) for name in names)
    named: list[Item] = [Derived(name, (Origin(f"Model/{name}", ("name",)),)) for name in names]
    return Members({"cron": Derived(cron, said), "models": derived_list(named, said)})
