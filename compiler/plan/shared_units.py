"""The files of an environment, and of the project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_object
from compiler.foundation.provenance import (
    ComputedValue,
    ContextValue,
    DocumentValue,
    ObjectValue,
    Origin,
    Origins,
    computed_list,
)
from compiler.plan import conventions
from compiler.plan import rendered_kinds as kinds
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.codeowners.ownership_rules import ownership_rules
from compiler.plan.context.model_context import ContextValues, project_value, tool_value
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_settings import project_emitter_options
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    emitter_metadata,
    path_collisions,
    render_paths,
    shared_unit_id,
    unit_value,
)
from compiler.plan.planning_services import PlanningServices
from compiler.plan.quotas import NamespaceUsage, namespace_values
from compiler.plan.schedules import retrain_schedule_values
from compiler.plan.sync_waves import sync_waves
from compiler.resolve.fleet import promotion_groups

KINDS_VARIABLE, OWNERS_VARIABLE = "kinds", "owned"
"""What takes long to know, and is made where a template may read it."""


@dataclass(frozen=True)
class PlannedDeployment:
    """A model in an environment, as files of many models see it; `asks`: whom it asks itself."""

    name: str
    environment: str
    owner: str
    dependency_names: tuple[str, ...]
    namespace_usage: NamespaceUsage
    owner_origins: Origins


def plan_environment_units(
    services: PlanningServices,
    environment: str,
    deployments: Sequence[PlannedDeployment],
    rendered_kinds: Sequence[tuple[str, str] | Finding],
) -> Iterator[PlannedUnit]:
    """The files of one environment; `made`: the models that run in it; `found`: the kinds that are rendered, if they were asked for."""
    spec = services.fleet.portfolio.by_kind("Environment")[environment]
    wave_by_model = sync_waves({item.name: item.dependency_names for item in deployments})
    namespace_entries, findings = namespace_values(spec, [item.namespace_usage for item in deployments])
    findings += [item for item in dict.fromkeys(rendered_kinds) if isinstance(item, Finding)]
    context = {
        **_common_context(services, [_deployment_value(item, wave_by_model[item.name]) for item in deployments]),
        "environment": DocumentValue(f"Environment/{environment}", spec.data),
        "namespaces": computed_list(namespace_entries, ()),
        "waves": ComputedValue(sorted({*wave_by_model.values()}), ()),
        KINDS_VARIABLE: ComputedValue(
            kinds.kind_values([*{item for item in rendered_kinds if not isinstance(item, Finding)}]), ()
        ),
    }
    units = list(
        _plan_units(
            services, "environment", environment, context, (spec.document.path, *_input_paths(services, deployments))
        )
    )
    if findings and not units:
        yield PlannedUnit(environment, (), tuple(findings))
    for unit in units:
        yield replace(unit, findings=(*findings, *unit.findings))


def plan_project_units(
    services: PlanningServices,
    deployments: Sequence[PlannedDeployment],
    committed_files: Sequence[CommittedFile],
    *,
    needs_code_owners: bool,
) -> Iterator[PlannedUnit]:
    """The files that there is one of; `made`: every model where it runs; `committed`: what is, if it was `asked` who owns it."""
    if not any(rule.scope == "project" for emitter in services.addons for rule in emitter.files):
        return
    portfolio = services.fleet.portfolio
    shared_paths = [
        spec.document.path
        for kind in ("Team", "UseCase", "Dataset", "Environment")
        for spec in portfolio.by_kind(kind).values()
    ]
    sources = tuple(dict.fromkeys((*_input_paths(services, deployments), *shared_paths)))
    context = {
        **_common_context(services, [_deployment_value(item, None) for item in deployments]),
        "schedules": retrain_schedule_values(services.fleet),
    }
    if not needs_code_owners:
        yield from _plan_units(services, "project", "", context, sources)
        return
    own_files = [
        CommittedFile(file.commit_path, "", unit.id)
        for unit in _plan_units(services, "project", "", context, sources)
        for file in unit.files
        if file.commit_path
    ]
    rules, findings = ownership_rules(services, [*committed_files, *own_files])
    full_context = {**context, OWNERS_VARIABLE: computed_list([item.template_value for item in rules], ())}
    for unit in _plan_units(services, "project", "", full_context, sources):
        yield replace(unit, findings=(*findings, *unit.findings))


def _input_paths(services: PlanningServices, deployments: Sequence[PlannedDeployment]) -> tuple[str, ...]:
    """The project's file, and those of the models."""
    portfolio = services.fleet.portfolio
    models = dict.fromkeys(portfolio.by_kind("Model")[deployment.name].document.path for deployment in deployments)
    return (portfolio.project.document.path, *models)


