"""The units of the fleet: of each deployment, of each model, of each environment, and of the project."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ContextValue
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.deployment_unit import plan_deployment
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.environment_unit import KINDS_VARIABLE, OBJECT_VARIABLES, plan_environment_units
from compiler.plan.matching.deployment_matching import DeploymentMatcher
from compiler.plan.model_facts import ModelFacts
from compiler.plan.model_unit import ModelUnitPlanner
from compiler.plan.planned_units import PlannedUnit, rendered_kinds
from compiler.plan.project_unit import OWNERS_VARIABLE, plan_project_units
from compiler.plan.shared_files import SharedFilePlanner
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

UnitFilter = Callable[[str, str], bool]
"""Whether to plan a model (by name) in an environment; either name can be empty."""


@dataclass(frozen=True)
class PlannedModel:
    """The units of a model that are rendered, and the facts about all of its units that shared files need.

    `kinds`: group and kind of its objects, for each environment with a file that lists them.
    """

    units: tuple[PlannedUnit, ...]
    kinds: Mapping[str, tuple[tuple[str, str] | Finding, ...]]
    committed_files: tuple[CommittedFile, ...]
    other_units: tuple[PlannedUnit, ...] = ()
    """Units that are not rendered, but whose objects shared files read."""
    objects: Mapping[str, bytes] = field(default_factory=dict)
    """Facts about the rendered objects, for each environment with a file that reads them; whoever renders adds them."""


SharedValues = tuple[Mapping[str, ContextValue], Sequence[Finding]]
"""Values for the files of an environment, and findings about them."""
ObjectValues = Callable[[str, Sequence[bytes]], SharedValues]
"""Makes values for the files of an environment from the facts about the objects of its models."""


@dataclass(frozen=True, slots=True)
class SharedNeeds:
    """What files about many models read of each model, although it may not be rendered itself."""

    environments_reading_kinds: frozenset[str]
    environments_reading_objects: frozenset[str]
    code_owners: bool

    def includes(self, environment: str) -> bool:
        """Whether a deployment in the environment is planned for the sake of these files."""
        return (
            self.code_owners
            or environment in self.environments_reading_kinds
            or environment in self.environments_reading_objects
        )


class UnitPlanner:
    """Plans units: those of models one by one, then those of environments and the project from the facts about all models."""

    def __init__(
        self,
        fleet: Fleet,
        templates: EmitterTemplates,
        matcher: DeploymentMatcher,
        model_units: ModelUnitPlanner,
        shared_files: SharedFilePlanner,
    ) -> None:
        self._fleet = fleet
        self._templates = templates
        self._matcher = matcher
        self._model_units = model_units
        self._shared_files = shared_files

    def shared_needs(self, includes: UnitFilter) -> SharedNeeds:
        """What the shared files that the filter includes read of each model."""
        return SharedNeeds(
            self._environments_reading([KINDS_VARIABLE], includes),
            self._environments_reading(OBJECT_VARIABLES, includes),
            includes("", "") and self._shared_files.is_read("project", OWNERS_VARIABLE),
        )

    def _environments_reading(self, variables: Sequence[str], includes: UnitFilter) -> frozenset[str]:
        """The environments with a file that reads one of the variables."""
        environments = self._fleet.portfolio.by_kind("Environment")
        return frozenset(
            name
            for name in self._fleet.environments
            if includes("", name)
            and any(
                self._shared_files.is_read("environment", variable, environments[name].json) for variable in variables
            )
        )

    def plan_model(self, name: str, includes: UnitFilter, needs: SharedNeeds) -> PlannedModel:
        """The units of a model that the filter includes."""
        units: list[PlannedUnit] = []
        planned_units: list[PlannedUnit] = []
        other_units: list[PlannedUnit] = []
        kinds: dict[str, tuple[tuple[str, str] | Finding, ...]] = {}
        resolved_models: list[ResolvedModel] = []
        for environment in self._fleet.environments_of(name):
            model, _ = self._fleet.resolve(name, environment)
            if model is None:
                continue
            resolved_models.append(model)
            if environment is None or not (includes(name, environment) or needs.includes(environment)):
                continue
            unit = plan_deployment(self._fleet, self._templates, model, environment, self._matcher.match(model))
            planned_units.append(unit)
            units += [unit] if includes(name, environment) else []
            if not includes(name, environment) and environment in needs.environments_reading_objects:
                other_units.append(unit)
            if environment in needs.environments_reading_kinds:
                kinds[environment] = tuple(rendered_kinds(unit))
        if resolved_models and (includes(name, "") or needs.code_owners):
            model_units = list(self._model_units.plan(resolved_models))
            planned_units += model_units
            units += model_units if includes(name, "") else []
        committed_files = tuple(_committed_files(planned_units, name))
        return PlannedModel(tuple(units), kinds, committed_files, tuple(other_units))

    def plan_shared_units(
        self,
        models: Callable[[], Sequence[ModelFacts]],
        planned_models: Iterable[PlannedModel],
        includes: UnitFilter,
        inventory: "ContextValue | None",
        object_values: ObjectValues,
    ) -> Iterator[PlannedUnit]:
        """The units of environments and of the project that the filter includes.

        `models`: the facts of all models, which few files of the project read; `inventory`: its rows, if their templates read them;
        `object_values` is called for environments whose templates read what it makes.
        """
        needs = self.shared_needs(includes)
        committed_files: list[CommittedFile] = []
        kinds: dict[str, dict[tuple[str, str] | Finding, None]] = {}
        objects: dict[str, list[bytes]] = {}
        for planned_model in planned_models:  # one by one, so that a fleet of them takes no memory
            committed_files += planned_model.committed_files if needs.code_owners else ()
            for environment, model_kinds in planned_model.kinds.items():
                kinds.setdefault(environment, {}).update(dict.fromkeys(model_kinds))
            for environment, facts in planned_model.objects.items():
                objects.setdefault(environment, []).append(facts)
        environments = [name for name in self._fleet.environments if includes("", name) or needs.code_owners]
        deployments = [deployment for model in models() for deployment in model.deployments] if environments else []
        for environment in environments:
            local_deployments = [item for item in deployments if item.environment == environment]
            local_kinds = tuple(kinds.get(environment, ()))
            shared_values: SharedValues = ({}, ())
            if environment in needs.environments_reading_objects:
                shared_values = object_values(environment, objects.get(environment, []))
            for unit in plan_environment_units(
                self._fleet, self._shared_files, environment, local_deployments, local_kinds, shared_values
            ):
                committed_files += _committed_files([unit], "")
                yield from (unit,) if includes("", environment) else ()
        if includes("", ""):
            files = committed_files if needs.code_owners else None
            yield from plan_project_units(self._fleet, self._shared_files, models, files, inventory)


def _committed_files(units: Sequence[PlannedUnit], model: str) -> Iterator[CommittedFile]:
    for unit in units:
        yield from (CommittedFile(file.commit_path, model, unit.id) for file in unit.files if file.commit_path)
