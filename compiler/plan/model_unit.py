"""The files of one model, wherever it runs or does not, and of each of its releases that runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context.artifact_refs import artifact_references
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.context.model_context import ContextValues, with_emitter_options
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.matching.deployment_matching import DeploymentMatcher
from compiler.plan.matching.emitter_selection import AddonSelector, emits_per
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    emitter_metadata,
    input_paths,
    path_collisions,
    render_paths,
    shared_unit_id,
    source_paths,
    unit_value,
)
from compiler.plan.records.record_context import record_context
from compiler.plan.records.record_fields import record_fields_context
from compiler.plan.records.record_subject import RecordSubject, record_subject
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


@dataclass
class _UnitBuilder:
    """The files that a class of emitters renders for a model."""

    files: list[PlannedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, result: PlannedFile | Finding) -> None:
        if isinstance(result, Finding):
            self.findings.append(result)
        else:
            self.files.append(result)


class ModelUnitPlanner:
    """Plans the files of models and of their releases."""

    def __init__(
        self,
        fleet: Fleet,
        conditions: ConditionEvaluator,
        templates: EmitterTemplates,
        selector: AddonSelector,
        matcher: DeploymentMatcher,
    ) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._templates = templates
        self._selector = selector
        self._matcher = matcher

    def plan(self, resolved_models: Sequence[ResolvedModel]) -> Iterator[PlannedUnit]:
        """A unit for each class of emitters that renders files of a model, which is resolved in each environment."""
        subject = record_subject(self._fleet, resolved_models)
        units: dict[str, _UnitBuilder] = {}
        contexts = _RecordContexts(self._fleet, self._conditions, self._matcher)
        for emitter in self._selector.matching(subject.model, emits_per("model", "release")):
            if isinstance(emitter, Finding):
                units.setdefault("", _UnitBuilder()).add(emitter)
                continue
            unit = units.setdefault(emitter.group, _UnitBuilder())
            for rule in emitter.files:
                for file_subject in _subjects_for_rule(rule, subject):
                    context, context_findings = contexts.context_for(emitter, file_subject)
                    unit.findings += context_findings
                    if (
                        not context_findings
                        and (result := self._plan_file(emitter, rule, file_subject, context)) is not None
                    ):
                        unit.add(result)
        for group, unit in units.items():
            if unit.files or unit.findings:
                unit_id = f"{shared_unit_id(group)}/{subject.model.name}"
                yield PlannedUnit(unit_id, tuple(unit.files), (*unit.findings, *path_collisions(unit.files)))

    def _plan_file(
        self, emitter: Emitter, rule: FileRule, subject: RecordSubject, context: ContextValues
    ) -> PlannedFile | Finding | None:
        model = subject.model
        unit_id = f"{shared_unit_id(emitter.group)}/{model.name}"
        models = subject.placements or (model,)
        late_inputs = (
            (input_paths(self._fleet, *models), artifact_references(subject.releases, _image_references(context)))
            if rule.phase
            else ((), ())
        )
        context = {**context, "unit": unit_value(unit_id, (), *late_inputs)}
        if rule.condition is not None:
            is_enabled = self._conditions.evaluate_condition(
                emitter, rule.condition, (*rule.pointer, "when"), condition_variables(self._fleet, model, emitter)
            )
            if is_enabled is not True:
                return is_enabled if isinstance(is_enabled, Finding) else None
        paths = render_paths(self._fleet, self._templates, emitter, rule, context)
        if isinstance(paths, Finding):
            return paths
        return PlannedFile(*paths, emitter, rule, context, model, source_paths(*models))


def _subjects_for_rule(rule: FileRule, subject: RecordSubject) -> Iterator[RecordSubject]:
    if rule.scope == "model":
        yield subject
    elif rule.scope == "release":
        yield from map(subject.for_release, subject.releases)


class _RecordContexts:
    """The contexts of one model's records, each built once for all files that share it."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, matcher: DeploymentMatcher) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._matcher = matcher
        self._common_contexts: dict[tuple[str, ...], ContextValues] = {}
        self._emitter_contexts: dict[tuple[str, ...], tuple[ContextValues, tuple[Finding, ...]]] = {}

    def context_for(self, emitter: Emitter, subject: RecordSubject) -> tuple[ContextValues, tuple[Finding, ...]]:
        """The context of one emitter, and the findings that prevent it."""
        key = (
            subject.model.environment.name if subject.model.environment else "",
            *(release.version for release in subject.releases),
        )
        if key not in self._common_contexts:
            targets = tuple(self._matcher.target_of(placement) for placement in subject.placements)
            common_context = record_context(self._fleet, self._conditions, subject, targets)
            pod_labels = self._matcher.pod_labels_of(subject.model) if subject.placements else {}
            if pod_labels:
                common_context["selector"] = ComputedValue(pod_labels, (Origin("model", ("name",)),))
            self._common_contexts[key] = common_context
        if (emitter.id, *key) not in self._emitter_contexts:
            emitter_context = with_emitter_options(
                self._fleet, subject.model, emitter, self._common_contexts[key]
            ) | emitter_metadata(emitter)
            field_values, findings = record_fields_context(self._fleet, self._conditions, emitter, subject)
            self._emitter_contexts[emitter.id, *key] = (
                emitter_context | self._requested_inputs(emitter, subject) | field_values,
                findings,
            )
        return self._emitter_contexts[emitter.id, *key]

    def _requested_inputs(self, emitter: Emitter, subject: RecordSubject) -> ContextValues:
        """The values that an emitter asks for; the findings about them belong to the deployment."""
        if not subject.placements or not emitter.data.get("inputs"):
            return {}
        addon_evaluator = self._matcher.addon_evaluator(subject.model)
        return addon_evaluator.requested_inputs(emitter)[0] if addon_evaluator else {}


def _image_references(context: ContextValues) -> list[str]:
    match context["runtimeImages"]:
        case ComputedValue(list(entries)):
            return [f"{entry['image']}@{entry['digest']}" for entry in entries if isinstance(entry, dict)]
    return []
