"""When models are trained by the clock, as those see it who make the jobs for it."""

from compiler.foundation.provenance import ComputedValue, ContextValue, ObjectValue, Origin, computed_list
from compiler.resolve.fleet import Fleet
from compiler.resolve.retrain_schedules import retrain_schedule

_SCHEDULE_POINTER = ("pipeline", "retrain", "schedule")


def retrain_schedule_values(fleet: Fleet) -> ComputedValue:
    """Each schedule once, in order, with the models that are trained by it."""
    by_cron: dict[str, list[str]] = {}
    for name in fleet.portfolio.by_kind("Model"):
        schedule = retrain_schedule(fleet, name)
        if schedule is not None:
            by_cron.setdefault(schedule[1], []).append(name)
    return computed_list([_schedule_value(cron, names) for cron, names in sorted(by_cron.items())], ())


def _schedule_value(cron: str, names: list[str]) -> ContextValue:
    origins = tuple(Origin(f"Model/{name}", _SCHEDULE_POINTER) for name in names)
    models: list[ContextValue] = [ComputedValue(name, (Origin(f"Model/{name}", ("name",)),)) for name in names]
    return ObjectValue({"cron": ComputedValue(cron, origins), "models": computed_list(models, origins)})
