"""The class of a use case under a law, derived from its facts by a table of rules that is shipped as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object
from compiler.source.yaml_parse import parse

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


class _Rule(msgspec.Struct, frozen=True):
    """A rule of a table: it applies if each fact of `when` has one of the values, and no fact of `unless` has."""

    class_: str = msgspec.field(name="class")
    when: dict[str, list[str | bool]]
    reason: str
    unless: dict[str, list[str | bool]] = msgspec.field(default_factory=dict)


class _Table(msgspec.Struct, frozen=True):
    """The rules of a regime; `classes` are those that can be compared, the strictest first."""

    regime: str
    classes: list[str]
    rules: list[_Rule]


class _StatedClass(msgspec.Struct, frozen=True):
    value: str


class _UseCase(msgspec.Struct, frozen=True):
    """What the rules read of a use case."""

    facts: dict[str, str | bool | list[str]] = msgspec.field(default_factory=dict)
    classification: dict[str, _StatedClass] = msgspec.field(default_factory=dict)


def derived_classes(use_case: Object) -> tuple[DerivedClass, ...]:
    """The classes that follow from the facts of a use case; none without facts, or for an example that is no use case."""
    try:
        facts = msgspec.convert(use_case, _UseCase)
    except msgspec.ValidationError:
        return ()
    return tuple(derived for table in map(_table, REGIMES) for derived in _derive(table, facts))


def derived_class_entries(use_case: Object) -> list[Json]:
    """The derived classes as plain data."""
    return [
        {
            "regime": entry.regime, "value": entry.value, "reason": entry.reason, "stated": entry.stated,
            "understated": entry.is_understated,
        }
        for entry in derived_classes(use_case)
    ]  # fmt: skip


def _derive(table: _Table, use_case: _UseCase) -> Iterator[DerivedClass]:
    """The class of the first rule that applies."""
    rule = next((rule for rule in table.rules if _applies(rule, use_case.facts)), None)
    if rule is None:
        return
    stated_class = use_case.classification.get(table.regime)
    stated = stated_class.value if stated_class else ""
    is_understated = _is_understated(table.classes, stated, rule.class_)
    yield DerivedClass(table.regime, rule.class_, rule.reason, stated, is_understated)


def _is_understated(order: list[str], stated: str, derived: str) -> bool:
    """Whether a stated class is less strict; a class outside of the order, such as `gpai`, cannot be compared."""
    if not stated:
        return derived != order[-1]
    return stated in order and order.index(stated) > order.index(derived)


def _applies(rule: _Rule, facts: Mapping[str, str | bool | list[str]]) -> bool:
    def has_one_of(key: str, values: list[str | bool]) -> bool:
        fact = facts.get(key)
        return any(value in values for value in (fact if isinstance(fact, list) else (fact,)))

    return all(has_one_of(*condition) for condition in rule.when.items()) and not any(
        has_one_of(*condition) for condition in rule.unless.items()
    )


@cache
def _table(regime: str) -> _Table:
    path = f"classification/{regime}.yaml"
    return msgspec.convert(parse(resources.read_shipped_text(path), path).documents[0].data, _Table)
