"""What emitters have against a model where it runs, before anything is made of it."""

from collections.abc import Iterator

from compiler.diagnostics.finding import Finding
from compiler.plan.matching.addons import AddonEvaluator
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.emitter_evaluation import EmitterEvaluation, evaluate_emitter
from compiler.plan.matching.emitter_selection import applies_to_deployments, matching_emitters
from compiler.plan.planning_services import PlanningServices
from compiler.resolve.resolved_model import ResolvedModel


def compatibility_findings(
    services: PlanningServices, checker: CompatibilityChecker, model: ResolvedModel
) -> Iterator[Finding]:
    """What its target cannot do for it, and what the emitters beside that lack; whoever has nothing to object to is not asked."""
    target = checker.resolve_target(model)
    if isinstance(target, Finding):
        yield target
        return
    target_evaluation = evaluate_emitter(services, model, target)
    addon_evaluator = AddonEvaluator(services, target_evaluation)
    yield from _evaluation_findings(checker, target_evaluation)
    for emitter in matching_emitters(
        services,
        model,
        (addon for addon in services.addons if addon.has_requirements and applies_to_deployments(addon)),
    ):
        if isinstance(emitter, Finding):
            yield emitter
        else:
            yield from _evaluation_findings(checker, addon_evaluator.evaluate(emitter))


def _evaluation_findings(checker: CompatibilityChecker, evaluation: EmitterEvaluation) -> Iterator[Finding]:
    yield from evaluation.findings
    yield from checker.unsupported_findings(evaluation)