def any_template_reads(
    services: PlanningServices, scope: str, variable: str, environment: Object | None = None
) -> bool:
    """Whether a file of an environment, or of the project, is made by an emitter whose templates may read a name."""
    return any(
        emitter.may_read(variable)
        and any(
            rule.scope == scope
            and _is_enabled(services, emitter, rule, _condition_variables(services, emitter, environment or {})) is True
            for rule in emitter.files
        )
        for emitter in services.addons
    )


def _deployment_value(deployment: PlannedDeployment, wave: int | None) -> ObjectValue:
    name_origins: Origins = (Origin(f"Model/{deployment.name}", ("name",)),)
    members: dict[str, ContextValue] = {
        "name": ComputedValue(deployment.name, name_origins),
        "path": ComputedValue(deployment.name, name_origins),
        "namespace": ComputedValue(
            deployment.namespace_usage.namespace or None, deployment.namespace_usage.namespace_origins
        ),
        "environment": ComputedValue(
            deployment.environment, (Origin(f"Environment/{deployment.environment}", ("name",)),)
        ),
        "owner": ComputedValue(deployment.owner, deployment.owner_origins),
    }
    return ObjectValue(members if wave is None else {**members, "wave": ComputedValue(wave, name_origins)})


def _common_context(services: PlanningServices, deployments: Sequence[ObjectValue]) -> ContextValues:
    portfolio = services.fleet.portfolio
    environments = portfolio.by_kind("Environment")
    environment_values: list[ContextValue] = [
        DocumentValue(f"Environment/{name}", environments[name].data) for name in services.fleet.environments
    ]
    teams: list[ContextValue] = [
        DocumentValue(f"Team/{name}", team.data) for name, team in portfolio.by_kind("Team").items()
    ]
    use_cases: list[ContextValue] = [
        DocumentValue(f"UseCase/{name}", spec.data) for name, spec in portfolio.by_kind("UseCase").items()
    ]
    datasets: list[ContextValue] = [
        DocumentValue(f"Dataset/{name}", spec.data) for name, spec in portfolio.by_kind("Dataset").items()
    ]
    promotions: list[Json] = [list(group) for group in promotion_groups(portfolio)]
    return {
        "project": project_value(portfolio.project),
        "names": ComputedValue(conventions.TEMPLATE_NAMES, ()),
        "tool": tool_value(),
        "deployments": computed_list(list(deployments), ()),
        "environments": computed_list(environment_values, ()),
        "promotions": ComputedValue(promotions, (Origin("project", ("environments",)),)),
        "teams": computed_list(teams, ()),
        "useCases": computed_list(use_cases, ()),
        "datasets": computed_list(datasets, ()),
    }


def _plan_units(
    services: PlanningServices, scope: str, environment: str, context: ContextValues, sources: tuple[str, ...]
) -> Iterator[PlannedUnit]:
    units: dict[str, tuple[list[PlannedFile], list[Finding]]] = {}
    for emitter in services.addons:
        unit = environment or shared_unit_id(emitter.group)
        for rule in emitter.files:
            if rule.scope != scope:
                continue
            files, findings = units.setdefault(unit, ([], []))
            options = project_emitter_options(services.fleet.portfolio.project.data, emitter)
            unit_data = unit_value(unit, (), sources if rule.phase else ())
            file_context: ContextValues = {
                **context,
                "options": DocumentValue("options", options),
                "unit": unit_data,
                **emitter_metadata(emitter),
            }
            if not environment and emitter.may_read("inventory"):
                file_context["inventory"] = services.build_inventory()
            environment_value = file_context.get("environment")
            variables = _condition_variables(
                services, emitter, environment_value.data if isinstance(environment_value, DocumentValue) else {}
            )
            is_enabled = _is_enabled(services, emitter, rule, variables)
            if isinstance(is_enabled, Finding):
                findings.append(is_enabled)
            if is_enabled is not True:
                continue
            paths = render_paths(services, emitter, rule, file_context)
            if isinstance(paths, Finding):
                findings.append(paths)
                continue
            path, commit_path = paths
            output_path = f"{environment}/{path}" if environment else path
            files.append(PlannedFile(output_path, commit_path, emitter, rule, file_context, None, sources[:1]))
    for unit, (files, findings) in units.items():
        if files or findings:
            yield PlannedUnit(unit, tuple(files), (*findings, *path_collisions(files)))


def _condition_variables(services: PlanningServices, emitter: Emitter, environment: Object) -> dict[str, Object]:
    """The variables of conditions about an environment, or about the project."""
    project = services.fleet.portfolio.project
    return {
        "project": project_value(project).data,
        "options": project_emitter_options(project.data, emitter),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
    }


def _is_enabled(
    services: PlanningServices, emitter: Emitter, rule: FileRule, variables: dict[str, Object]
) -> bool | Finding:
    if rule.condition is None:
        return True
    return services.conditions.evaluate_condition(emitter, rule.condition, (*rule.pointer, "when"), variables)
