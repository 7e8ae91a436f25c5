"""The files of one model in one environment."""

from collections.abc import Iterator

from compiler.diagnostics import Finding
from compiler.plan.base import Values, base_context
from compiler.plan.conditions import ALL
from compiler.plan.context import Context
from compiler.plan.emitter import Emitter, FileRule
from compiler.plan.judge import Judge
from compiler.plan.neighbours import with_neighbours
from compiler.plan.planned import PlannedFile, PlannedUnit, clashes, filled_path, sources_of
from compiler.plan.planner import Planner
from compiler.plan.settings import others
from compiler.plan.situation import Situation, situation, with_emitter
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
    ours = situation(planner, model, target, ALL)
    context, missing = with_neighbours(planner, ours, with_emitter(ours, planner, base_context(planner, model)))
    others_ = (situation(planner, model, emitter, ALL) for emitter in enabled(planner, judge, model))
    for each, seen in [(ours, context), *((other, with_emitter(other, planner, context)) for other in others_)]:
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
    sources = sources_of(model)
    files = []
    for path, place, emitter, rule, context in ruled:
        context["unit"] = Derived({"path": unit, "resources": list(resources), "files": []}, ())
        files.append(PlannedFile(f"{unit}/{path}", place, emitter, rule, context, model, sources))
    return PlannedUnit(unit, tuple(files), (*findings, *clashes(files)))


def enabled(planner: Planner, judge: Judge, model: ResolvedModel) -> Iterator[Emitter]:
    """Emitters beside its target that make something of a model."""
    for emitter in others(planner):
        if judge.takes(emitter, model):
            yield emitter


def _paths(planner: Planner, each: Situation, rule: FileRule, context: Context) -> tuple[str, str | None] | Finding | None:
    wanted = each.verdicts.get((*rule.pointer, "when"), True)
    if wanted is not True:
        return wanted if isinstance(wanted, Finding) else None
    return filled_path(planner, each.emitter, rule, context)
