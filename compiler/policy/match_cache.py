"""Which policies select a model, evaluated once for all models with the same properties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.policy.policy_definition import Policy
from compiler.resolve.match_selectors import matches_policy
from compiler.spec.data_types import EnvironmentData, ModelData, UseCaseData


@dataclass(frozen=True)
class SelectedPolicies:
    """The policies that select the model, apart from the conditions of their `match`."""

    policies: tuple[Policy, ...]

    @cached_property
    def model_policies(self) -> tuple[Policy, ...]:
        """Policies about the model."""
        return tuple(policy for policy in self.policies if policy.scope == "model")

    @cached_property
    def object_policy_ids(self) -> frozenset[str]:
        """The ids of policies in scope `object`."""
        return frozenset(policy.id for policy in self.policies if policy.scope == "object")

    @cached_property
    def unconditional_ids(self) -> frozenset[str]:
        """The ids of policies that apply without a condition."""
        return frozenset(policy.id for policy in self.policies if policy.scope != "model" or "when" not in policy.match)


class MatchCache:
    """Caches by the properties that `match` reads: a fleet has few combinations, and each model is looked up in every environment."""

    def __init__(self) -> None:
        self._selected_by_key: dict[tuple[object, ...], SelectedPolicies] = {}
        self._match_keys: dict[tuple[str, ...], frozenset[str]] = {}

    def select_policies(
        self,
        policies: Sequence[Policy],
        names: tuple[str, ...],
        model: ModelData,
        environment: EnvironmentData | None,
        use_case: Callable[[], UseCaseData | None],
    ) -> SelectedPolicies:
        """The policies that select the model; equal `names` mean the same policies."""
        if names not in self._match_keys:
            self._match_keys[names] = frozenset(key for policy in policies for key in policy.match)
        match_keys = self._match_keys[names]
        use_case_data = use_case() if "classification" in match_keys else None
        key = (names, *_match_values(match_keys, model, environment, use_case_data))
        if key not in self._selected_by_key:
            self._selected_by_key[key] = SelectedPolicies(
                tuple(p for p in policies if matches_policy(p.match, model, environment, use_case_data))
            )
        return self._selected_by_key[key]


def _match_values(
    match_keys: frozenset[str], model: ModelData, environment: EnvironmentData | None, use_case: UseCaseData | None
) -> tuple[object, ...]:
    """Everything that `match` reads, as far as a policy uses it."""
    values = {
        "types": model["type"],
        "lifecycle": model["lifecycle"],
        "tiers": model.get("governance", {}).get("risk", {}).get("tier"),
        "owners": model["owner"],
    }
    classes = use_case.get("classification", {}) if use_case else {}
    return (
        *(value if key in match_keys else None for key, value in values.items()),
        tuple(sorted(model.get("labels", {}).items())) if "labels" in match_keys else None,
        (environment["name"], environment["stage"]) if environment and "environments" in match_keys else None,
        tuple(sorted((regime, entry["value"]) for regime, entry in classes.items())),
    )
