"""Differences of two values by meaning: elements of lists by their key, sets without order, quantities as quantities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Pointer, format_path
from compiler.spec.cel_variables import quantity_number
from compiler.spec.language import AnnotationTree
from compiler.spec.merge_rules import ANY_KEY, NO_MERGE_RULES, MergeRules


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no value: not even null."""


ABSENT = Absent()
MaybeJson = Json | Absent


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A value that differs. Elements of lists that have a key are named by it in the pointer.

    `quantity` is the quantity that both texts state, such as `duration`; empty for other values.
    """

    pointer: Pointer
    old: MaybeJson
    new: MaybeJson
    quantity: str = ""

    @property
    def path(self) -> str:
        """The pointer as people write it."""
        return format_path(self.pointer)

    @property
    def numbers(self) -> tuple[float, float] | None:
        """Both values as numbers, if they are numbers or quantities."""
        old, new = _number(self.old, self.quantity), _number(self.new, self.quantity)
        return None if old is None or new is None else (old, new)


def diff_values(
    old: MaybeJson,
    new: MaybeJson,
    rules: MergeRules = NO_MERGE_RULES,
    quantities: AnnotationTree | None = None,
    pointer: Pointer = (),
) -> Iterator[ValueDifference]:
    """The smallest values that differ, in the order of their keys."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from diff_values(
                old.get(key, ABSENT), new.get(key, ABSENT), rules.child(key), _child(quantities, key), (*pointer, key)
            )
    elif isinstance(old, list) and isinstance(new, list):
        yield from _diff_lists(old, new, rules, quantities, pointer)
    else:
        quantity = quantities if isinstance(quantities, str) else ""
        if not _is_same(old, new, quantity):
            yield ValueDifference(pointer, old, new, quantity)


def _diff_lists(
    old: list[Json], new: list[Json], rules: MergeRules, quantities: AnnotationTree | None, pointer: Pointer
) -> Iterator[ValueDifference]:
    """A list whose elements have keys differs by element, and the order of these has no meaning; one without keys differs as a whole."""
    element_quantities = _child(quantities, ANY_KEY)
    old_elements, new_elements = _by_identity(old, rules), _by_identity(new, rules)
    if old_elements is not None and new_elements is not None:
        element_rules = MergeRules(children=rules.children)
        for identity in sorted({**old_elements, **new_elements}):
            yield from diff_values(
                old_elements.get(identity, ABSENT),
                new_elements.get(identity, ABSENT),
                element_rules,
                element_quantities,
                (*pointer, identity),
            )
    elif rules.list_strategy == "union" and _as_set(old) is not None and _as_set(old) == _as_set(new):
        return
    elif len(old) == len(new) and any(isinstance(element, Mapping) for element in (*old, *new)):
        for index, (old_element, new_element) in enumerate(zip(old, new, strict=True)):
            yield from diff_values(old_element, new_element, NO_MERGE_RULES, element_quantities, (*pointer, index))
    elif old != new:
        yield ValueDifference(pointer, old, new)


def _by_identity(elements: list[Json], rules: MergeRules) -> dict[str, Json] | None:
    """The elements by their key; `None` if the list has no key, an element lacks it, or two share it."""
    if rules.merge_key is None:
        return None
    by_identity: dict[str, Json] = {}
    for element in elements:
        identity = rules.identity(element)
        if not isinstance(identity, str) or identity in by_identity:
            return None
        by_identity[identity] = element
    return by_identity


def _as_set(elements: list[Json]) -> frozenset[str] | None:
    texts = [element for element in elements if isinstance(element, str)]
    return frozenset(texts) if len(texts) == len(elements) else None


def _child(tree: AnnotationTree | None, key: str) -> AnnotationTree | None:
    if tree is None or isinstance(tree, str):
        return None
    return tree.get(key) or tree.get(ANY_KEY)


def _is_same(old: MaybeJson, new: MaybeJson, quantity: str) -> bool:
    """Whether two values mean the same; `True` and `1` do not."""
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return True
    if not quantity or not isinstance(old, str) or not isinstance(new, str):
        return False
    numbers = _number(old, quantity), _number(new, quantity)
    return numbers[0] is not None and numbers[0] == numbers[1]


def _number(value: MaybeJson, quantity: str) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not quantity or not isinstance(value, str):
        return None
    try:
        return quantity_number(quantity, value)
    except ValueError:
        return None
