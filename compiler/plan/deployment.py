"""The files of one model in one environment."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import Finding
from compiler.plan.artifacts import artifacts, pulled
from compiler.plan.base import Values, base_context
from compiler.plan.emitter import Emitter, FileRule
from compiler.plan.judge import Judge
from compiler.plan.neighbours import with_neighbours
from compiler.plan.planned import PlannedFile, PlannedUnit, clashes, filled_path, read_for, sources_of, unit_item
from compiler.plan.planner import Planner
from compiler.plan.situation import Situation, situation
from compiler.plan.takes import judges, takers
from compiler.provenance import Derived
from compiler.resolve.model import ResolvedModel


def deployment(planner: Planner, judge: Judge, model: ResolvedModel, environment: str) -> PlannedUnit:
    """What its target and the emitters that are on make of a model in an environment."""
    unit = f"{environment}/{model.name}"
    target = judge.target(model)
    if isinstance(target, Finding):
        return PlannedUnit(unit, (), (target,))
    findings: list[Finding] = []
    ruled: list[tuple[str, str | None, Emitter, FileRule, Values]] = []
    ours = with_neighbours(planner, situation(planner, model, target, base_context(planner, model)))
    for each in (ours, *_others(planner, ours)):
        if isinstance(each, Finding):
            findings.append(each)
            continue
        findings += [*each.findings, *judge.refusals(each)]
        for rule in each.emitter.files:
            paths = _paths(planner, each, rule) if rule.per == "deployment" else None
            if isinstance(paths, Finding):
                findings.append(paths)
            elif paths is not None:
                ruled.append((*paths, each.emitter, rule, each.context))
    if any(finding.mandatory for finding in findings):
        return PlannedUnit(unit, (), tuple(findings))
    resources = sorted(path for path, place, _, rule, _ in ruled if rule.resource and place is None)
    sources, alike = sources_of(model), unit_item(unit, resources)
    files = []
    for path, place, emitter, rule, context in ruled:
        seen = _known_last(planner, unit, resources, ours) if rule.last else alike
        files.append(PlannedFile(f"{unit}/{path}", place, emitter, rule, {**context, "unit": seen}, model, sources))
    return PlannedUnit(unit, tuple(files), (*findings, *clashes(files)))


def _known_last(planner: Planner, unit: str, resources: Sequence[str], ours: Situation) -> Derived:
    """The unit as a file sees it that is made after the others."""
    model = ours.model
    found = artifacts((model.release, model.canary), pulled(ours.context))
    return unit_item(unit, resources, read_for(planner.fleet, model), found)


def _others(planner: Planner, ours: Situation) -> Iterator[Situation | Finding]:
    """What the emitters beside its target have before them of a model; a finding where one cannot be asked."""
    for emitter in takers(planner, ours.model, judges):
        yield emitter if isinstance(emitter, Finding) else situation(planner, ours.model, emitter, ours.context)


def _paths(planner: Planner, each: Situation, rule: FileRule) -> tuple[str, str | None] | Finding | None:
    wanted = each.verdicts.get((*rule.pointer, "when"), True)
    if wanted is not True:
        return wanted if isinstance(wanted, Finding) else None
    return filled_path(planner, each.emitter, rule, each.context)
