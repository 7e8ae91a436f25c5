"""The files of one model, wherever it runs or does not, and of each of its releases that runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, as_list, as_object
from compiler.foundation.provenance import ComputedValue
from compiler.plan.context.artifact_refs import artifact_references
from compiler.plan.context.model_context import ContextValues, model_context, with_emitter_options
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.matching.addons import AddonEvaluator
from compiler.plan.matching.compatibility import CompatibilityChecker
from compiler.plan.matching.emitter_evaluation import condition_variables, evaluate_emitter, with_emitter_context
from compiler.plan.matching.emitter_selection import emits_per, matching_emitters
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
from compiler.plan.planning_services import PlanningServices
from compiler.plan.records.record_context import record_context
from compiler.plan.records.record_fields import record_fields_context
from compiler.plan.records.record_subject import RecordSubject, record_subject
from compiler.resolve.resolved_model import ResolvedModel


@dataclass
class _UnitBuilder:
    """What a class of emitters makes of a model."""

    files: list[PlannedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, result: PlannedFile | Finding) -> None:
        if isinstance(result, Finding):
            self.findings.append(result)
        else:
            self.files.append(result)


def plan_model_units(
    services: PlanningServices, checker: CompatibilityChecker, resolved_models: Sequence[ResolvedModel]
) -> Iterator[PlannedUnit]:
    """A unit for each class of emitters that makes something of a model; `places`: the model where it is judged."""
    subject = record_subject(services, resolved_models)
    units: dict[str, _UnitBuilder] = {}
    contexts = _RecordContexts(services, checker)
    for emitter in matching_emitters(services, subject.model, filter(emits_per("model", "release"), services.addons)):
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
                    and (result := _plan_file(services, emitter, rule, file_subject, context)) is not None
                ):
                    unit.add(result)
    for group, unit in units.items():
        if unit.files or unit.findings:
            unit_id = f"{shared_unit_id(group)}/{subject.model.name}"
            yield PlannedUnit(unit_id, tuple(unit.files), (*unit.findings, *path_collisions(unit.files)))


def _subjects_for_rule(rule: FileRule, subject: RecordSubject) -> Iterator[RecordSubject]:
    if rule.scope == "model":
        yield subject
    elif rule.scope == "release":
        yield from map(subject.for_release, subject.releases)


class _RecordContexts:
    """What templates see of what is told, made once for all files of it."""

    def __init__(self, services: PlanningServices, checker: CompatibilityChecker) -> None:
        self._services = services
        self._checker = checker
        self._common_contexts: dict[tuple[str, ...], ContextValues] = {}
        self._emitter_contexts: dict[tuple[str, ...], tuple[ContextValues, tuple[Finding, ...]]] = {}

    def context_for(self, emitter: Emitter, subject: RecordSubject) -> tuple[ContextValues, tuple[Finding, ...]]:
        """The context of one emitter, and why it cannot be made."""
        key = (
            subject.model.environment.name if subject.model.environment else "",
            *(release.version for release in subject.releases),
        )
        if key not in self._common_contexts:
            target = self._checker.resolve_target(subject.model) if subject.placements else None
            self._common_contexts[key] = record_context(
                self._services, subject, None if isinstance(target, Finding) else target
            )
        if (emitter.id, *key) not in self._emitter_contexts:
            emitter_context = with_emitter_options(
                self._services, subject.model, emitter, self._common_contexts[key]
            ) | emitter_metadata(emitter)
            field_values, findings = record_fields_context(self._services, emitter, subject)
            self._emitter_contexts[emitter.id, *key] = (
                emitter_context | self._requested_inputs(emitter, subject) | field_values,
                findings,
            )
        return self._emitter_contexts[emitter.id, *key]

    def _requested_inputs(self, emitter: Emitter, subject: RecordSubject) -> ContextValues:
        """What is only worked out for an emitter that asks for it; what is wrong with it is told where the model runs."""
        target = (
            self._checker.resolve_target(subject.model) if subject.placements and emitter.data.get("asks") else None
        )
        if target is None or isinstance(target, Finding):
            return {}
        target_evaluation = evaluate_emitter(self._services, subject.model, target)
        context = with_emitter_context(target_evaluation, self._services, model_context(self._services, subject.model))
        return AddonEvaluator(self._services, target_evaluation, context).requested_inputs(emitter)[0]


def _plan_file(
    services: PlanningServices, emitter: Emitter, rule: FileRule, subject: RecordSubject, context: ContextValues
) -> PlannedFile | Finding | None:
    model = subject.model
    unit_id = f"{shared_unit_id(emitter.group)}/{model.name}"
    models = subject.placements or (model,)
    late_inputs = (
        (input_paths(services.fleet, *models), artifact_references(subject.releases, _image_references(context)))
        if rule.phase
        else ((), ())
    )
    context = {**context, "unit": unit_value(unit_id, (), *late_inputs)}
    if rule.condition is not None:
        is_enabled = services.conditions.evaluate_condition(
            emitter, rule.condition, (*rule.pointer, "when"), condition_variables(services, model, emitter)
        )
        if is_enabled is not True:
            return is_enabled if isinstance(is_enabled, Finding) else None
    paths = render_paths(services, emitter, rule, context)
    if isinstance(paths, Finding):
        return paths
    return PlannedFile(*paths, emitter, rule, context, model, source_paths(*models))


def _image_references(context: ContextValues) -> list[Json]:
    images = context["runtimeImages"]
    entries = map(as_object, as_list(images.value if isinstance(images, ComputedValue) else []))
    return [f"{entry['image']}@{entry['digest']}" for entry in entries]
