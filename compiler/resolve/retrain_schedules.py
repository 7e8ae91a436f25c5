"""The retraining schedules of models."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from compiler.foundation.provenance import ComputedValue, ContextValue, ObjectValue, Origin, computed_list
from compiler.resolve.fleet import Fleet

SCHEDULE_POINTER: Final = ("pipeline", "retrain", "schedule")
TIME_ZONE_POINTER: Final = ("pipeline", "retrain", "timeZone")
UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, order=True)
class RetrainSchedule:
    """When a model is retrained: the cron expression, and the time zone that its hours are in."""

    cron: str
    time_zone: str


def retrain_schedule(fleet: Fleet, name: str) -> RetrainSchedule | None:
    """The schedule of a model in its first environment."""
    model, _ = fleet.resolve(name, fleet.environments_of(name)[0])
    retrain = model.data.get("pipeline", {}).get("retrain") if model else None
    return RetrainSchedule(retrain["schedule"], retrain.get("timeZone", UTC)) if retrain else None


def retrain_schedule_values(schedules: Iterable[tuple[str, RetrainSchedule | None]]) -> ComputedValue:
    """Each schedule once, in order, with the models that are retrained on it, as templates read them.

    `schedules`: the name of a model, and its schedule.
    """
    names: dict[RetrainSchedule, list[str]] = {}
    for name, schedule in schedules:
        if schedule is not None:
            names.setdefault(schedule, []).append(name)
    return computed_list([_schedule_value(schedule, names[schedule]) for schedule in sorted(names)], ())


def _schedule_value(schedule: RetrainSchedule, names: list[str]) -> ContextValue:
    origins = tuple(Origin(f"Model/{name}", SCHEDULE_POINTER) for name in names)
    zone_origins = tuple(Origin(f"Model/{name}", TIME_ZONE_POINTER) for name in names)
    models: list[ContextValue] = [ComputedValue(name, (Origin(f"Model/{name}", ("name",)),)) for name in names]
    members: dict[str, ContextValue] = {
        "cron": ComputedValue(schedule.cron, origins),
        "models": computed_list(models, origins),
    }
    if schedule.time_zone != UTC:
        members["timeZone"] = ComputedValue(schedule.time_zone, zone_origins)
    return ObjectValue(members)
