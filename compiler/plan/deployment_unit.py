"""The files of one model in one environment."""

from collections.abc import Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ComputedValue
from compiler.plan.context.artifact_refs import artifact_references, context_images
from compiler.plan.context.lazy_context import Context
from compiler.plan.context.model_context import ContextValues, model_context
from compiler.plan.context.network_context import with_network_context
from compiler.plan.emitters.conditions import ALL_SECTIONS
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.matching.addons import AddonEvaluator
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.emitter_evaluation import EmitterEvaluation, evaluate_emitter, with_emitter_context
from compiler.plan.matching.emitter_selection import applies_to_deployments, matching_emitters
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    input_paths,
    path_collisions,
    render_paths,
    source_paths,
    unit_value,
)
from compiler.plan.planning_services import PlanningServices
from compiler.resolve.resolved_model import ResolvedModel


def plan_deployment(
    services: PlanningServices, checker: CompatibilityChecker, model: ResolvedModel, environment: str
) -> PlannedUnit:
    """What its target and the emitters that are on make of a model in an environment."""
    unit_id = f"{environment}/{model.name}"
    target = checker.resolve_target(model)
    if isinstance(target, Finding):
        return PlannedUnit(unit_id, (), (target,))
    findings: list[Finding] = []
    rendered_rules: list[tuple[str, str | None, Emitter, FileRule, ContextValues]] = []
    target_evaluation = evaluate_emitter(services, model, target, ALL_SECTIONS)
    context, network_findings = with_network_context(
        services, target_evaluation, with_emitter_context(target_evaluation, services, model_context(services, model))
    )
    addon_evaluator = AddonEvaluator(services, target_evaluation, context)
    evaluations: list[tuple[EmitterEvaluation, ContextValues]] = [(target_evaluation, context)]
    for emitter in matching_emitters(services, model, filter(applies_to_deployments, services.addons)):
        if isinstance(emitter, Finding):
            findings.append(emitter)
        else:
            evaluations.append(addon_evaluator.evaluate_with_context(emitter))
    for evaluation, evaluation_context in evaluations:
        findings += [
            *evaluation.findings,
            *(network_findings if evaluation is target_evaluation else ()),
            *checker.unsupported_findings(evaluation),
        ]
        for rule in evaluation.emitter.files:
            paths = (
                _deployment_paths(services, evaluation, rule, evaluation_context)
                if rule.scope == "deployment"
                else None
            )
            if isinstance(paths, Finding):
                findings.append(paths)
            elif paths is not None:
                rendered_rules.append((*paths, evaluation.emitter, rule, evaluation_context))
    if any(finding.is_blocking for finding in findings):
        return PlannedUnit(unit_id, (), tuple(findings))
    resources = sorted(
        path for path, commit_path, _, rule, _ in rendered_rules if rule.is_resource and commit_path is None
    )
    sources, default_unit = source_paths(model), unit_value(unit_id, resources)
    files = []
    for path, commit_path, emitter, rule, file_context in rendered_rules:
        file_unit = _complete_unit_value(services, unit_id, resources, model, context) if rule.phase else default_unit
        files.append(
            PlannedFile(
                f"{unit_id}/{path}", commit_path, emitter, rule, {**file_context, "unit": file_unit}, model, sources
            )
        )
    return PlannedUnit(unit_id, tuple(files), (*findings, *path_collisions(files)))


def _complete_unit_value(
    services: PlanningServices, unit_id: str, resources: Sequence[str], model: ResolvedModel, context: ContextValues
) -> ComputedValue:
    """The unit as a file sees it that is made after the others."""
    references = artifact_references((model.release, model.canary), context_images(context))
    return unit_value(unit_id, resources, input_paths(services.fleet, model), references)


def _deployment_paths(
    services: PlanningServices, evaluation: EmitterEvaluation, rule: FileRule, context: Context
) -> tuple[str, str | None] | Finding | None:
    is_enabled = evaluation.condition_results.get((*rule.pointer, "when"), True)
    if is_enabled is not True:
        return is_enabled if isinstance(is_enabled, Finding) else None
    return render_paths(services, evaluation.emitter, rule, context)
