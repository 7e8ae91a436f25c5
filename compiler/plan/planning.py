"""Which files there are to make: for each model where it runs, for each model, for each environment, and for the project."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import as_str
from compiler.foundation.provenance import Origin
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.codeowners.ownership_rules import ownership_rules
from compiler.plan.context.document_origins import to_document_origins
from compiler.plan.context.model_context import environment_of
from compiler.plan.deployment_unit import plan_deployment
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.model_unit import plan_model_units
from compiler.plan.planned_units import PlannedFile, PlannedUnit
from compiler.plan.planning_services import PlanningServices
from compiler.plan.quotas import namespace_usage
from compiler.plan.rendered_kinds import rendered_kinds
from compiler.plan.shared_units import (
    KINDS_VARIABLE,
    OWNERS_VARIABLE,
    PlannedDeployment,
    any_template_reads,
    plan_environment_units,
    plan_project_units,
)
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.resolved_model import ResolvedModel

__all__ = ["PlannedFile", "PlannedUnit", "UnitFilter", "code_owner_findings", "plan_units"]

UnitFilter = Callable[[str, str], bool]
"""Whether a run is about a model (by name) in an environment; either may be empty: what belongs to none."""


@dataclass
class _SharedUnitInputs:
    """What files of many models are told of the others; `kinds_in` and `wants_owners`: whether any of them asks."""

    environments_reading_kinds: frozenset[str]
    needs_code_owners: bool
    deployments: list[PlannedDeployment] = field(default_factory=list)
    rendered_kinds: dict[str, list[tuple[str, str] | Finding]] = field(default_factory=dict)
    committed_files: list[CommittedFile] = field(default_factory=list)

    def record_unit(self, unit: PlannedUnit, environment: str, model: str) -> PlannedUnit:
        """Keep what there is to know of a unit."""
        if model and environment in self.environments_reading_kinds:
            self.rendered_kinds.setdefault(environment, []).extend(rendered_kinds(unit))
        self.committed_files += [
            CommittedFile(file.commit_path, model, unit.id) for file in unit.files if file.commit_path
        ]
        return unit


def plan_units(
    services: PlanningServices, checker: CompatibilityChecker, includes: UnitFilter
) -> Iterator[PlannedUnit]:
    """Every unit of the fleet that the scope asks for, by environment and name; those of environments and project last."""
    shared_inputs = _shared_unit_inputs(services, includes)
    for name in services.fleet.portfolio.by_kind("Model"):
        resolved_models: list[ResolvedModel] = []
        for environment in services.fleet.environments_of(name):
            model, _ = services.fleet.resolve(name, environment)
            if model is None:
                continue
            resolved_models.append(model)
            if environment is None:
                continue
            shared_inputs.deployments.append(_describe_deployment(services, model, environment))
            if (
                includes(name, environment)
                or environment in shared_inputs.environments_reading_kinds
                or shared_inputs.needs_code_owners
            ):
                unit = shared_inputs.record_unit(
                    plan_deployment(services, checker, model, environment), environment, name
                )
                yield from (unit,) if includes(name, environment) else ()
        if resolved_models and (includes(name, "") or shared_inputs.needs_code_owners):
            units = [
                shared_inputs.record_unit(unit, "", name)
                for unit in plan_model_units(services, checker, resolved_models)
            ]
            yield from units if includes(name, "") else ()
    yield from _plan_shared_units(services, shared_inputs, includes)


def _plan_shared_units(
    services: PlanningServices, shared_inputs: _SharedUnitInputs, includes: UnitFilter
) -> Iterator[PlannedUnit]:
    for environment in services.fleet.environments:
        if includes("", environment) or shared_inputs.needs_code_owners:
            local_deployments = [item for item in shared_inputs.deployments if item.environment == environment]
            for unit in plan_environment_units(
                services, environment, local_deployments, shared_inputs.rendered_kinds.get(environment, ())
            ):
                shared_inputs.record_unit(unit, environment, "")
                yield from (unit,) if includes("", environment) else ()
    if includes("", ""):
        yield from plan_project_units(
            services,
            shared_inputs.deployments,
            shared_inputs.committed_files,
            needs_code_owners=shared_inputs.needs_code_owners,
        )


def _shared_unit_inputs(services: PlanningServices, includes: UnitFilter) -> _SharedUnitInputs:
    environments = services.fleet.portfolio.by_kind("Environment")
    return _SharedUnitInputs(
        frozenset(
            name
            for name in services.fleet.environments
            if includes("", name)
            and any_template_reads(services, "environment", KINDS_VARIABLE, environments[name].data)
        ),
        includes("", "") and any_template_reads(services, "project", OWNERS_VARIABLE),
    )


def code_owner_findings(services: PlanningServices) -> Iterable[Finding]:
    """Who owns something and cannot be asked, where the project has forges told who owns what."""
    return ownership_rules(services, ())[1] if any_template_reads(services, "project", OWNERS_VARIABLE) else ()


def _describe_deployment(services: PlanningServices, model: ResolvedModel, environment: str) -> PlannedDeployment:
    language = services.fleet.language.type_language(model.spec.text("type"))
    dependency_names = tuple(
        dependency.name for dependency in model_dependencies(model, language) if dependency.is_direct
    )
    return PlannedDeployment(
        model.name,
        environment,
        as_str(model.data["owner"]),
        dependency_names,
        namespace_usage(services, model, environment_of(model)),
        to_document_origins(model, (Origin("model", ("owner",)),)),
    )
