"""What records have to say of a model, counted by regime."""

from collections.abc import Iterator

from compiler.inventory.parts import Facts
from compiler.inventory.places import Seen
from compiler.plan.base import Values, with_options
from compiler.plan.emitter import Emitter
from compiler.plan.facts import Fact, asked
from compiler.plan.judge import Judge
from compiler.plan.placements import Leading, leading, model_context
from compiler.plan.planner import Planner
from compiler.plan.settings import others
from compiler.plan.situation import variables
from compiler.provenance import Origin
from compiler.values import as_str


def count(planner: Planner, judge: Judge, seen: Seen) -> Iterator[Facts]:
    """For each regime how many facts its records ask for, and how many nobody has said; one place to say it counts once."""
    if seen.last.environment is None:
        return
    first = leading(seen.places)
    context: Values | None = None
    said: dict[str, dict[Origin, bool]] = {}
    for emitter in others(planner):
        if not emitter.data.get("facts") or not judge.takes(emitter, first.model):
            continue
        context = context or model_context(planner, first)
        own = with_options(planner, first.model, emitter, context)
        if _makes_some(planner, emitter, first):
            facts = said.setdefault(as_str(emitter.data.get("regime")) or emitter.id, {})
            found = (fact for fact in asked(planner, emitter, first, own) if isinstance(fact, Fact))
            facts |= {fact.origin: fact.is_missing for fact in found}
    for regime, facts in sorted(said.items()):
        yield Facts(regime, len(facts), sum(facts.values()))


def _makes_some(planner: Planner, emitter: Emitter, first: Leading) -> bool:
    """Whether the emitter makes a record of the model: what no record says is not missing."""
    rules = [rule for rule in emitter.files if rule.per in {"model", "release"}]
    data = variables(planner, first.model, emitter)
    return not rules or any(
        rule.when is None or planner.conditions.holds(emitter, rule.when, (*rule.pointer, "when"), data) is True
        for rule in rules
    )
