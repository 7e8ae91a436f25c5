"""Which policies are for a model, asked once for all the models that policies cannot tell apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler.foundation.json_data import Json, Object, as_object
from compiler.policy.policy_definition import Policy
from compiler.resolve.match_selectors import selects


@dataclass(frozen=True)
class Chosen:
    """The policies that are for a model, but for the condition of their `match`."""

    policies: tuple[Policy, ...]

    @cached_property
    def on_model(self) -> tuple[Policy, ...]:
        """Those that look at the model."""
        return tuple(policy for policy in self.policies if policy.on == "model")

    @cached_property
    def on_rendered(self) -> frozenset[str]:
        """Ids of those that look at what is rendered of it."""
        return frozenset(policy.id for policy in self.policies if policy.on == "rendered")

    @cached_property
    def unconditional(self) -> frozenset[str]:
        """Ids of those that are for the model whatever a condition of a policy on models says."""
        return frozenset(policy.id for policy in self.policies if policy.on != "model" or "when" not in policy.match)


class Selection:
    """Remembers by what `match` looks at: a fleet has few kinds of models, and each is asked of in every environment."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[object, ...], Chosen] = {}
        self._asked: dict[tuple[str, ...], frozenset[str]] = {}

    def of(
        self,
        policies: Sequence[Policy],
        names: tuple[str, ...],
        model: Object,
        environment: Object,
        use_case: Callable[[], Object],
    ) -> Chosen:
        """Those of the policies that are for the model; `names` stand for the same policies each time."""
        if names not in self._asked:
            self._asked[names] = frozenset(key for policy in policies for key in policy.match)
        asked = self._asked[names]
        served = use_case() if "classification" in asked else {}
        key = (names, *_facts(asked, model, environment, served))
        if key not in self._chosen:
            self._chosen[key] = Chosen(tuple(p for p in policies if selects(p.match, model, environment, served)))
        return self._chosen[key]


def _facts(asked: frozenset[str], model: Object, environment: Object, use_case: Object) -> tuple[object, ...]:
    """Everything that `selects` looks at, where a policy asks for it."""
    risk = as_object(as_object(model.get("governance")).get("risk"))
    facts: dict[str, Json] = {
        "types": model.get("type"),
        "lifecycle": model.get("lifecycle"),
        "tiers": risk.get("tier"),
        "owners": model.get("owner"),
    }
    classes = as_object(use_case.get("classification")).items()
    return (
        *(value if key in asked else None for key, value in facts.items()),
        tuple(sorted(as_object(model.get("labels")).items(), key=str)) if "labels" in asked else None,
        (environment.get("name"), environment.get("stage")) if "environments" in asked else None,
        tuple(sorted((regime, as_object(said).get("value")) for regime, said in classes)),
    )
