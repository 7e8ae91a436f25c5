"""Evaluation of emitters that no model names; objectives and metrics are computed only for an emitter that asks for them."""

from dataclasses import dataclass, replace
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context.emitter_evaluation import EmitterEvaluation, EmitterEvaluator, LazyVariables
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import ContextValues
from compiler.plan.emitters.conditions import ALL_SECTIONS, COMPATIBILITY_SECTIONS
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.slo.slo_context import SloPlanner
from compiler.plan.slo.slo_plan import SloPlan, signal_values

OBJECTIVES = "objectives"
SIGNALS = "signals"
METRICS = "metrics"


class AddonEvaluator:
    """Evaluates addons for one model; each value is computed when it is first read."""

    def __init__(
        self,
        evaluator: EmitterEvaluator,
        slo_planner: SloPlanner,
        exports: EmitterExports,
        target_evaluation: EmitterEvaluation,
        target_context: ContextValues | None,
    ) -> None:
        """`target_context`: the context of the target's templates if files are planned; `None` in a check."""
        self._evaluator = evaluator
        self._slo_planner = slo_planner
        self._exports = exports
        self._target_evaluation = target_evaluation
        self._is_rendering = target_context is not None
        self._target_context = target_context

    def evaluate(self, emitter: Emitter) -> EmitterEvaluation:
        """The conditions of an emitter for the model, and the findings about the values that it asks for."""
        sections = ALL_SECTIONS if self._is_rendering else COMPATIBILITY_SECTIONS
        evaluation = self._evaluator.evaluate(self._target_evaluation.model, emitter, sections, self._lazy_variables)
        _, findings = self.requested_inputs(emitter)
        return replace(evaluation, findings=(*evaluation.findings, *findings)) if findings else evaluation

    def evaluate_with_context(self, emitter: Emitter) -> tuple[EmitterEvaluation, ContextValues]:
        """The evaluation of an emitter, and the context of its templates."""
        evaluation = self.evaluate(emitter)
        return evaluation, {
            **self._evaluator.with_emitter_context(evaluation, self._context),
            **self.requested_inputs(emitter)[0],
        }

    def requested_inputs(self, emitter: Emitter) -> tuple[ContextValues, list[Finding]]:
        """The values that an emitter asks for, and the findings about them."""
        inputs, context, findings = emitter.data.get("inputs", ()), ContextValues(), list[Finding]()
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

    @property
    def _lazy_variables(self) -> LazyVariables:
        """The variables of conditions that are computed only if a condition reads them."""
        return {
            OBJECTIVES: self._objectives,
            SIGNALS: lambda: signal_values(self._target_evaluation.model, self._slo_plan),
            METRICS: lambda: {} if isinstance(self._exported_metrics, Finding) else self._exported_metrics,
        }

    def _objectives(self) -> list[Json]:
        return self._slo_plan.objective_values()

    @cached_property
    def _context(self) -> ContextValues:
        return self._target_context or self._evaluator.target_context(self._target_evaluation)

    @cached_property
    def _slo_plan(self) -> SloPlan:
        return self._slo_planner.plan(self._target_evaluation)

    @cached_property
    def _slo_context(self) -> tuple[ContextValues, list[Finding]]:
        return self._slo_planner.context(self._target_evaluation, self._slo_plan, self._context)

    @cached_property
    def _exported_metrics(self) -> Object | Finding:
        return self._exports.render(self._target_evaluation.emitter, self._context, METRICS)


@dataclass(frozen=True)
class AddonEvaluators:
    """Makes the evaluator of each model."""

    evaluator: EmitterEvaluator
    slo_planner: SloPlanner
    exports: EmitterExports

    def for_target(
        self, target_evaluation: EmitterEvaluation, target_context: ContextValues | None = None
    ) -> AddonEvaluator:
        """The evaluator of addons for the model of a target's evaluation."""
        return AddonEvaluator(self.evaluator, self.slo_planner, self.exports, target_evaluation, target_context)
