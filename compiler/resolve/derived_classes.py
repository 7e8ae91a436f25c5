"""The class of a use case under a law, derived from its facts by a table of rules that is shipped as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str, plain_data
from compiler.source.yaml_parse import parse
from compiler.spec.data_types import UseCaseData

REGIMES = ("eu-ai-act", "us-federal")
"""The regimes with a table."""


@dataclass(frozen=True, slots=True)
class DerivedClass:
    """The class that follows from the facts, and the stated one; `stated` is empty if the use case states none."""

    regime: str
    value: str
    reason: str
    stated: str
    is_understated: bool
    """Whether the stated class is less strict."""


def derived_classes(use_case: UseCaseData) -> tuple[DerivedClass, ...]:
    """The classes that follow from the facts of a use case; none without facts."""
    return tuple(_derive(_table(regime), use_case) for regime in REGIMES if _matching_rule(regime, use_case))


def derived_class_entries(use_case: UseCaseData) -> list[Object]:
    """The derived classes as plain data."""
    return [
        {
            "regime": entry.regime, "value": entry.value, "reason": entry.reason, "stated": entry.stated,
            "understated": entry.is_understated,
        }
        for entry in derived_classes(use_case)
    ]  # fmt: skip


def _derive(table: Object, use_case: UseCaseData) -> DerivedClass:
    regime, order = as_str(table["regime"]), [as_str(name) for name in as_list(table["classes"])]
    rule = _matching_rule(regime, use_case) or {}
    classification = use_case.get("classification", {})
    stated = classification[regime]["value"] if regime in classification else ""
    value = as_str(rule["class"])
    return DerivedClass(regime, value, as_str(rule["reason"]), stated, _is_understated(order, stated, value))


def _is_understated(order: list[str], stated: str, derived: str) -> bool:
    """Whether a stated class is less strict; a class outside of the order, such as `gpai`, cannot be compared."""
    if not stated:
        return derived != order[-1]
    return stated in order and order.index(stated) > order.index(derived)


def _matching_rule(regime: str, use_case: UseCaseData) -> Object | None:
    facts = plain_data(use_case.get("facts", {}))
    rules = (as_object(rule) for rule in as_list(_table(regime)["rules"]))
    return next((rule for rule in rules if _applies(rule, facts)), None)


def _applies(rule: Object, facts: Object) -> bool:
    required, excluded = as_object(rule["when"]), as_object(rule.get("unless"))
    return all(_has_one_of(facts, key, required) for key in required) and not any(
        _has_one_of(facts, key, excluded) for key in excluded
    )


def _has_one_of(facts: Object, key: str, values: Mapping[str, Json]) -> bool:
    return any(value in as_list(values[key]) for value in _fact_values(facts.get(key)))


def _fact_values(fact: Json) -> Iterator[Json]:
    if isinstance(fact, list):
        yield from fact
    elif fact is not None:
        yield fact


@cache
def _table(regime: str) -> Object:
    path = f"classification/{regime}.yaml"
    return as_object(parse(resources.read_shipped_text(path), path).documents[0].data)
