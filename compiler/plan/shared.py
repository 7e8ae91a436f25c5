"""The files of an environment, and of the project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.diagnostics import Finding
from compiler.plan.base import Values, project_root
from compiler.plan.emitter import Emitter
from compiler.plan.planned import PlannedFile, PlannedUnit, clashes, filled_path, of_all
from compiler.plan.planner import Planner
from compiler.plan.schedules import schedules
from compiler.plan.settings import others, project_options
from compiler.provenance import Derived, Item, Origin, Root, derived_list
from compiler.resolve.fleet import groups
from compiler.values import Json, Object, Pointer, as_object


@dataclass(frozen=True)
class Placed:
    """A model in an environment, as files of many models see it."""

    name: str
    environment: str
    data: Object


def of_environment(planner: Planner, environment: str, made: Sequence[Placed]) -> Iterator[PlannedUnit]:
    """The files of one environment; `made`: the models that run in it."""
    spec = planner.fleet.portfolio.of("Environment")[environment]
    context = {**_common(planner, made), "environment": Root("environment", spec.data)}
    yield from _units(planner, "environment", environment, context, (spec.document.path,))


def of_project(planner: Planner, made: Sequence[Placed]) -> Iterator[PlannedUnit]:
    """The files that there is one of; `made`: every model where it runs."""
    project = planner.fleet.portfolio.project
    if any(rule.per == "project" for emitter in others(planner) for rule in emitter.files):
        context = {**_common(planner, made), "schedules": schedules(planner.fleet)}
        yield from _units(planner, "project", "", context, (project.document.path,))


def _common(planner: Planner, made: Sequence[Placed]) -> Values:
    portfolio = planner.fleet.portfolio
    environments = portfolio.of("Environment")
    named: list[Item] = [Root(f"Environment/{name}", environments[name].data) for name in planner.fleet.environments]
    teams: list[Item] = [Root(f"Team/{name}", team.data) for name, team in portfolio.of("Team").items()]
    use_cases: list[Item] = [Root(f"UseCase/{name}", spec.data) for name, spec in portfolio.of("UseCase").items()]
    datasets: list[Item] = [Root(f"Dataset/{name}", spec.data) for name, spec in portfolio.of("Dataset").items()]
    deployments: list[Json] = [one.data for one in made]
    promotions: list[Json] = [list(group) for group in groups(portfolio)]
    return {
        "project": project_root(portfolio.project),
        "deployments": Derived(deployments, ()),
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
    for emitter in others(planner):
        unit = environment or of_all(emitter.group)
        for rule in emitter.files:
            if rule.per != per:
                continue
            files, findings = units.setdefault(unit, ([], []))
            options = project_options(planner.fleet.portfolio.project.data, emitter)
            own: Values = {**context, "options": Root("options", options)}
            if not environment and _reads(emitter, "inventory"):
                own["inventory"] = planner.inventory()
            wanted = _wanted(planner, emitter, rule.when, (*rule.pointer, "when"), own)
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
            files.append(PlannedFile(below, place, emitter, rule, own, None, sources))
    for unit, (files, findings) in units.items():
        if files or findings:
            yield PlannedUnit(unit, tuple(files), (*findings, *clashes(files)))


def _reads(emitter: Emitter, name: str) -> bool:
    """Whether a template of the emitter may ask for a name that is costly to make."""
    return any(name in template for template in emitter.templates.values())


def _wanted(
    planner: Planner, emitter: Emitter, when: str | None, pointer: Pointer, context: Values
) -> bool | Finding:
    if when is None:
        return True
    roots = {name: root.data for name, root in context.items() if isinstance(root, Root)}
    environment = roots.get("environment", {})
    asked = {
        "project": roots["project"],
        "options": roots["options"],
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
    }
    return planner.conditions.holds(emitter, when, pointer, asked)
