"""The files of the project, of which there is one each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from compiler.foundation.provenance import ContextValue, ObjectValue, computed_list
from compiler.plan.codeowners.ownership_claims import CommittedFile
from compiler.plan.codeowners.ownership_rules import ownership_rules
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.plan.model_facts import ModelFacts
from compiler.plan.planned_units import PlannedUnit
from compiler.plan.shared_files import (
    DEPLOYMENTS_VARIABLE,
    SharedFilePlanner,
    deployment_value,
    input_document_paths,
    shared_context,
)
from compiler.resolve.fleet import Fleet
from compiler.resolve.retrain_schedules import retrain_schedule_values

OWNERS_VARIABLE = "codeOwners"
"""The owners of files: every unit must be planned to know them."""
_SCHEDULES_VARIABLE = "schedules"


def plan_project_units(
    fleet: Fleet,
    planner: SharedFilePlanner,
    read_models: Callable[[], Sequence[ModelFacts]],
    committed_files: Sequence[CommittedFile] | None,
    inventory: "ContextValue | None",
) -> Iterator[PlannedUnit]:
    """The units of the project; `committed_files` of other units, if a template reads their owners, else `None`."""
    if not planner.has_rules("project"):
        return
    variables = (DEPLOYMENTS_VARIABLE, _SCHEDULES_VARIABLE)
    is_read = any(planner.may_read("project", variable) for variable in variables)
    models = read_models() if is_read or committed_files is not None or planner.has_late_rules("project") else ()
    deployments = [deployment for model in models for deployment in model.deployments]
    sources = tuple(dict.fromkeys((*input_document_paths(fleet, deployments), *_shared_document_paths(fleet))))
    context = {
        **shared_context(fleet, _deployment_values(planner, deployments)),
        _SCHEDULES_VARIABLE: retrain_schedule_values((model.name, model.retrain_schedule) for model in models),
    }
    units = planner.plan_units("project", "", context, sources, inventory)
    if committed_files is None:
        yield from units
        return
    own_files = [
        CommittedFile(file.commit_path, "", unit.id) for unit in units for file in unit.files if file.commit_path
    ]
    rules, findings = ownership_rules(fleet, models, [*committed_files, *own_files])
    full_context = {**context, OWNERS_VARIABLE: computed_list([item.template_value for item in rules], ())}
    for unit in planner.plan_units("project", "", full_context, sources, inventory):
        yield replace(unit, findings=(*findings, *unit.findings))


def _deployment_values(planner: SharedFilePlanner, deployments: Sequence[DeploymentFacts]) -> list[ObjectValue]:
    """The deployments as templates see them, if one reads them: those of a large fleet take much memory."""
    if not planner.may_read("project", DEPLOYMENTS_VARIABLE):
        return []
    return [deployment_value(item, None) for item in deployments]


def _shared_document_paths(fleet: Fleet) -> Iterator[str]:
    for kind in ("Team", "UseCase", "Dataset", "Environment"):
        for spec in fleet.portfolio.by_kind(kind).values():
            yield spec.document.path
