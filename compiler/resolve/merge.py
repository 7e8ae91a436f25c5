"""Merges layers without modifying them; unchanged parts are shared, not copied.

Maps merge, `null` deletes, everything else replaces. A list with a merge key merges elements by that key
(`{name: x, $delete: true}` removes one), and a list with the rule `union` gains missing elements. Where an element can be text, the text
is its key. A merged list without elements is dropped, so that `has()` is enough to test for elements.
"""

import json
from collections.abc import Iterator, Sequence

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.spec.merge_rules import ANY_KEY, MergeRules

DELETE = "$delete"


def merge(base: Object, overlay: Object, rules: MergeRules) -> Object:
    """Merge `overlay` onto `base`."""
    result = dict(base)
    for key, value in overlay.items():
        child_rules = rules.child(key)
        merged_value = None if value is None else merge_value(result.get(key), value, child_rules)
        if merged_value is None or (merged_value == [] and child_rules.list_strategy):
            result.pop(key, None)
        else:
            result[key] = merged_value
    return result


def merge_value(base: Json, value: Json, rules: MergeRules) -> Json:
    """Merge one value onto another (`None`: no value)."""
    if isinstance(value, dict):
        return merge(base if isinstance(base, dict) else {}, value, rules)
    if rules.list_strategy is None or not isinstance(value, list):
        return value
    elements = base if isinstance(base, list) else []
    if rules.list_strategy == "union":
        return _union(elements, value)
    return _merge_by_key(elements, value, rules)


def deletions(layer_data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The pointers at which a layer deletes something: a `null`, or an element with `$delete`."""
    if isinstance(layer_data, dict):
        for key, value in layer_data.items():
            if value is None or key == DELETE:
                yield (*pointer, key)
            elif isinstance(value, dict | list):
                yield from deletions(value, rules.child(key), (*pointer, key))
    elif isinstance(layer_data, list) and rules.merge_key:
        for index, element in enumerate(layer_data):
            yield from deletions(element, rules.child(ANY_KEY), (*pointer, index))


def duplicate_elements(layer_data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The pointers at which a layer repeats an element of a keyed list: one of the two would silently win."""
    if isinstance(layer_data, dict):
        for key, value in layer_data.items() if rules.children else ():
            if isinstance(value, dict | list):
                yield from duplicate_elements(value, rules.child(key), (*pointer, key))
    elif isinstance(layer_data, list) and rules.merge_key:
        known_keys = list[Json]()
        for index, element in enumerate(layer_data):
            identity = rules.identity(element)
            if identity in known_keys:
                yield (*pointer, index, rules.merge_key) if isinstance(element, dict) else (*pointer, index)
            known_keys.append(identity)


def _union(base: Sequence[Json], overlay: Sequence[Json]) -> list[Json]:
    unique: dict[str | tuple[str], Json] = {}
    for element in (*base, *overlay):
        identity = element if isinstance(element, str) else (json.dumps(element, sort_keys=True),)
        unique.setdefault(identity, element)
    return list(unique.values())


def _merge_by_key(base: Sequence[Json], overlay: Sequence[Json], rules: MergeRules) -> list[Json]:
    result: dict[Json, Json] = {rules.identity(element): element for element in base if _is_element(element, rules)}
    for element in overlay:
        name = rules.identity(element)
        if not isinstance(element, dict):
            if _is_element(element, rules):
                result.setdefault(name, element)
        elif element.get(DELETE) is True:
            result.pop(name, None)
        else:
            known = result.get(name, {})
            result[name] = merge(known if isinstance(known, dict) else {}, element, rules.child(ANY_KEY))
    return list(result.values())


def _is_element(element: Json, rules: MergeRules) -> bool:
    return isinstance(element, dict) or rules.identity(element) is not None
