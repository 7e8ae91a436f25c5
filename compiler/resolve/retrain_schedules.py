"""The retraining schedules of models."""

from collections.abc import Iterable

from compiler.foundation.provenance import ComputedValue, ContextValue, ObjectValue, Origin, computed_list
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

_SCHEDULE_POINTER = ("pipeline", "retrain", "schedule")


def retrain_schedule(fleet: Fleet, name: str) -> tuple[ResolvedModel, str] | None:
    """A model in its first environment and its schedule in UTC; `None` without a schedule, or with one in another time zone."""
    model, _ = fleet.resolve(name, fleet.environments_of(name)[0])
    retrain = model.data.get("pipeline", {}).get("retrain") if model else None
    if model is None or not retrain or retrain.get("timeZone", "UTC") != "UTC":
        return None
    return model, retrain["schedule"]


def retrain_schedule_values(schedules: Iterable[tuple[str, str]]) -> ComputedValue:
    """Each schedule once, in order, with the models that are retrained on it, as templates read them.

    `schedules`: the name of a model, and its schedule, empty without one.
    """
    by_cron: dict[str, list[str]] = {}
    for name, schedule in schedules:
        if schedule:
            by_cron.setdefault(schedule, []).append(name)
    return computed_list([_schedule_value(cron, names) for cron, names in sorted(by_cron.items())], ())


def _schedule_value(cron: str, names: list[str]) -> ContextValue:
    origins = tuple(Origin(f"Model/{name}", _SCHEDULE_POINTER) for name in names)
    models: list[ContextValue] = [ComputedValue(name, (Origin(f"Model/{name}", ("name",)),)) for name in names]
    return ObjectValue({"cron": ComputedValue(cron, origins), "models": computed_list(models, origins)})
