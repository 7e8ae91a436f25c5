"""Which models policies and waivers select, without evaluating conditions."""

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.resolved_model import ResolvedModel


def matches_selector(match: Object, model: Object, environment: Object, use_case: Object) -> bool:
    """Whether a model satisfies a policy's `match`, apart from its condition."""
    tier = as_object(as_object(model.get("governance")).get("risk")).get("tier")
    return (
        _matches_field(match, "types", model.get("type"))
        and _matches_field(match, "lifecycle", model.get("lifecycle"))
        and _matches_field(match, "tiers", tier)
        and _matches_field(match, "owners", model.get("owner"))
        and _has_labels(as_object(model.get("labels")), match.get("labels"))
        and _matches_environment(match.get("environments"), environment)
        and _matches_classification(match.get("classification"), use_case)
    )


def waiver_applies(waiver: Object, model: ResolvedModel) -> bool:
    """Whether a waiver applies to a model in its environment."""
    selector, environment = as_object(waiver.get("models")), model.environment
    return (
        _matches_field(selector, "names", model.name)
        and _matches_field(selector, "owners", model.data.get("owner"))
        and _has_labels(as_object(model.data.get("labels")), selector.get("labels"))
        and _matches_environment(waiver.get("environments"), environment.data if environment else {})
    )


def _matches_field(match: Object, key: str, value: Json) -> bool:
    return key not in match or value in as_list(match[key])


def _has_labels(labels: Object, required_labels: Json) -> bool:
    return all(labels.get(key) == value for key, value in as_object(required_labels).items())


def _matches_environment(names: Json, environment: Object) -> bool:
    if names is None:
        return True
    return not {as_str(name) for name in as_list(names)}.isdisjoint({environment.get("name"), environment.get("stage")})


def _matches_classification(required_classes: Json, use_case: Object) -> bool:
    classes = as_object(use_case.get("classification"))
    return all(
        as_object(classes.get(regime)).get("value") in as_list(values)
        for regime, values in as_object(required_classes).items()
    )
