"""How one layer is laid over another. Nothing is copied that does not change, and no input is changed.

Maps merge, `null` deletes, everything else replaces; a list whose rules name a key merges its elements by that key
(`{name: x, $delete: true}` removes one), and one with the rule `union` gains what it does not hold. Such a list without
elements is no list: who asks whether there are any need not count.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from compiler.foundation.json_data import Json, Object, Pointer, as_object
from compiler.spec.language import ANY_KEY, MergeRules

DELETE = "$delete"


def merge(base: Object, overlay: Object, rules: MergeRules) -> Object:
    """What holds when `over` is laid over `base`."""
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
    """One value laid over what stands there (`None`: nothing)."""
    if isinstance(value, dict):
        return merge(as_object(base) if isinstance(base, dict) else {}, value, rules)
    if rules.list_strategy is None or not isinstance(value, list):
        return value
    elements = base if isinstance(base, list) else []
    if rules.list_strategy == "union":
        return list(dict.fromkeys([*elements, *value]))
    return _merge_by_key(elements, cast("list[Json]", value), rules.list_strategy, rules.child(ANY_KEY))


def deletions(layer_data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Where a layer deletes something: a `null`, or an element marked `$delete`."""
    if isinstance(layer_data, dict):
        for key, value in layer_data.items():
            if value is None or key == DELETE:
                yield (*pointer, key)
            elif isinstance(value, dict | list):
                yield from deletions(value, rules.child(key), (*pointer, key))
    elif isinstance(layer_data, list) and rules.list_strategy not in {None, "union"}:
        for index, element in enumerate(layer_data):
            yield from deletions(element, rules.child(ANY_KEY), (*pointer, index))


def duplicate_elements(layer_data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Where a layer names an element of a keyed list a second time: one of the two would silently win."""
    if isinstance(layer_data, dict):
        for key, value in layer_data.items() if rules.children else ():
            if isinstance(value, dict | list):
                yield from duplicate_elements(value, rules.child(key), (*pointer, key))
    elif isinstance(layer_data, list) and rules.list_strategy not in {None, "union"}:
        key, known_keys = str(rules.list_strategy), list[Json]()
        for index, element in enumerate(map(as_object, layer_data)):
            if element.get(key) in known_keys:
                yield (*pointer, index, key)
            known_keys.append(element.get(key))


def _merge_by_key(base: Sequence[Json], overlay: Sequence[Json], key: str, rules: MergeRules) -> list[Json]:
    result: dict[Json, Object] = {element.get(key): element for element in base if isinstance(element, dict)}
    for element in overlay:
        if not isinstance(element, dict):
            continue
        name = element.get(key)
        if element.get(DELETE) is True:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name, {}), element, rules)
    return list(result.values())
