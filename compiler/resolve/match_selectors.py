"""Whom policies and waivers speak of: what can be told of a model without asking a condition."""

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.resolved_model import ResolvedModel


def selects(match: Object, model: Object, environment: Object, use_case: Object) -> bool:
    """Whether all that a policy's `match` says holds, but for its condition."""
    tier = as_object(as_object(model.get("governance")).get("risk")).get("tier")
    return (
        _is_in(match, "types", model.get("type"))
        and _is_in(match, "lifecycle", model.get("lifecycle"))
        and _is_in(match, "tiers", tier)
        and _is_in(match, "owners", model.get("owner"))
        and _has(as_object(model.get("labels")), match.get("labels"))
        and _runs_in(match.get("environments"), environment)
        and _classified(match.get("classification"), use_case)
    )


def waives(waiver: Object, model: ResolvedModel) -> bool:
    """Whether a waiver is for a model, where it runs."""
    who, environment = as_object(waiver.get("models")), model.environment
    return (
        _is_in(who, "names", model.name)
        and _is_in(who, "owners", model.data.get("owner"))
        and _has(as_object(model.data.get("labels")), who.get("labels"))
        and _runs_in(waiver.get("environments"), environment.data if environment else {})
    )


def _is_in(match: Object, key: str, value: Json) -> bool:
    return key not in match or value in as_list(match[key])


def _has(labels: Object, wanted: Json) -> bool:
    return all(labels.get(key) == value for key, value in as_object(wanted).items())


def _runs_in(names: Json, environment: Object) -> bool:
    if names is None:
        return True
    return not {as_str(name) for name in as_list(names)}.isdisjoint({environment.get("name"), environment.get("stage")})


def _classified(wanted: Json, use_case: Object) -> bool:
    classes = as_object(use_case.get("classification"))
    return all(
        as_object(classes.get(regime)).get("value") in as_list(values) for regime, values in as_object(wanted).items()
    )
