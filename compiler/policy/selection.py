"""Which policies are for a model, asked once for all the models that policies cannot tell apart."""

from collections.abc import Callable, Sequence

from compiler.policy.policy import Policy
from compiler.resolve.select import selects
from compiler.values import Json, Object, as_object


class Selection:
    """Remembers by what `match` looks at: a fleet has few kinds of models, and each is asked of in every environment."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[object, ...], tuple[Policy, ...]] = {}
        self._asked: dict[tuple[str, ...], frozenset[str]] = {}

    def of(
        self, policies: Sequence[Policy], model: Object, environment: Object, use_case: Callable[[], Object]
    ) -> tuple[Policy, ...]:
        """Those of the policies that are for the model, but for the condition of their `match`."""
        ids = tuple(policy.id for policy in policies)
        if ids not in self._asked:
            self._asked[ids] = frozenset(key for policy in policies for key in policy.match)
        asked = self._asked[ids]
        served = use_case() if "classification" in asked else {}
        key = (ids, *_facts(asked, model, environment, served))
        if key not in self._chosen:
            self._chosen[key] = tuple(p for p in policies if selects(p.match, model, environment, served))
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
