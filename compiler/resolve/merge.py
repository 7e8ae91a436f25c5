"""How one layer is laid over another. Nothing is copied that does not change, and no input is changed.

Maps merge, `null` deletes, everything else replaces; a list whose rules name a key merges its elements by that key
(`{name: x, $delete: true}` removes one), and one with the rule `union` gains what it does not hold. Such a list without
elements is no list: who asks whether there are any need not count.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from compiler.foundation.json_data import Json, Object, Pointer, as_object
from compiler.spec.language import ANY, Rules

DELETE = "$delete"


def merge(base: Object, over: Object, rules: Rules) -> Object:
    """What holds when `over` is laid over `base`."""
    out = dict(base)
    for key, value in over.items():
        below = rules.child(key)
        laid = None if value is None else laid_over(out.get(key), value, below)
        if laid is None or (laid == [] and below.list_by):
            out.pop(key, None)
        else:
            out[key] = laid
    return out


def laid_over(below: Json, value: Json, rules: Rules) -> Json:
    """One value laid over what stands there (`None`: nothing)."""
    if isinstance(value, dict):
        return merge(as_object(below) if isinstance(below, dict) else {}, value, rules)
    if rules.list_by is None or not isinstance(value, list):
        return value
    elements = below if isinstance(below, list) else []
    if rules.list_by == "union":
        return list(dict.fromkeys([*elements, *value]))
    return _by_key(elements, cast("list[Json]", value), rules.list_by, rules.child(ANY))


def deletions(over: Json, rules: Rules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Where a layer deletes something: a `null`, or an element marked `$delete`."""
    if isinstance(over, dict):
        for key, value in over.items():
            if value is None or key == DELETE:
                yield (*pointer, key)
            elif isinstance(value, dict | list):
                yield from deletions(value, rules.child(key), (*pointer, key))
    elif isinstance(over, list) and rules.list_by not in {None, "union"}:
        for index, element in enumerate(over):
            yield from deletions(element, rules.child(ANY), (*pointer, index))


def repetitions(over: Json, rules: Rules, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Where a layer names an element of a keyed list a second time: one of the two would silently win."""
    if isinstance(over, dict):
        for key, value in over.items() if rules.below else ():
            if isinstance(value, dict | list):
                yield from repetitions(value, rules.child(key), (*pointer, key))
    elif isinstance(over, list) and rules.list_by not in {None, "union"}:
        key, seen = str(rules.list_by), list[Json]()
        for index, element in enumerate(map(as_object, over)):
            if element.get(key) in seen:
                yield (*pointer, index, key)
            seen.append(element.get(key))


def _by_key(below: Sequence[Json], over: Sequence[Json], key: str, rules: Rules) -> list[Json]:
    out: dict[Json, Object] = {element.get(key): element for element in below if isinstance(element, dict)}
    for element in over:
        if not isinstance(element, dict):
            continue
        name = element.get(key)
        if element.get(DELETE) is True:
            out.pop(name, None)
        else:
            out[name] = merge(out.get(name, {}), element, rules)
    return list(out.values())
