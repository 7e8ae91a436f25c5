"""Merges layers without modifying them; unchanged parts are shared, not copied.

Maps merge, `null` deletes, everything else replaces. A list with a merge key merges elements by that key
(`{name: x, $delete: true}` removes one), and a list with the rule `union` gains missing elements. A merged list without elements
is dropped, so that `has()` is enough to test for elements.
"""

from collections.abc import Iterator, Sequence

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.spec.language import ANY_KEY, MergeRules

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
        return list(dict.fromkeys([*elements, *value]))
    return _merge_by_key(elements, value, rules.list_strategy, rules.child(ANY_KEY))


def deletions(layer_data: Json, rules: MergeRules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The pointers at which a layer deletes something: a `null`, or an element with `$delete`."""
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
    """The pointers at which a layer repeats an element of a keyed list: one of the two would silently win."""
    if isinstance(layer_data, dict):
        for key, value in layer_data.items() if rules.children else ():
            if isinstance(value, dict | list):
                yield from duplicate_elements(value, rules.child(key), (*pointer, key))
    elif isinstance(layer_data, list) and rules.list_strategy not in {None, "union"}:
        key, known_keys = str(rules.list_strategy), list[Json]()
        for index, element in enumerate(layer_data):
            identity = element.get(key) if isinstance(element, dict) else None
            if identity in known_keys:
                yield (*pointer, index, key)
            known_keys.append(identity)


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
