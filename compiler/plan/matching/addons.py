"""Emitters beside the target of a model: what each has before it, and what is worked out only for who asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_list
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context.model_context import ContextValues, model_context
from compiler.plan.context.network import render_exports
from compiler.plan.emitters.conditions import ALL_SECTIONS, COMPATIBILITY_SECTIONS, ConditionSections
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.emitter_evaluation import EmitterEvaluation, evaluate_emitter, with_emitter_context
from compiler.plan.planning_services import PlanningServices
from compiler.plan.slo.slo_context import slo_context
from compiler.plan.slo.slo_plan import SloPlan, plan_slos, signal_values

OBJECTIVES = "objectives"
SIGNALS = "signals"
METRICS = "metrics"


class AddonEvaluator:
    """What is known of a model to the emitters beside its target; nothing is worked out before somebody asks."""

    def __init__(
        self,
        services: PlanningServices,
        target_evaluation: EmitterEvaluation,
        target_context: ContextValues | None = None,
    ) -> None:
        """`ours`: what its target has before it; `context`: what templates of the target see, where anything is made."""
        self._services = services
        self._target_evaluation = target_evaluation
        self._is_rendering = target_context is not None
        self._target_context = target_context

    def evaluate(self, emitter: Emitter) -> EmitterEvaluation:
        """What an emitter says of the model, and what is wrong with what it asks for."""
        sections = ALL_SECTIONS if self._is_rendering else COMPATIBILITY_SECTIONS
        evaluation = evaluate_emitter(
            self._services, self._target_evaluation.model, emitter, sections, self._lazy_variables(emitter, sections)
        )
        _, findings = self.requested_inputs(emitter)
        return replace(evaluation, findings=(*evaluation.findings, *findings)) if findings else evaluation

    def evaluate_with_context(self, emitter: Emitter) -> tuple[EmitterEvaluation, ContextValues]:
        """What an emitter has before it, and what its templates see."""
        evaluation = self.evaluate(emitter)
        return evaluation, {
            **with_emitter_context(evaluation, self._services, self._context),
            **self.requested_inputs(emitter)[0],
        }

    def requested_inputs(self, emitter: Emitter) -> tuple[ContextValues, list[Finding]]:
        """What is added to an emitter's context because it asks for it, and what is wrong with that."""
        inputs, context, findings = as_list(emitter.data.get("asks")), ContextValues(), list[Finding]()
        if OBJECTIVES in inputs:
            findings += self._slo_plan.findings
            if self._is_rendering:
                slo_values, slo_findings = self._slo_context
                context |= slo_values
                findings += slo_findings
        if METRICS in inputs and self._is_rendering:
            if isinstance(self._exported_metrics, Finding):
                findings.append(self._exported_metrics)
            elif self._exported_metrics:
                context[METRICS] = ComputedValue(self._exported_metrics, (Origin("model", ("name",)),))
        return context, findings

    def _lazy_variables(self, emitter: Emitter, sections: ConditionSections) -> Mapping[str, Json]:
        """What conditions of an emitter read of what is only worked out for who asks."""
        conditions = self._services.conditions
        if not conditions.has_conditions(emitter, sections):
            return {}
        factories: Mapping[str, Callable[[], Json]] = {
            OBJECTIVES: self._objectives,
            SIGNALS: lambda: signal_values(self._target_evaluation.model, self._slo_plan),
            METRICS: lambda: {} if isinstance(self._exported_metrics, Finding) else self._exported_metrics,
        }
        return {
            name: factory() for name, factory in factories.items() if conditions.reads_variable(emitter, sections, name)
        }

    def _objectives(self) -> list[Json]:
        return self._slo_plan.objective_values()

    @cached_property
    def _context(self) -> ContextValues:
        evaluation = self._target_evaluation
        return self._target_context or with_emitter_context(
            evaluation, self._services, model_context(self._services, evaluation.model)
        )

    @cached_property
    def _slo_plan(self) -> SloPlan:
        return plan_slos(self._services, self._target_evaluation)

    @cached_property
    def _slo_context(self) -> tuple[ContextValues, list[Finding]]:
        return slo_context(self._services, self._target_evaluation, self._slo_plan, self._context)

    @cached_property
    def _exported_metrics(self) -> Object | Finding:
        return render_exports(self._services, self._target_evaluation.emitter, self._context, METRICS)
