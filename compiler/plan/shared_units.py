"""The files of an environment, and of the project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_object
from compiler.foundation.provenance import Derived, Item, Members, Origin, Origins, Root, derived_list
from compiler.plan import conventions as names
from compiler.plan import rendered_kinds as kinds
from compiler.plan.codeowners.ownership_claims import Committed
from compiler.plan.codeowners.ownership_rules import owned
from compiler.plan.context.model_context import Values, project_root, tool
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_settings import project_options
from compiler.plan.planned_units import PlannedFile, PlannedUnit, clashes, filled_path, of_all, said, unit_item
from compiler.plan.planning_services import Planner
from compiler.plan.quotas import Tenancy, namespaces
from compiler.plan.schedules import schedules
from compiler.plan.sync_waves import waves
from compiler.resolve.fleet import groups

KINDS, OWNED = "kinds", "owned"
"""What takes long to know, and is made where a template may read it."""


@dataclass(frozen=True)
class Placed:
    """A model in an environment, as files of many models see it; `asks`: whom it asks itself."""

    name: str
    environment: str
    owner: str
    asks: tuple[str, ...]
    tenancy: Tenancy
    owned_by: Origins


def of_environment(
    planner: Planner, environment: str, made: Sequence[Placed], found: Sequence[tuple[str, str] | Finding]
) -> Iterator[PlannedUnit]:
    """The files of one environment; `made`: the models that run in it; `found`: the kinds that are rendered, if they were asked for."""
    spec = planner.fleet.portfolio.of("Environment")[environment]
    order = waves({one.name: one.asks for one in made})
    spaces, findings = namespaces(spec, [one.tenancy for one in made])
    findings += [one for one in dict.fromkeys(found) if isinstance(one, Finding)]
    context = {
        **_common(planner, [_shown(one, order[one.name]) for one in made]),
        "environment": Root(f"Environment/{environment}", spec.data),
        "namespaces": derived_list(spaces, ()),
        "waves": Derived(sorted({*order.values()}), ()),
        KINDS: Derived(kinds.shown([*{one for one in found if not isinstance(one, Finding)}]), ()),
    }
    units = list(_units(planner, "environment", environment, context, (spec.document.path, *_paths(planner, made))))
    if findings and not units:
        yield PlannedUnit(environment, (), tuple(findings))
    for unit in units:
        yield replace(unit, findings=(*findings, *unit.findings))


def of_project(
    planner: Planner, made: Sequence[Placed], committed: Sequence[Committed], *, asked: bool
) -> Iterator[PlannedUnit]:
    """The files that there is one of; `made`: every model where it runs; `committed`: what is, if it was `asked` who owns it."""
    if not any(rule.per == "project" for emitter in planner.others for rule in emitter.files):
        return
    portfolio = planner.fleet.portfolio
    known = [spec.document.path for kind in ("Team", "UseCase", "Dataset", "Environment") for spec in portfolio.of(kind).values()]
    sources = tuple(dict.fromkeys((*_paths(planner, made), *known)))
    context = {**_common(planner, [_shown(one, None) for one in made]), "schedules": schedules(planner.fleet)}
    if not asked:
        yield from _units(planner, "project", "", context, sources)
        return
    own = [
        Committed(file.place, "", unit.id)
        for unit in _units(planner, "project", "", context, sources)
        for file in unit.files
        if file.place
    ]
    found, findings = owned(planner, [*committed, *own])
    whole = {**context, OWNED: derived_list([one.shown for one in found], ())}
    for unit in _units(planner, "project", "", whole, sources):
        yield replace(unit, findings=(*findings, *unit.findings))


def _paths(planner: Planner, made: Sequence[Placed]) -> tuple[str, ...]:
    """The project's file, and those of the models."""
    portfolio = planner.fleet.portfolio
    models = dict.fromkeys(portfolio.of("Model")[one.name].document.path for one in made)
    return (portfolio.project.document.path, *models)


