"""The files of one model, wherever it runs, and of each of its releases that runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.diagnostics import Finding
from compiler.plan.base import Values, release_root, with_options
from compiler.plan.emitter import Emitter, FileRule
from compiler.plan.facts import facts
from compiler.plan.judge import Judge
from compiler.plan.placements import Leading, leading, model_context
from compiler.plan.planned import PlannedFile, PlannedUnit, clashes, filled_path, of_all, sources_of
from compiler.plan.planner import Planner
from compiler.plan.settings import others
from compiler.plan.situation import variables
from compiler.provenance import Derived
from compiler.resolve.model import Release, ResolvedModel
from compiler.values import Json


@dataclass(frozen=True)
class _Ran:
    """A release of a model, and a place where it runs: as the main one, or beside it."""

    release: Release
    model: ResolvedModel


def of_model(planner: Planner, judge: Judge, places: Sequence[ResolvedModel]) -> Iterator[PlannedUnit]:
    """A unit for each class of emitters that makes something of a model; `places`: the model where it runs, by promotion."""
    first = leading(places)
    context: Values | None = None
    units: dict[str, tuple[list[PlannedFile], list[Finding]]] = {}
    for emitter in others(planner):
        rules = [rule for rule in emitter.files if rule.per in {"model", "release"}]
        if not rules or not judge.takes(emitter, first.model):
            continue
        context = context or model_context(planner, first)
        files, findings = units.setdefault(emitter.group, ([], []))
        for rule in rules:
            for one in _made(planner, emitter, rule, first, context):
                (findings if isinstance(one, Finding) else files).append(one)  # type: ignore[arg-type]  # by its class
    for group, (files, findings) in units.items():
        if files or findings:
            yield PlannedUnit(f"{of_all(group)}/{first.model.name}", tuple(files), (*findings, *clashes(files)))


def _made(
    planner: Planner, emitter: Emitter, rule: FileRule, first: Leading, context: Values
) -> Iterator[PlannedFile | Finding]:
    for ran in _ran(first) if rule.per == "release" else (None,):
        model = ran.model if ran else first.model
        seen = context if model is first.model else model_context(planner, Leading(model, first.places))
        own = with_options(planner, model, emitter, seen)
        own["unit"] = Derived({"path": f"{of_all(emitter.group)}/{model.name}", "files": []}, ())
        own["facts"] = facts(planner, emitter, first, own)
        if ran is not None:
            own["release"] = release_root(ran.release, model)
        elif "release" not in own and model.release is not None:
            own["release"] = release_root(model.release, model)
        wanted = _wanted(planner, emitter, rule, variables(planner, model, emitter))
        if isinstance(wanted, Finding):
            yield wanted
        if wanted is not True:
            continue
        paths = filled_path(planner, emitter, rule, own)
        if isinstance(paths, Finding):
            yield paths
        else:
            path, place = paths
            sources = sources_of(*first.places)
            yield PlannedFile(path, place, emitter, rule, own, model, sources)


def _wanted(planner: Planner, emitter: Emitter, rule: FileRule, data: Mapping[str, Json]) -> bool | Finding:
    if rule.when is None:
        return True
    return planner.conditions.holds(emitter, rule.when, (*rule.pointer, "when"), data)


def _ran(first: Leading) -> Iterator[_Ran]:
    """Each release that runs somewhere once, with the furthest place of it."""
    found: dict[str, _Ran] = {}
    for model in first.places:
        if model.canary is not None:
            found.setdefault(model.canary.version, _Ran(model.canary, model))
    for model in first.places:
        if model.release is not None:
            found[model.release.version] = _Ran(model.release, model)
    yield from (found[version] for version in sorted(found))
