"""What records have to say of a model, counted by regime."""

from collections.abc import Iterator

from compiler.foundation.json_data import Pointer
from compiler.inventory.placements import Seen
from compiler.inventory.row_parts import Facts
from compiler.plan.planning_services import Planner
from compiler.plan.records.missing_fields import ModelStatus, status_of


def count(planner: Planner, seen: Seen) -> Iterator[Facts]:
    """For each regime how many facts its records ask for, and how many nobody has said; one place to say it counts once."""
    said: dict[str, dict[tuple[str, str, Pointer], bool]] = {}
    for found in status_of(planner, seen.places):
        for record in found.records if isinstance(found, ModelStatus) else ():
            facts = said.setdefault(record.regime or record.id, {})
            facts |= {fact.key: fact.is_missing for fact in record.facts}
    for regime, facts in sorted(said.items()):
        yield Facts(regime, len(facts), sum(facts.values()))
