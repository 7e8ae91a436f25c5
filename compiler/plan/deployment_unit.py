"""The files of one model in one environment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ComputedValue
from compiler.plan.context.artifact_refs import artifact_references, context_images
from compiler.plan.context.model_context import ContextValues
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.matching.deployment_matching import DeploymentMatch, MatchedEmitter
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    input_paths,
    path_collisions,
    render_paths,
    source_paths,
    unit_value,
)
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True)
class _RuleOutput:
    """A file rule that applies, with the paths of its file."""

    path: str
    commit_path: str | None
    emitter: Emitter
    rule: FileRule
    context: ContextValues


def plan_deployment(
    fleet: Fleet, templates: EmitterTemplates, model: ResolvedModel, environment: str, match: DeploymentMatch | Finding
) -> PlannedUnit:
    """The files that its target and the matching addons render of a model in an environment."""
    unit_id = f"{environment}/{model.name}"
    if isinstance(match, Finding):
        return PlannedUnit(unit_id, (), (match,))
    findings: list[Finding] = [*match.findings]
    outputs: list[_RuleOutput] = []
    for matched in (match.target, *match.addons):
        findings += matched.findings
        for output in _rule_outputs(fleet, templates, matched):
            if isinstance(output, Finding):
                findings.append(output)
            else:
                outputs.append(output)
    if any(finding.is_blocking for finding in findings):
        return PlannedUnit(unit_id, (), tuple(findings))
    files = tuple(_planned_files(fleet, unit_id, model, match.target.context, outputs))
    return PlannedUnit(unit_id, files, (*findings, *path_collisions(files)))


def _rule_outputs(
    fleet: Fleet, templates: EmitterTemplates, matched: MatchedEmitter
) -> Iterator[_RuleOutput | Finding]:
    evaluation = matched.evaluation
    for rule in evaluation.emitter.files:
        if rule.scope != "deployment":
            continue
        is_enabled = evaluation.condition_results.get((*rule.pointer, "when"), True)
        if is_enabled is not True:
            yield from (is_enabled,) if isinstance(is_enabled, Finding) else ()
            continue
        paths = render_paths(fleet, templates, evaluation.emitter, rule, matched.context)
        if isinstance(paths, Finding):
            yield paths
        else:
            yield _RuleOutput(*paths, evaluation.emitter, rule, matched.context)


def _planned_files(
    fleet: Fleet, unit_id: str, model: ResolvedModel, target_context: ContextValues, outputs: Sequence[_RuleOutput]
) -> Iterator[PlannedFile]:
    resources = sorted(output.path for output in outputs if output.rule.is_resource and output.commit_path is None)
    sources, early_unit = source_paths(model), unit_value(unit_id, resources)
    for output in outputs:
        unit = _late_unit(fleet, unit_id, resources, model, target_context) if output.rule.phase else early_unit
        path, context = f"{unit_id}/{output.path}", {**output.context, "unit": unit}
        yield PlannedFile(path, output.commit_path, output.emitter, output.rule, context, model, sources)


def _late_unit(
    fleet: Fleet, unit_id: str, resources: Sequence[str], model: ResolvedModel, target_context: ContextValues
) -> ComputedValue:
    """The unit in the context of a file that is rendered after the others."""
    references = artifact_references((model.release, model.canary), context_images(target_context))
    return unit_value(unit_id, resources, input_paths(fleet, model), references)
