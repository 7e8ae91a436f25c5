"""The files of one model in one environment."""

from collections.abc import Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import Derived
from compiler.plan.context.artifact_refs import artifacts, pulled
from compiler.plan.context.lazy_context import Context
from compiler.plan.context.model_context import Values, base_context
from compiler.plan.context.network_context import with_neighbours
from compiler.plan.emitters.conditions import ALL
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.matching.addons import Beside
from compiler.plan.matching.compatibility import Judge
from compiler.plan.matching.emitter_evaluation import Situation, situation, with_emitter
from compiler.plan.matching.emitter_selection import judges, takers
from compiler.plan.planned_units import PlannedFile, PlannedUnit, clashes, filled_path, read_for, sources_of, unit_item
from compiler.plan.planning_services import Planner
from compiler.resolve.resolved_model import ResolvedModel


def deployment(planner: Planner, judge: Judge, model: ResolvedModel, environment: str) -> PlannedUnit:
    """What its target and the emitters that are on make of a model in an environment."""
    unit = f"{environment}/{model.name}"
    target = judge.target(model)
    if isinstance(target, Finding):
        return PlannedUnit(unit, (), (target,))
    findings: list[Finding] = []
    ruled: list[tuple[str, str | None, Emitter, FileRule, Values]] = []
    ours = situation(planner, model, target, ALL)
    context, missing = with_neighbours(planner, ours, with_emitter(ours, planner, base_context(planner, model)))
    beside = Beside(planner, ours, context)
    judged: list[tuple[Situation, Values]] = [(ours, context)]
    for emitter in takers(planner, model, filter(judges, planner.others)):
        if isinstance(emitter, Finding):
            findings.append(emitter)
        else:
            judged.append(beside.seen(emitter))
    for each, seen in judged:
        findings += [*each.findings, *(missing if each is ours else ()), *judge.refusals(each)]
        for rule in each.emitter.files:
            paths = _paths(planner, each, rule, seen) if rule.per == "deployment" else None
            if isinstance(paths, Finding):
                findings.append(paths)
            elif paths is not None:
                ruled.append((*paths, each.emitter, rule, seen))
    if any(finding.mandatory for finding in findings):
        return PlannedUnit(unit, (), tuple(findings))
    resources = sorted(path for path, place, _, rule, _ in ruled if rule.resource and place is None)
    sources, alike = sources_of(model), unit_item(unit, resources)
    files = []
    for path, place, emitter, rule, own in ruled:
        of_unit = _known_last(planner, unit, resources, model, context) if rule.last else alike
        files.append(PlannedFile(f"{unit}/{path}", place, emitter, rule, {**own, "unit": of_unit}, model, sources))
    return PlannedUnit(unit, tuple(files), (*findings, *clashes(files)))


def _known_last(planner: Planner, unit: str, resources: Sequence[str], model: ResolvedModel, context: Values) -> Derived:
    """The unit as a file sees it that is made after the others."""
    found = artifacts((model.release, model.canary), pulled(context))
    return unit_item(unit, resources, read_for(planner.fleet, model), found)


def _paths(planner: Planner, each: Situation, rule: FileRule, context: Context) -> tuple[str, str | None] | Finding | None:
    wanted = each.verdicts.get((*rule.pointer, "when"), True)
    if wanted is not True:
        return wanted if isinstance(wanted, Finding) else None
    return filled_path(planner, each.emitter, rule, context)
