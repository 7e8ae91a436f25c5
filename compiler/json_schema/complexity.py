"""Bounds how often a schema visits one value: references that double at each step would take exponential time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compiler.foundation.json_data import Json, Object
from compiler.json_schema.schema_node import resolve_pointer

MAX_VISITS = 10_000
"""The maximum visits of one value and its contents along one path; ordinary schemas need a few dozen."""

_SINGLE_SCHEMA_KEYWORDS = frozenset({
    "not", "if", "then", "else", "items", "additionalItems", "contains", "additionalProperties", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_SAME_VALUE_KEYWORDS = frozenset({"allOf", "anyOf", "oneOf", "patternProperties", "dependentSchemas", "dependencies"})
_CHILD_VALUE_KEYWORDS = frozenset({"properties", "prefixItems", "items"})
_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})


def complexity_error(schema: Object) -> str | None:
    """Why the schema is too complex; `None` if it is acceptable."""
    counter = _VisitCounter(schema, dict(_iter_anchors(schema)))
    try:
        count = counter.count_visits(schema).count
    except RecursionError:
        return "the schema has a chain of references that is too long"
    if counter.is_exponential:
        return "the schema refers to itself more than once for the same value: the cost doubles with each level of the data"
    return f"validation would visit one value more than {MAX_VISITS:,} times" if count > MAX_VISITS else None


@dataclass(frozen=True)
class _VisitCount:
    """The number of visits, and how many of them restart at a schema that is still being visited."""

    count: int = 0
    reentries: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "_VisitCount") -> "_VisitCount":
        return _VisitCount(self.count + other.count, self.reentries + other.reentries)


class _VisitCounter:
    """Counts visits; each schema is visited once, and so is each referenced schema."""

    def __init__(self, root: Object, anchors: Mapping[str, Json]) -> None:
        self._root = root
        self._anchors = anchors
        self._counts: dict[int, _VisitCount] = {}
        self._in_progress: set[int] = set()
        self.is_exponential = False

    def count_visits(self, node: Json) -> _VisitCount:
        """The visits that a schema causes."""
        if not isinstance(node, Mapping):
            return _VisitCount(1)
        key = id(node)
        if key in self._in_progress:
            return _VisitCount(1, Counter({key: 1}))
        if key not in self._counts:
            self._in_progress.add(key)
            visits = sum((self._keyword_visits(keyword, value) for keyword, value in node.items()), _VisitCount(1))
            self._in_progress.remove(key)
            self.is_exponential |= visits.reentries[key] > 1
            self._counts[key] = _VisitCount(
                visits.count, Counter({schema_id: n for schema_id, n in visits.reentries.items() if schema_id != key})
            )
        return self._counts[key]

    def _keyword_visits(self, keyword: str, value: Json) -> _VisitCount:
        if keyword in _REFERENCES and isinstance(value, str):
            return self.count_visits(self._resolve_reference(value))
        if not isinstance(value, Mapping | list) or keyword in _REFERENCES:
            return _VisitCount()
        if keyword in _SINGLE_SCHEMA_KEYWORDS and isinstance(value, Mapping):
            return self.count_visits(value)
        parts = map(self.count_visits, value.values() if isinstance(value, Mapping) else value)
        if keyword in _SAME_VALUE_KEYWORDS:
            return sum(parts, _VisitCount())
        return _max_visits(parts) if keyword in _CHILD_VALUE_KEYWORDS else _VisitCount()

    def _resolve_reference(self, reference: str) -> Json:
        """The schema that a reference within the document points to; other references are refused elsewhere."""
        name = reference.partition("#")[2]
        if name and not name.startswith("/"):
            return self._anchors.get(name)
        return resolve_pointer(self._root, name.split("/")[1:])


def _max_visits(parts: Iterable[_VisitCount]) -> _VisitCount:
    """The maximum over schemas for different parts of a value: two of them never visit the same part."""
    count, reentries = 0, Counter[int]()
    for part in parts:
        count, reentries = max(count, part.count), reentries | part.reentries
    return _VisitCount(count, reentries)


def _iter_anchors(node: Json) -> Iterator[tuple[str, Json]]:
    queue = [node]
    while queue:
        current = queue.pop()
        if isinstance(current, Mapping):
            names = (current.get(key) for key in ("$anchor", "$dynamicAnchor"))
            yield from ((name, current) for name in names if isinstance(name, str))
            queue += current.values()
        elif isinstance(current, list):
            queue += current
