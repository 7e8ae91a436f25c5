"""How often a schema has one value looked at: references that double at each step take longer than anybody waits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

MOST = 10_000
"""Looks at one value, and at what it holds along one path; a schema for people takes a few dozen."""

_ONE = frozenset({
    "not", "if", "then", "else", "items", "additionalItems", "contains", "additionalProperties", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_TOGETHER = frozenset({"allOf", "anyOf", "oneOf", "patternProperties", "dependentSchemas", "dependencies"})
_APART = frozenset({"properties", "prefixItems", "items"})
_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})


def too_wide(schema: Object) -> str | None:
    """Why nobody can wait for a schema; `None` where it is a sound one."""
    walk = _Walk(schema, dict(_anchors(schema)))
    try:
        count = walk.of(schema).count
    except RecursionError:
        return "a chain of references is longer than anybody follows"
    if walk.doubles:
        return "a schema refers to itself more than once at one place: with each level of the data that doubles"
    return f"one value would be looked at more than {MOST:,} times" if count > MOST else None


@dataclass(frozen=True)
class _Looks:
    """How many there are, and how many of them begin again at which schema that the walk is in."""

    count: int = 0
    again: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "_Looks") -> "_Looks":
        return _Looks(self.count + other.count, self.again + other.again)


class _Walk:
    """Every schema is looked through once, and so is one that others refer to."""

    def __init__(self, root: Object, anchors: Mapping[str, Json]) -> None:
        self._root = root
        self._anchors = anchors
        self._known: dict[int, _Looks] = {}
        self._open: set[int] = set()
        self.doubles = False

    def of(self, node: Json) -> _Looks:
        """The looks that a schema takes."""
        if not isinstance(node, Mapping):
            return _Looks(1)
        key = id(node)
        if key in self._open:
            return _Looks(1, Counter({key: 1}))
        if key not in self._known:
            self._open.add(key)
            found = sum((self._by(keyword, value) for keyword, value in node.items()), _Looks(1))
            self._open.remove(key)
            self.doubles |= found.again[key] > 1
            self._known[key] = _Looks(found.count, Counter({one: n for one, n in found.again.items() if one != key}))
        return self._known[key]

    def _by(self, keyword: str, value: Json) -> _Looks:
        if keyword in _REFERENCES:
            return self.of(self._target(as_str(value)))
        if keyword in _ONE and isinstance(value, Mapping):
            return self.of(value)
        parts = map(self.of, as_list(value) or as_object(value).values())
        if keyword in _TOGETHER:
            return sum(parts, _Looks())
        return _widest(parts) if keyword in _APART else _Looks()

    def _target(self, reference: str) -> Json:
        """What a reference within the document means; what leads out of it is refused elsewhere."""
        name = reference.partition("#")[2]
        if name and not name.startswith("/"):
            return self._anchors.get(name)
        found: Json = self._root
        for part in name.split("/")[1:]:
            plain = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list):
                found = found[int(plain)] if plain.isdecimal() and int(plain) < len(found) else None
            else:
                found = as_object(found).get(plain)
        return found


def _widest(parts: Iterable[_Looks]) -> _Looks:
    """Of schemas for different parts of a value, the one that takes most: no part is looked at by two."""
    count, again = 0, Counter[int]()
    for part in parts:
        count, again = max(count, part.count), again | part.again
    return _Looks(count, again)


def _anchors(node: Json) -> Iterator[tuple[str, Json]]:
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            yield from ((as_str(one[key]), one) for key in ("$anchor", "$dynamicAnchor") if key in one)
            pending += one.values()
        elif isinstance(one, list):
            pending += one