def reads(planner: Planner, per: str, word: str, environment: Object | None = None) -> bool:
    """Whether a file of an environment, or of the project, is made by an emitter whose templates may read a name."""
    return any(
        emitter.mentions(word)
        and any(
            rule.per == per and _wanted(planner, emitter, rule, _asked(planner, emitter, environment or {})) is True
            for rule in emitter.files
        )
        for emitter in planner.others
    )


def _shown(one: Placed, wave: int | None) -> Members:
    named: Origins = (Origin(f"Model/{one.name}", ("name",)),)
    members: dict[str, Item] = {
        "name": Derived(one.name, named),
        "path": Derived(one.name, named),
        "namespace": Derived(one.tenancy.namespace or None, one.tenancy.by),
        "environment": Derived(one.environment, (Origin(f"Environment/{one.environment}", ("name",)),)),
        "owner": Derived(one.owner, one.owned_by),
    }
    return Members(members if wave is None else {**members, "wave": Derived(wave, named)})


def _common(planner: Planner, deployments: Sequence[Members]) -> Values:
    portfolio = planner.fleet.portfolio
    environments = portfolio.of("Environment")
    named: list[Item] = [Root(f"Environment/{name}", environments[name].data) for name in planner.fleet.environments]
    teams: list[Item] = [Root(f"Team/{name}", team.data) for name, team in portfolio.of("Team").items()]
    use_cases: list[Item] = [Root(f"UseCase/{name}", spec.data) for name, spec in portfolio.of("UseCase").items()]
    datasets: list[Item] = [Root(f"Dataset/{name}", spec.data) for name, spec in portfolio.of("Dataset").items()]
    promotions: list[Json] = [list(group) for group in groups(portfolio)]
    return {
        "project": project_root(portfolio.project),
        "names": Derived(names.SHOWN, ()),
        "tool": tool(),
        "deployments": derived_list(list(deployments), ()),
        "environments": derived_list(named, ()),
        "promotions": Derived(promotions, (Origin("project", ("environments",)),)),
        "teams": derived_list(teams, ()),
        "useCases": derived_list(use_cases, ()),
        "datasets": derived_list(datasets, ()),
    }


def _units(
    planner: Planner, per: str, environment: str, context: Values, sources: tuple[str, ...]
) -> Iterator[PlannedUnit]:
    units: dict[str, tuple[list[PlannedFile], list[Finding]]] = {}
    for emitter in planner.others:
        unit = environment or of_all(emitter.group)
        for rule in emitter.files:
            if rule.per != per:
                continue
            files, findings = units.setdefault(unit, ([], []))
            options = project_options(planner.fleet.portfolio.project.data, emitter)
            seen = unit_item(unit, (), sources if rule.last else ())
            own: Values = {**context, "options": Root("options", options), "unit": seen, **said(emitter)}
            if not environment and emitter.mentions("inventory"):
                own["inventory"] = planner.inventory()
            known = own.get("environment")
            asked = _asked(planner, emitter, known.data if isinstance(known, Root) else {})
            wanted = _wanted(planner, emitter, rule, asked)
            if isinstance(wanted, Finding):
                findings.append(wanted)
            if wanted is not True:
                continue
            paths = filled_path(planner, emitter, rule, own)
            if isinstance(paths, Finding):
                findings.append(paths)
                continue
            path, place = paths
            below = f"{environment}/{path}" if environment else path
            files.append(PlannedFile(below, place, emitter, rule, own, None, sources[:1]))
    for unit, (files, findings) in units.items():
        if files or findings:
            yield PlannedUnit(unit, tuple(files), (*findings, *clashes(files)))


def _asked(planner: Planner, emitter: Emitter, environment: Object) -> dict[str, Object]:
    """The variables of conditions about an environment, or about the project."""
    project = planner.fleet.portfolio.project
    return {
        "project": project_root(project).data,
        "options": project_options(project.data, emitter),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
    }


def _wanted(planner: Planner, emitter: Emitter, rule: FileRule, asked: dict[str, Object]) -> bool | Finding:
    if rule.when is None:
        return True
    return planner.conditions.holds(emitter, rule.when, (*rule.pointer, "when"), asked)
