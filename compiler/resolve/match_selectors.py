"""Which models policies and waivers select, without evaluating conditions."""

from collections.abc import Mapping, Sequence

from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import EnvironmentData, MatchData, ModelData, ModelSelectorData, UseCaseData, WaiverData


def matches_policy(
    match: MatchData, model: ModelData, environment: EnvironmentData | None, use_case: UseCaseData | None
) -> bool:
    """Whether a model satisfies a policy's `match`, apart from its condition."""
    return (
        matches_selector(match, model, use_case)
        and ("owners" not in match or model.get("owner") in match["owners"])
        and _has_labels(model.get("labels", {}), match.get("labels", {}))
        and matches_environment(match.get("environments"), environment)
    )


def matches_selector(selector: ModelSelectorData, model: ModelData, use_case: UseCaseData | None) -> bool:
    """Whether a model satisfies a selector of an emitter or of a rule about approvals."""
    return (
        ("types" not in selector or model.get("type") in selector["types"])
        and ("lifecycle" not in selector or model.get("lifecycle") in selector["lifecycle"])
        and ("tiers" not in selector or model.get("governance", {}).get("risk", {}).get("tier") in selector["tiers"])
        and _matches_classification(selector.get("classification", {}), use_case)
    )


def waiver_applies(waiver: WaiverData, model: ResolvedModel) -> bool:
    """Whether a waiver is for a model in its environment."""
    selector = waiver["models"]
    return (
        ("names" not in selector or model.name in selector["names"])
        and ("owners" not in selector or model.data["owner"] in selector["owners"])
        and _has_labels(model.data.get("labels", {}), selector.get("labels", {}))
        and matches_environment(waiver.get("environments"), model.environment.data if model.environment else None)
    )


def _has_labels(labels: Mapping[str, str], required_labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in required_labels.items())


def matches_environment(names: Sequence[str] | None, environment: EnvironmentData | None) -> bool:
    """Whether names of environments and stages include an environment; `None` includes all, and no environment."""
    if names is None:
        return True
    return environment is not None and (environment.get("name") in names or environment.get("stage") in names)


def _matches_classification(required_classes: Mapping[str, Sequence[str]], use_case: UseCaseData | None) -> bool:
    classes = use_case.get("classification", {}) if use_case else {}
    return all(
        regime in classes and classes[regime].get("value") in values for regime, values in required_classes.items()
    )
