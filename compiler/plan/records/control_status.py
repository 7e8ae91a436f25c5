"""What records say about a declared control: whether something enforces it, and where."""

from collections.abc import Mapping, Sequence

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.context.enforced_controls import EnforcedControl, enforced_controls
from compiler.plan.context.model_context import environment_of
from compiler.plan.emitters.conditions import CONTROL_SECTIONS, ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.records.record_subject import RecordSubject
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.language import iter_values

DATASET_DIGEST = "dataset.digest"
"""The control of a Dataset: its digest, which nothing verifies."""


def control_statuses(
    fleet: Fleet,
    conditions: ConditionEvaluator,
    subject: RecordSubject,
    release: Object,
    targets: Sequence[Emitter | None],
) -> dict[str, Json]:
    """The status of each control that a subject or its release declares, by field; `targets` render its placements."""
    model = subject.model
    by_environment = {
        environment_of(placement).name: _controls_in_force(fleet, conditions, placement, target)
        for placement, target in zip(subject.placements, targets, strict=True)
        if placement.release and model.release and placement.release.version == model.release.version
    }
    statuses = (
        {DATASET_DIGEST: "declared, not verified"} if any("digest" in one.data for one in subject.datasets) else {}
    )
    language = fleet.language.type_language(model.spec.data["type"])
    deployed = [placement.json for placement in (model, *subject.placements)]
    controls = [
        *((control, [release]) for control in language.release_controls),
        *((control, deployed) for control in language.model_controls),
    ]
    for control, holders in controls:
        if any(True for holder in holders for _ in iter_values(holder, control.pointer)):
            field = _field(control.pointer)
            statuses[field] = _status(control.value, {name: found.get(field) for name, found in by_environment.items()})
    return {field: {"status": status} for field, status in statuses.items()}


def _field(pointer: Pointer) -> str:
    return ".".join(str(part) for part in pointer if part != "*")


def _controls_in_force(
    fleet: Fleet, conditions: ConditionEvaluator, placement: ResolvedModel, target: Emitter | None
) -> Mapping[str, EnforcedControl]:
    if target is None:
        return {}
    results = conditions.evaluate_sections(target, CONTROL_SECTIONS, condition_variables(fleet, placement, target))
    return {control.field: control for control in enforced_controls(target, results)}


def _status(verb: str, by_environment: Mapping[str, EnforcedControl | None]) -> str:
    """`enforced by …` if that is so in each environment, else where it is not."""
    in_force = {name: control for name, control in by_environment.items() if control and not control.is_passed_on}
    if in_force:
        by = " and ".join(dict.fromkeys(control.by for control in in_force.values()))
        if len(in_force) == len(by_environment):
            return f"{verb} by {by}"
        environments = " and ".join(in_force)
        return f"declared; {verb} in {environments} only, by {by}"
    receivers = dict.fromkeys(control.by for control in by_environment.values() if control)
    return f"declared, passed to {' and '.join(receivers)}" if receivers else f"declared, not {verb}"
