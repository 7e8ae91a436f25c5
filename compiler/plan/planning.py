"""The units of the fleet: of each deployment, of each model, of each environment, and of the project."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ContextValue, Origin
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.context.document_origins import to_document_origins
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import environment_of
from compiler.plan.deployment_unit import plan_deployment
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.environment_unit import KINDS_VARIABLE, plan_environment_units
from compiler.plan.matching.deployment_matching import DeploymentMatcher
from compiler.plan.model_unit import ModelUnitPlanner
from compiler.plan.planned_units import PlannedUnit, rendered_kinds
from compiler.plan.project_unit import OWNERS_VARIABLE, plan_project_units
from compiler.plan.quotas import namespace_usage
from compiler.plan.shared_files import PlannedDeployment, SharedFilePlanner
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

UnitFilter = Callable[[str, str], bool]
"""Whether to plan a model (by name) in an environment; either name can be empty."""


@dataclass
class _SharedUnitInputs:
    """The facts about deployments that files about many models need, as far as their templates read them."""

    environments_reading_kinds: frozenset[str]
    needs_code_owners: bool
    deployments: list[PlannedDeployment] = field(default_factory=list)
    rendered_kinds: dict[str, list[tuple[str, str] | Finding]] = field(default_factory=dict)
    committed_files: list[CommittedFile] = field(default_factory=list)

    def record_unit(self, unit: PlannedUnit, environment: str, model: str) -> PlannedUnit:
        """Keep the facts of a unit."""
        if model and environment in self.environments_reading_kinds:
            self.rendered_kinds.setdefault(environment, []).extend(rendered_kinds(unit))
        self.committed_files += [
            CommittedFile(file.commit_path, model, unit.id) for file in unit.files if file.commit_path
        ]
        return unit


@dataclass(frozen=True)
class UnitPlanner:
    """Plans units in the order of their dependencies: those of models first, then those of environments and the project."""

    fleet: Fleet
    templates: EmitterTemplates
    exports: EmitterExports
    matcher: DeploymentMatcher
    model_units: ModelUnitPlanner
    shared_files: SharedFilePlanner

    def plan_units(self, includes: UnitFilter, inventory: "ContextValue | None") -> Iterator[PlannedUnit]:
        """The units that the filter includes; `inventory`: its rows, if the project's templates read them."""
        shared_inputs = self._shared_unit_inputs(includes)
        for name in self.fleet.portfolio.by_kind("Model"):
            resolved_models: list[ResolvedModel] = []
            for environment in self.fleet.environments_of(name):
                model, _ = self.fleet.resolve(name, environment)
                if model is None:
                    continue
                resolved_models.append(model)
                if environment is None:
                    continue
                shared_inputs.deployments.append(self._describe_deployment(model, environment))
                if (
                    includes(name, environment)
                    or environment in shared_inputs.environments_reading_kinds
                    or shared_inputs.needs_code_owners
                ):
                    match = self.matcher.match(model)
                    unit = plan_deployment(self.fleet, self.templates, model, environment, match)
                    shared_inputs.record_unit(unit, environment, name)
                    yield from (unit,) if includes(name, environment) else ()
            if resolved_models and (includes(name, "") or shared_inputs.needs_code_owners):
                units = [shared_inputs.record_unit(unit, "", name) for unit in self.model_units.plan(resolved_models)]
                yield from units if includes(name, "") else ()
        yield from self._plan_shared_units(shared_inputs, includes, inventory)

    def _plan_shared_units(
        self, shared_inputs: _SharedUnitInputs, includes: UnitFilter, inventory: "ContextValue | None"
    ) -> Iterator[PlannedUnit]:
        for environment in self.fleet.environments:
            if includes("", environment) or shared_inputs.needs_code_owners:
                local_deployments = [item for item in shared_inputs.deployments if item.environment == environment]
                kinds = shared_inputs.rendered_kinds.get(environment, ())
                for unit in plan_environment_units(
                    self.fleet, self.shared_files, environment, local_deployments, kinds
                ):
                    shared_inputs.record_unit(unit, environment, "")
                    yield from (unit,) if includes("", environment) else ()
        if includes("", ""):
            committed_files = shared_inputs.committed_files if shared_inputs.needs_code_owners else None
            yield from plan_project_units(
                self.fleet, self.shared_files, shared_inputs.deployments, committed_files, inventory
            )

    def _shared_unit_inputs(self, includes: UnitFilter) -> _SharedUnitInputs:
        environments = self.fleet.portfolio.by_kind("Environment")
        return _SharedUnitInputs(
            frozenset(
                name
                for name in self.fleet.environments
                if includes("", name)
                and self.shared_files.is_read("environment", KINDS_VARIABLE, environments[name].json)
            ),
            includes("", "") and self.shared_files.is_read("project", OWNERS_VARIABLE),
        )

    def _describe_deployment(self, model: ResolvedModel, environment: str) -> PlannedDeployment:
        language = self.fleet.language.type_language(model.spec.data["type"])
        dependency_names = tuple(
            dependency.name for dependency in model_dependencies(model, language) if dependency.is_direct
        )
        return PlannedDeployment(
            model.name,
            environment,
            model.data["owner"],
            dependency_names,
            namespace_usage(self.exports, model, environment_of(model)),
            to_document_origins(model, (Origin("model", ("owner",)),)),
        )
