"""Whether a model can be deployed: the findings of its target and of addons, before any file is planned."""

from collections.abc import Iterator

from compiler.diagnostics.finding import Finding
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.addons import AddonEvaluators
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.emitter_evaluation import EmitterEvaluation, EmitterEvaluator
from compiler.plan.matching.emitter_selection import AddonSelector, applies_to_deployments
from compiler.resolve.resolved_model import ResolvedModel


def compatibility_findings(
    checker: CompatibilityChecker,
    evaluator: EmitterEvaluator,
    selector: AddonSelector,
    addon_evaluators: AddonEvaluators,
    model: ResolvedModel,
) -> Iterator[Finding]:
    """What its target cannot do for the model, and the unmet requirements of addons; addons without any are skipped."""
    target = checker.resolve_target(model)
    if isinstance(target, Finding):
        yield target
        return
    target_evaluation = evaluator.evaluate(model, target)
    addon_evaluator = addon_evaluators.for_target(target_evaluation)
    yield from _evaluation_findings(checker, target_evaluation)
    for emitter in selector.matching(model, _may_object):
        if isinstance(emitter, Finding):
            yield emitter
        else:
            yield from _evaluation_findings(checker, addon_evaluator.evaluate(emitter))


def _may_object(addon: Emitter) -> bool:
    return addon.has_requirements and applies_to_deployments(addon)


def _evaluation_findings(checker: CompatibilityChecker, evaluation: EmitterEvaluation) -> Iterator[Finding]:
    yield from evaluation.findings
    yield from checker.unsupported_findings(evaluation)
