"""Files about many models: what the units of environments and those of the project have in common."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
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
from compiler.plan.context.model_context import ContextValues, project_value, tool_value
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, FileRule, project_emitter_options
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    emitter_metadata,
    path_collisions,
    render_paths,
    shared_unit_id,
    unit_value,
)
from compiler.plan.sync_waves import DependencyChain
from compiler.resolve.fleet import Fleet, promotion_groups

DEPLOYMENTS_VARIABLE, INVENTORY_VARIABLE = "deployments", "inventory"
"""A variable that is expensive to compute, and large: it is added for emitters whose templates read it."""


class SharedFilePlanner:
    """Plans files of addons that belong to no single model."""

    def __init__(
        self, fleet: Fleet, conditions: ConditionEvaluator, templates: EmitterTemplates, addons: Sequence[Emitter]
    ) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._templates = templates
        self._addons = addons

    def has_rules(self, scope: str) -> bool:
        """Whether an addon has a file rule with that scope."""
        return any(rule.scope == scope for emitter in self._addons for rule in emitter.files)

    def has_late_rules(self, scope: str) -> bool:
        """Whether an addon has a file rule with that scope that is rendered last, and so reads the sources of its unit."""
        return any(rule.scope == scope and rule.phase for emitter in self._addons for rule in emitter.files)

    def may_read(self, scope: str, variable: str) -> bool:
        """Whether an addon with a file rule of that scope has a template that may read a variable."""
        return any(
            emitter.may_read(variable) and any(rule.scope == scope for rule in emitter.files)
            for emitter in self._addons
        )

    def is_read(self, scope: str, variable: str, environment: Object | None = None) -> bool:
        """The same, for rules that are enabled in an environment, or in the project."""
        return any(
            emitter.may_read(variable)
            and any(
                rule.scope == scope
                and self._is_enabled(emitter, rule, self._condition_variables(emitter, environment or {})) is True
                for rule in emitter.files
            )
            for emitter in self._addons
        )

    def plan_units(
        self,
        scope: str,
        environment: str,
        context: ContextValues,
        sources: tuple[str, ...],
        inventory: "ContextValue | None" = None,
    ) -> Iterator[PlannedUnit]:
        """The units of an environment, or of the project if `environment` is empty."""
        units: dict[str, tuple[list[PlannedFile], list[Finding]]] = {}
        for emitter in self._addons:
            unit = environment or shared_unit_id(emitter.group)
            for rule in emitter.files:
                if rule.scope != scope:
                    continue
                files, findings = units.setdefault(unit, ([], []))
                file_context = self._file_context(emitter, context, inventory)
                file_context["unit"] = unit_value(unit, (), sources if rule.phase else ())
                result = self._plan_file(emitter, rule, environment, file_context, sources)
                if isinstance(result, Finding):
                    findings.append(result)
                elif result is not None:
                    files.append(result)
        for unit, (files, findings) in units.items():
            if files or findings:
                yield PlannedUnit(unit, tuple(files), (*findings, *path_collisions(files)))

    def _file_context(
        self, emitter: Emitter, context: ContextValues, inventory: "ContextValue | None"
    ) -> ContextValues:
        options = project_emitter_options(self._fleet.portfolio.project.data, emitter)
        file_context: ContextValues = {
            **context,
            "options": DocumentValue("options", options),
            **emitter_metadata(emitter),
        }
        if inventory is not None and emitter.may_read(INVENTORY_VARIABLE):
            file_context[INVENTORY_VARIABLE] = inventory
        return file_context

    def _plan_file(
        self, emitter: Emitter, rule: FileRule, environment: str, context: ContextValues, sources: tuple[str, ...]
    ) -> PlannedFile | Finding | None:
        environment_value = context.get("environment")
        environment_data = environment_value.data if isinstance(environment_value, DocumentValue) else {}
        is_enabled = self._is_enabled(emitter, rule, self._condition_variables(emitter, environment_data))
        if is_enabled is not True:
            return is_enabled if isinstance(is_enabled, Finding) else None
        paths = render_paths(self._fleet, self._templates, emitter, rule, context)
        if isinstance(paths, Finding):
            return paths
        path, commit_path = paths
        output_path = f"{environment}/{path}" if environment else path
        return PlannedFile(output_path, commit_path, emitter, rule, context, None, sources[:1])

    def _condition_variables(self, emitter: Emitter, environment: Object) -> Object:
        """The variables of conditions about an environment, or about the project."""
        project = self._fleet.portfolio.project
        return {
            "project": project_value(project).data,
            "options": project_emitter_options(project.data, emitter),
            "environment": environment,
            "capabilities": environment.get("capabilities", {}),
        }

    def _is_enabled(self, emitter: Emitter, rule: FileRule, variables: Object) -> bool | Finding:
        if rule.condition is None:
            return True
        return self._conditions.evaluate_condition(emitter, rule.condition, (*rule.pointer, "when"), variables)


def input_document_paths(fleet: Fleet, deployments: Sequence[DeploymentFacts]) -> tuple[str, ...]:
    """The paths of the Project document and of the models' documents."""
    portfolio = fleet.portfolio
    models = dict.fromkeys(deployment.path for deployment in deployments)
    return (portfolio.project.document.path, *models)


def deployment_value(deployment: DeploymentFacts, chain: DependencyChain | None) -> ObjectValue:
    """A deployment in the context of a template."""
    name_origins: Origins = (Origin(f"Model/{deployment.model}", ("name",)),)
    members: dict[str, ContextValue] = {
        "name": ComputedValue(deployment.model, name_origins),
        "path": ComputedValue(deployment.model, name_origins),
        "namespace": ComputedValue(deployment.namespace or None, deployment.namespace_origins),
        "environment": ComputedValue(
            deployment.environment, (Origin(f"Environment/{deployment.environment}", ("name",)),)
        ),
        "owner": ComputedValue(deployment.owner, deployment.owner_origins),
    }
    if chain is not None:
        members["wave"] = ComputedValue(chain.waves[deployment.model], name_origins)
        members["chain"] = ComputedValue(chain.name if chain.is_ordered else None, name_origins)
    return ObjectValue(members)


def shared_context(fleet: Fleet, deployments: Sequence[ObjectValue]) -> ContextValues:
    """The variables of every file about many models."""
    portfolio = fleet.portfolio
    environments = portfolio.by_kind("Environment")
    environment_values: list[ContextValue] = [
        DocumentValue(f"Environment/{name}", environments[name].json) for name in fleet.environments
    ]
    promotions: list[Json] = [list(group) for group in promotion_groups(portfolio)]
    return {
        "project": project_value(portfolio.project),
        "names": ComputedValue(conventions.TEMPLATE_NAMES, ()),
        "tool": tool_value(),
        DEPLOYMENTS_VARIABLE: computed_list(list(deployments), ()),
        "environments": computed_list(environment_values, ()),
        "promotions": ComputedValue(promotions, (Origin("project", ("environments",)),)),
        "teams": _document_values(fleet, "Team"),
        "useCases": _document_values(fleet, "UseCase"),
        "datasets": _document_values(fleet, "Dataset"),
    }


def _document_values(fleet: Fleet, kind: str) -> ContextValue:
    values: list[ContextValue] = [
        DocumentValue(f"{kind}/{name}", spec.json) for name, spec in fleet.portfolio.by_kind(kind).items()
    ]
    return computed_list(values, ())
