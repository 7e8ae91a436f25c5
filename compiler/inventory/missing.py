"""What records have to say of a model, counted by regime."""

from collections.abc import Iterator

from compiler.inventory.parts import Facts
from compiler.inventory.places import Seen
from compiler.plan.gaps import ModelStatus, status_of
from compiler.plan.planner import Planner
from compiler.values import Pointer


def count(planner: Planner, seen: Seen) -> Iterator[Facts]:
    """For each regime how many facts its records ask for, and how many nobody has said; one place to say it counts once."""
    said: dict[str, dict[tuple[str, str, Pointer], bool]] = {}
    for found in status_of(planner, seen.places):
        for record in found.records if isinstance(found, ModelStatus) else ():
            facts = said.setdefault(record.regime or record.id, {})
            facts |= {fact.key: fact.is_missing for fact in record.facts}
    for regime, facts in sorted(said.items()):
        yield Facts(regime, len(facts), sum(facts.values()))
