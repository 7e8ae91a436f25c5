"""Which policies select a model, evaluated once for all models with the same properties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.foundation.json_data import Json, Object, as_object
from compiler.policy.policy_definition import Policy
from compiler.resolve.match_selectors import matches_selector


@dataclass(frozen=True)
class SelectedPolicies:
    """The policies that select the model, apart from the conditions of their `match`."""

    policies: tuple[Policy, ...]

    @cached_property
    def model_policies(self) -> tuple[Policy, ...]:
        """Policies about the model."""
        return tuple(policy for policy in self.policies if policy.subject_kind == "model")

    @cached_property
    def rendered_ids(self) -> frozenset[str]:
        """The ids of policies about its rendered objects."""
        return frozenset(policy.id for policy in self.policies if policy.subject_kind == "rendered")

    @cached_property
    def unconditional_ids(self) -> frozenset[str]:
        """The ids of policies that apply without a condition."""
        return frozenset(
            policy.id for policy in self.policies if policy.subject_kind != "model" or "when" not in policy.match
        )


class MatchCache:
    """Caches by the properties that `match` reads: a fleet has few combinations, and each model is looked up in every environment."""

    def __init__(self) -> None:
        self._selected_by_key: dict[tuple[object, ...], SelectedPolicies] = {}
        self._match_keys: dict[tuple[str, ...], frozenset[str]] = {}

    def select_policies(
        self,
        policies: Sequence[Policy],
        names: tuple[str, ...],
        model: Object,
        environment: Object,
        use_case: Callable[[], Object],
    ) -> SelectedPolicies:
        """The policies that select the model; equal `names` stand for the same policies."""
        if names not in self._match_keys:
            self._match_keys[names] = frozenset(key for policy in policies for key in policy.match)
        match_keys = self._match_keys[names]
        use_case_data = use_case() if "classification" in match_keys else {}
        key = (names, *_match_values(match_keys, model, environment, use_case_data))
        if key not in self._selected_by_key:
            self._selected_by_key[key] = SelectedPolicies(
                tuple(p for p in policies if matches_selector(p.match, model, environment, use_case_data))
            )
        return self._selected_by_key[key]


def _match_values(
    match_keys: frozenset[str], model: Object, environment: Object, use_case: Object
) -> tuple[object, ...]:
    """Everything that `match` reads, as far as a policy uses it."""
    risk = as_object(as_object(model.get("governance")).get("risk"))
    values: dict[str, Json] = {
        "types": model.get("type"),
        "lifecycle": model.get("lifecycle"),
        "tiers": risk.get("tier"),
        "owners": model.get("owner"),
    }
    classes = as_object(use_case.get("classification")).items()
    return (
        *(value if key in match_keys else None for key, value in values.items()),
        tuple(sorted(as_object(model.get("labels")).items(), key=str)) if "labels" in match_keys else None,
        (environment.get("name"), environment.get("stage")) if "environments" in match_keys else None,
        tuple(sorted((regime, as_object(entry).get("value")) for regime, entry in classes)),
    )
