"""Service levels of models: their objectives with what measures them, and the values that templates read of them."""

from compiler.diagnostics.finding import Finding
from compiler.plan.context.emitter_evaluation import EmitterEvaluation
from compiler.plan.context.model_context import ContextValues
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.slo.slo_context import slo_context
from compiler.plan.slo.slo_plan import SloPlan, plan_slos
from compiler.resolve.fleet import Fleet


class SloPlanner:
    """Plans service levels, given the evaluation of a model's target."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, templates: EmitterTemplates) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._templates = templates

    def plan(self, target_evaluation: EmitterEvaluation) -> SloPlan:
        """The objectives of a model with and without a series that measures them."""
        return plan_slos(self._fleet, self._conditions, target_evaluation)

    def context(
        self, target_evaluation: EmitterEvaluation, slo_plan: SloPlan, context: ContextValues
    ) -> tuple[ContextValues, list[Finding]]:
        """The values that a plan adds to a context, and the findings about the series of the target."""
        project = self._fleet.portfolio.project.name
        return slo_context(self._templates, project, target_evaluation, slo_plan, context)
