"""Schedules of models that a program which runs them cannot tell apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.model_facts import ModelFacts
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.resolve.retrain_schedules import SCHEDULE_POINTER, TIME_ZONE_POINTER, UTC, RetrainSchedule


def schedule_findings(fleet: Fleet, models: Sequence[ModelFacts], addons: Sequence[Emitter]) -> Iterator[Finding]:
    """The models whose cron expression another model uses in another time zone, if an emitter knows schedules by the expression."""
    emitter = next((addon for addon in addons if addon.data.get("schedulesByCron")), None)
    if emitter is None:
        return
    first_schedules: dict[str, tuple[str, RetrainSchedule]] = {}
    for name, schedule in ((model.name, model.retrain_schedule) for model in models):
        if schedule is None:
            continue
        first_name, first_schedule = first_schedules.setdefault(schedule.cron, (name, schedule))
        if schedule != first_schedule and (model := _model(fleet, name)):
            yield _finding(emitter, model, schedule, _model(fleet, first_name), first_schedule)


def _finding(
    emitter: Emitter,
    model: ResolvedModel,
    schedule: RetrainSchedule,
    first_model: ResolvedModel | None,
    first_schedule: RetrainSchedule,
) -> Finding:
    message = (
        f"{emitter.title} starts a run with its cron expression and without its time zone: `{schedule.cron}` is in "
        f"{schedule.time_zone} here, and in {first_schedule.time_zone} in another model"
    )
    help_ = "use another minute, or the same time zone"
    finding = model.finding(codes.AMBIGUOUS_SCHEDULE, message, _pointer(schedule), help_)
    location = first_model.location(_pointer(first_schedule)) if first_model else None
    return replace(finding, notes=(Note("the other model is scheduled here", location),)) if location else finding


def _model(fleet: Fleet, name: str) -> ResolvedModel | None:
    return fleet.resolve(name, fleet.environments_of(name)[0])[0]


def _pointer(schedule: RetrainSchedule) -> Pointer:
    return SCHEDULE_POINTER if schedule.time_zone == UTC else TIME_ZONE_POINTER
