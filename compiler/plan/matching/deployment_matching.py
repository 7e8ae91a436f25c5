"""The emitters of one deployment: its target, and the addons that match; their findings, and their contexts."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object
from compiler.foundation.provenance import ComputedValue
from compiler.plan.context.emitter_evaluation import EmitterEvaluation, EmitterEvaluator, LazyVariables
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import ContextValues
from compiler.plan.context.network_context import with_network_context
from compiler.plan.context.pod_peers import egress_findings
from compiler.plan.emitters.conditions import ALL_SECTIONS, COMPATIBILITY_SECTIONS, ConditionSections
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.addons import AddonEvaluator, AddonEvaluators
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.emitter_selection import AddonSelector, applies_to_deployments
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

REQUEST_RATE = "requestRate"
"""The variable of templates that holds the query of the requests per second."""


@dataclass(frozen=True)
class MatchedEmitter:
    """An emitter with its evaluation, the context of its templates, and everything that prevents its files."""

    evaluation: EmitterEvaluation
    context: ContextValues
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class DeploymentMatch:
    """The emitters of a deployment; `findings`: addons whose selector cannot be evaluated."""

    target: MatchedEmitter
    addons: tuple[MatchedEmitter, ...]
    findings: tuple[Finding, ...]


class DeploymentMatcher:
    """Evaluates the target and the addons of deployments."""

    def __init__(
        self,
        fleet: Fleet,
        exports: EmitterExports,
        checker: CompatibilityChecker,
        evaluator: EmitterEvaluator,
        selector: AddonSelector,
        addon_evaluators: AddonEvaluators,
    ) -> None:
        self._fleet = fleet
        self._exports = exports
        self._checker = checker
        self._evaluator = evaluator
        self._selector = selector
        self._addon_evaluators = addon_evaluators

    def match(self, model: ResolvedModel) -> DeploymentMatch | Finding:
        """The emitters of a model in its environment; a finding where it has no target."""
        target = self._checker.resolve_target(model)
        if isinstance(target, Finding):
            return target
        evaluation = self._evaluate(model, target, ALL_SECTIONS)
        context, context_findings = with_network_context(
            self._fleet, self._exports, evaluation, self._evaluator.target_context(evaluation)
        )
        if "requestsPerSecond" in model.data.get("deploy", {}).get("scaling", {}):
            rate = self._addon_evaluators.slo_planner.request_rate(evaluation, context)
            context |= {REQUEST_RATE: rate} if isinstance(rate, ComputedValue) else {}
            context_findings += (rate,) if isinstance(rate, Finding) else ()
        addon_evaluator = self._addon_evaluators.for_target(evaluation, context)
        addons: list[MatchedEmitter] = []
        findings: list[Finding] = []
        for emitter in self._selector.matching(model, applies_to_deployments):
            if isinstance(emitter, Finding):
                findings.append(emitter)
            else:
                addons.append(self._matched(*addon_evaluator.evaluate_with_context(emitter)))
        return DeploymentMatch(self._matched(evaluation, context, context_findings), tuple(addons), tuple(findings))

    def compatibility_findings(self, model: ResolvedModel) -> Iterator[Finding]:
        """What its target cannot do for the model, and the unmet requirements of addons; addons without any are skipped."""
        target = self._checker.resolve_target(model)
        if isinstance(target, Finding):
            yield target
            return
        # The files that apply to a model decide which of its fields a target of the project uses.
        sections = COMPATIBILITY_SECTIONS if target.is_builtin else ALL_SECTIONS
        evaluation = self._evaluate(model, target, sections)
        addon_evaluator = self._addon_evaluators.for_target(evaluation)
        yield from self._evaluation_findings(evaluation)
        yield from egress_findings(self._fleet, model)
        for emitter in self._selector.matching(model, _has_deployment_requirements):
            if isinstance(emitter, Finding):
                yield emitter
            else:
                yield from self._evaluation_findings(addon_evaluator.evaluate(emitter))

    def target_of(self, model: ResolvedModel) -> Emitter | None:
        """The target of a model, if it has one that supports its type."""
        target = self._checker.resolve_target(model)
        return None if isinstance(target, Finding) else target

    def pod_labels_of(self, model: ResolvedModel) -> Object:
        """The labels that the controller of its target sets on the model's pods in place of the usual ones; empty if there are none."""
        target = self.target_of(model)
        endpoint = self._exports.endpoint(model, target) if target else {}
        labels = {} if isinstance(endpoint, Finding) else endpoint.get("selector")
        return labels if isinstance(labels, dict) else {}

    def addon_evaluator(self, model: ResolvedModel) -> AddonEvaluator | None:
        """The evaluator of addons, with a target's context that depends on no other model; `None` without a target."""
        target = self.target_of(model)
        if target is None:
            return None
        evaluation = self._evaluate(model, target, COMPATIBILITY_SECTIONS)
        return self._addon_evaluators.for_target(evaluation, self._evaluator.target_context(evaluation))

    def _evaluate(self, model: ResolvedModel, target: Emitter, sections: ConditionSections) -> EmitterEvaluation:
        """The conditions of a target, some of which read whether something counts the requests of the model."""
        planner = self._addon_evaluators.slo_planner
        variables: LazyVariables = {"requests": lambda: {"isCounted": planner.counts_requests(model, target)}}
        return self._evaluator.evaluate(model, target, sections, variables)

    def _matched(
        self, evaluation: EmitterEvaluation, context: ContextValues, context_findings: tuple[Finding, ...] = ()
    ) -> MatchedEmitter:
        findings = self._evaluation_findings(evaluation, context_findings)
        return MatchedEmitter(evaluation, context, tuple(findings))

    def _evaluation_findings(
        self, evaluation: EmitterEvaluation, context_findings: tuple[Finding, ...] = ()
    ) -> Iterator[Finding]:
        yield from evaluation.findings
        yield from context_findings
        yield from self._checker.unsupported_findings(evaluation)


def _has_deployment_requirements(addon: Emitter) -> bool:
    return addon.has_requirements and applies_to_deployments(addon)
