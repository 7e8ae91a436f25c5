"""The retraining schedules of models."""

from compiler.foundation.json_data import as_object, as_str
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


def retrain_schedule(fleet: Fleet, name: str) -> tuple[ResolvedModel, str] | None:
    """A model in its first environment and its schedule in UTC; `None` without a schedule, or with one in another time zone."""
    model, _ = fleet.resolve(name, fleet.environments_of(name)[0])
    retrain = as_object(as_object(model.data.get("pipeline")).get("retrain")) if model else {}
    if model is None or not retrain or as_str(retrain.get("timeZone")) not in {"", "UTC"}:
        return None
    return model, as_str(retrain["schedule"])
