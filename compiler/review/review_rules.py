"""What a change of a value means: its class and the reason, by rules that are kept as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

import msgspec

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Pointer
from compiler.resolve.value_diff import ABSENT, Absent, MaybeJson, ValueDifference
from compiler.source.yaml_parse import parse
from compiler.spec.merge_rules import ANY_KEY

FILE = "review_rules.yaml"


class ChangeClass(StrEnum):
    """The classes of changes, from the most to the least serious."""

    DESTRUCTIVE = "destructive"
    BREAKING = "breaking"
    RISK_RAISING = "risk-raising"
    BEHAVIOUR = "behaviour"
    PROMOTION = "promotion"
    SAFE = "safe"
    METADATA = "metadata"


Change = Literal["added", "removed", "changed", "increased", "decreased"]


class ReviewRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Which changes of values it is about, and what these mean."""

    name: str
    class_: ChangeClass
    paths: tuple[str, ...]
    reason: str
    kind: str = "Model"
    change: tuple[Change, ...] = ("changed",)
    order: tuple[str, ...] = ()

    def matches(self, kind: str, difference: ValueDifference) -> bool:
        """Whether it is about a change of a value in a document of the kind."""
        if kind != self.kind or not any(_is_at_or_below(difference.pointer, path.split(".")) for path in self.paths):
            return False
        return not change_kinds(difference, self.order).isdisjoint(self.change)


@dataclass(frozen=True, slots=True)
class ClassifiedChange:
    """A changed value with the class and the reason; `rule` is the name of the rule, empty for a value that no rule matches."""

    difference: ValueDifference
    class_: ChangeClass
    reason: str = ""
    rule: str = ""


@cache
def shipped_rules() -> tuple[ReviewRule, ...]:
    """The rules of `schemas/review_rules.yaml`."""
    [document] = parse(resources.read_shipped_text(FILE), FILE).documents
    return msgspec.convert(document.data["rules"], tuple[ReviewRule, ...])


def classify(kind: str, difference: ValueDifference, default: ChangeClass) -> ClassifiedChange:
    """The class of a changed value: the most serious one of the value and of the values in it that were added or removed with it."""
    order = tuple(ChangeClass)
    candidates = [_classify_value(kind, part, default) for part in _parts(difference)]
    worst = min(candidates, key=lambda candidate: order.index(candidate.class_))
    return ClassifiedChange(difference, worst.class_, worst.reason, worst.rule)


def _classify_value(kind: str, difference: ValueDifference, default: ChangeClass) -> ClassifiedChange:
    for rule in shipped_rules():
        if rule.matches(kind, difference):
            return ClassifiedChange(difference, rule.class_, rule.reason, rule.name)
    return ClassifiedChange(difference, default)


def _parts(difference: ValueDifference) -> Iterator[ValueDifference]:
    """The difference, and those of the values in it if the whole value was added or removed."""
    yield difference
    old, new = difference.old, difference.new
    if old is ABSENT and isinstance(new, Mapping):
        for key, value in new.items():
            yield from _parts(ValueDifference((*difference.pointer, key), ABSENT, value))
    elif new is ABSENT and isinstance(old, Mapping):
        for key, value in old.items():
            yield from _parts(ValueDifference((*difference.pointer, key), value, ABSENT))


def change_kinds(difference: ValueDifference, order: tuple[str, ...] = ()) -> frozenset[Change]:
    """How a value changed; a value that is neither added nor removed is `changed`, and may be `increased` or `decreased`, too."""
    if difference.old is ABSENT:
        return frozenset({"added"})
    if difference.new is ABSENT:
        return frozenset({"removed"})
    numbers = difference.numbers or _positions(difference.old, difference.new, order)
    if numbers is None or numbers[0] == numbers[1]:
        return _element_changes(difference.old, difference.new)
    return frozenset({"changed", "increased" if numbers[1] > numbers[0] else "decreased"})


def _positions(old: MaybeJson, new: MaybeJson, order: tuple[str, ...]) -> tuple[float, float] | None:
    return (order.index(str(old)), order.index(str(new))) if old in order and new in order else None


def _element_changes(old: MaybeJson, new: MaybeJson) -> frozenset[Change]:
    """A list that only grew is `added`, one that only shrank `removed`."""
    if isinstance(old, list) and isinstance(new, list):
        gained, lost = _missing(new, old), _missing(old, new)
        if gained != lost:
            return frozenset({"added"} if gained else {"removed"})
    return frozenset({"changed"})


def _missing(elements: list[Json], others: list[Json]) -> bool:
    """Whether an element is not among others."""
    return any(element not in others for element in elements)


def _is_at_or_below(pointer: Pointer, pattern: list[str]) -> bool:
    return len(pointer) >= len(pattern) and all(
        part in {ANY_KEY, str(actual)} for part, actual in zip(pattern, pointer, strict=False)
    )


def is_absent(value: MaybeJson) -> bool:
    """Whether there is no value."""
    return isinstance(value, Absent)
