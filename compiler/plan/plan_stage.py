"""The stage that plans: it connects the parts of this package for one fleet."""

from collections.abc import Container, Iterable, Iterator, Sequence

from compiler.diagnostics.finding import Finding
from compiler.plan.codeowners.ownership_rules import ownership_rules
from compiler.plan.context.emitter_evaluation import EmitterEvaluator
from compiler.plan.context.exports import EmitterExports
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitters, enabled_addons
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.matching.addons import AddonEvaluators
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.deployment_matching import DeploymentMatcher
from compiler.plan.matching.emitter_selection import AddonSelector
from compiler.plan.max_requests import PODS_EXPORT
from compiler.plan.model_facts import ModelFacts, model_facts
from compiler.plan.model_unit import ModelUnitPlanner
from compiler.plan.namespace_limits import has_namespace_limits, namespace_limit_findings
from compiler.plan.planning import UnitPlanner
from compiler.plan.project_unit import OWNERS_VARIABLE
from compiler.plan.records.missing_fields import RecordStatusReader
from compiler.plan.shared_files import INVENTORY_VARIABLE, SharedFilePlanner
from compiler.plan.shared_objects import SharedObjectChecker
from compiler.plan.shared_schedules import schedule_findings
from compiler.plan.slo.slo_context import SloPlanner
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


class PlanStage:
    """Gives each part the parts that it uses; nothing below takes the stage itself."""

    def __init__(
        self, fleet: Fleet, emitters: Emitters, conditions: ConditionEvaluator, templates: EmitterTemplates
    ) -> None:
        self._fleet = fleet
        self._emitters = emitters
        self.addons = tuple(enabled_addons(fleet.portfolio.project.data, emitters))
        self.exports = EmitterExports(fleet, emitters, templates)
        self.evaluator = EmitterEvaluator(fleet, conditions, self.exports)
        checker = CompatibilityChecker(fleet, emitters, conditions)
        selector = AddonSelector(fleet, conditions, self.addons)
        slo_planner = SloPlanner(fleet, conditions, templates)
        addon_evaluators = AddonEvaluators(self.evaluator, slo_planner, self.exports)
        self._matcher = DeploymentMatcher(fleet, self.exports, checker, self.evaluator, selector, addon_evaluators)
        model_units = ModelUnitPlanner(fleet, conditions, templates, selector, self._matcher)
        self._shared_files = SharedFilePlanner(fleet, conditions, templates, self.addons)
        self.units = UnitPlanner(fleet, templates, self._matcher, model_units, self._shared_files)
        self.record_statuses = RecordStatusReader(fleet, conditions, selector)

    def compatibility_findings(self, model: ResolvedModel) -> Iterator[Finding]:
        """The findings of a deployed model's target, of the addons that match, and about the limits of its namespace."""
        yield from self._matcher.compatibility_findings(model)
        target = self._matcher.target_of(model) if has_namespace_limits(model) else None
        if target is not None:
            pods = self.exports.of_model(model, target, PODS_EXPORT)
            yield from namespace_limit_findings(model, {} if isinstance(pods, Finding) else pods)

    def model_facts(self, name: str) -> ModelFacts:
        """What files and checks about many models need to know of a model."""
        return model_facts(self._fleet, self.exports, name)

    def object_findings(self, selected_models: Container[str] | None) -> Iterator[Finding]:
        """Models that would have the same object in a cluster."""
        return SharedObjectChecker(self._fleet, self._emitters, self._matcher, self.evaluator).findings(selected_models)

    def code_owner_findings(self, models: Sequence[ModelFacts]) -> Iterable[Finding]:
        """The teams without a handle that own files, if a file of code owners is rendered."""
        is_read = self._shared_files.is_read("project", OWNERS_VARIABLE)
        return ownership_rules(self._fleet, models, ())[1] if is_read else ()

    def schedule_findings(self, models: Sequence[ModelFacts]) -> Iterator[Finding]:
        """Models with one cron expression in several time zones, if what starts their runs cannot tell them apart."""
        return schedule_findings(self._fleet, models, self.addons)

    @property
    def reads_inventory(self) -> bool:
        """Whether a file of the project may read the inventory."""
        return self._shared_files.may_read("project", INVENTORY_VARIABLE)
