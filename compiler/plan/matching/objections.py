"""What emitters have against a model where it runs, before anything is made of it."""

from collections.abc import Iterator

from compiler.diagnostics.finding import Finding
from compiler.plan.matching.addons import Beside
from compiler.plan.matching.compatibility import Judge
from compiler.plan.matching.emitter_evaluation import Situation, situation
from compiler.plan.matching.emitter_selection import judges, takers
from compiler.plan.planning_services import Planner
from compiler.resolve.resolved_model import ResolvedModel


def objections(planner: Planner, judge: Judge, model: ResolvedModel) -> Iterator[Finding]:
    """What its target cannot do for it, and what the emitters beside that lack; whoever has nothing to object to is not asked."""
    target = judge.target(model)
    if isinstance(target, Finding):
        yield target
        return
    ours = situation(planner, model, target)
    beside = Beside(planner, ours)
    yield from _told_of(judge, ours)
    for emitter in takers(planner, model, (one for one in planner.others if one.may_object and judges(one))):
        if isinstance(emitter, Finding):
            yield emitter
        else:
            yield from _told_of(judge, beside.situation(emitter))


def _told_of(judge: Judge, judged: Situation) -> Iterator[Finding]:
    yield from judged.findings
    yield from judge.refusals(judged)
