"""Which files there are to make: for each model in each environment, for each environment, and for the project."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from compiler import codes
from compiler.diagnostics import Finding, Subject
from compiler.plan.base import Values, base_context
from compiler.plan.conditions import ALL
from compiler.plan.context import Context
from compiler.plan.emitter import Emitter, FileRule
from compiler.plan.judge import Judge
from compiler.plan.neighbours import with_neighbours
from compiler.plan.planner import Planner
from compiler.plan.situation import Situation, situation, with_emitter
from compiler.provenance import Derived, Root
from compiler.resolve.model import ResolvedModel
from compiler.resolve.places import namespace
from compiler.values import Json, as_object, as_str

Scope = Callable[[str, str], bool]
"""Whether a run is about a model (by name) in an environment."""


@dataclass(frozen=True)
class PlannedFile:
    """A file to be made: where, by which rule, from what."""

    path: str
    emitter: Emitter
    rule: FileRule
    context: Context
    model: ResolvedModel | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class PlannedUnit:
    """Files that are owned together; `findings` where some of them cannot be made."""

    id: str
    files: tuple[PlannedFile, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Made:
    name: str
    environment: str
    namespace: str | None
    is_whole: bool

    @property
    def data(self) -> dict[str, Json]:
        return {"name": self.name, "path": self.name, "namespace": self.namespace, "environment": self.environment}


def plan(planner: Planner, judge: Judge, scope: Scope) -> Iterator[PlannedUnit]:
    """Every unit of the fleet that the scope asks for, by environment and name; those of environments and project last."""
    made: list[_Made] = []
    for name, environment in planner.fleet.deployments():
        model, _ = planner.fleet.resolve(name, environment)
        if model is None:
            continue
        made.append(_Made(name, environment, namespace(model), is_whole=True))
        if scope(name, environment):
            yield _deployment(planner, judge, model, environment)
    for environment in planner.fleet.environments:
        if scope("", environment):
            yield from _environment(planner, environment, [one for one in made if one.environment == environment])
    if scope("", ""):
        yield from _project(planner, made)


def _deployment(planner: Planner, judge: Judge, model: ResolvedModel, environment: str) -> PlannedUnit:
    unit = f"{environment}/{model.name}"
    target = judge.target(model)
    if isinstance(target, Finding):
        return PlannedUnit(unit, (), (target,))
    findings: list[Finding] = []
    ruled: list[tuple[str, Emitter, FileRule, Values]] = []
    ours = situation(planner, model, target, ALL)
    context, missing = with_neighbours(planner, ours, with_emitter(ours, base_context(planner, model)))
    others_ = (situation(planner, model, emitter, ALL) for emitter in enabled(planner, judge, model))
    for each, seen in [(ours, context), *((other, with_emitter(other, context)) for other in others_)]:
        findings += [*each.findings, *(missing if each is ours else ()), *judge.refusals(each)]
        for rule in each.emitter.files:
            path = _path(planner, each, rule, seen) if rule.per == "deployment" else None
            if isinstance(path, Finding):
                findings.append(path)
            elif path is not None:
                ruled.append((path, each.emitter, rule, seen))
    if any(finding.mandatory for finding in findings):
        return PlannedUnit(unit, (), tuple(findings))
    resources = sorted(path for path, emitter, rule, _ in ruled if emitter.is_target and rule.resource)
    sources = _sources(model)
    files = []
    for path, emitter, rule, context in ruled:
        context["unit"] = Derived({"path": unit, "resources": list(resources)}, ())
        files.append(PlannedFile(f"{unit}/{path}", emitter, rule, context, model, sources))
    return PlannedUnit(unit, tuple(files), (*findings, *_clashes(files)))


def _path(planner: Planner, each: Situation, rule: FileRule, context: Context) -> str | Finding | None:
    wanted = each.verdicts.get((*rule.pointer, "when"), True)
    if wanted is not True:
        return wanted if isinstance(wanted, Finding) else None
    filled = planner.evaluate(each.emitter, rule.path, context, (*rule.pointer, "path"))
    return filled if isinstance(filled, Finding) else as_str(filled)


def enabled(planner: Planner, judge: Judge, model: ResolvedModel) -> Iterator[Emitter]:
    """Emitters beside its target that make something of a model."""
    for emitter in others(planner):
        if judge.takes(emitter, model):
            yield emitter


def others(planner: Planner) -> Iterator[Emitter]:
    """Emitters that no model names and that are on: as the project says, or as they say themselves."""
    settings = as_object(planner.fleet.portfolio.project.data.get("emitters"))
    for emitter in planner.emitters.by_id.values():
        enabled = as_object(settings.get(emitter.id)).get("enabled", emitter.data.get("enabled", True))
        if not emitter.is_target and enabled is not False:
            yield emitter


def _environment(planner: Planner, environment: str, made: list[_Made]) -> Iterator[PlannedUnit]:
    spec = planner.fleet.portfolio.of("Environment")[environment]
    context = {**_common(planner, made), "environment": Root("environment", spec.data)}
    yield from _shared(planner, "environment", environment, context, (spec.document.path,))


def _project(planner: Planner, made: list[_Made]) -> Iterator[PlannedUnit]:
    environments: list[Json] = [
        planner.fleet.portfolio.of("Environment")[name].data for name in planner.fleet.environments
    ]
    context = {**_common(planner, made), "environments": Derived(environments, ())}
    yield from _shared(planner, "project", "", context, (planner.fleet.portfolio.project.document.path,))


def _common(planner: Planner, made: list[_Made]) -> dict[str, Root | Derived]:
    return {
        "project": Root("project", {"name": planner.fleet.portfolio.project.name}),
        "deployments": Derived([one.data for one in made], ()),
    }


def _shared(
    planner: Planner, per: str, folder: str, context: Context, sources: tuple[str, ...]
) -> Iterator[PlannedUnit]:
    files: list[PlannedFile] = []
    findings: list[Finding] = []
    for emitter in others(planner):
        for rule in emitter.files:
            if rule.per != per:
                continue
            path = planner.evaluate(emitter, rule.path, context, (*rule.pointer, "path"))
            if isinstance(path, Finding):
                findings.append(path)
            else:
                files.append(
                    PlannedFile(f"{folder}/{path}" if folder else as_str(path), emitter, rule, context, None, sources)
                )
    if files or findings:
        yield PlannedUnit(folder or "project", tuple(files), (*findings, *_clashes(files)))


def _sources(model: ResolvedModel) -> tuple[str, ...]:
    layers = [layer.document.path for layer in model.layers if layer.document]
    releases = [release for release in (model.release, model.canary) if release]
    return tuple(dict.fromkeys([*layers, *(file.path for release in releases for file in release.files)]))


def _clashes(files: list[PlannedFile]) -> Iterator[Finding]:
    taken: dict[str, PlannedFile] = {}
    for file in files:
        before = taken.setdefault(file.path, file)
        if before is not file:
            message = f"{before.emitter.id} and {file.emitter.id} both write {file.path}"
            place = file.emitter.place((*file.rule.pointer, "path"))
            yield Finding(
                codes.PATH_CLASH, message, place, Subject("Emitter", file.emitter.id), "give one of them another path"
            )
