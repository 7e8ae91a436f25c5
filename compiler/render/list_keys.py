"""The keys that identify the elements of lists in rendered objects, by which patches merge them.

They come from the patch itself, else from the schema of the object (`x-kubernetes-list-map-keys`, `x-kubernetes-list-type`,
`x-kubernetes-patch-merge-key`), else from the emitter that renders it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.schema_node import SchemaNode
from compiler.render.field_paths import PathSteps, ends_here, parse_path, steps_below

_ATOMIC_LISTS = {"atomic", "set"}
"""List types of Kubernetes whose elements have no keys."""


@dataclass(frozen=True, slots=True)
class _KeyRule:
    """The rest of a path below the current value, and the keys of the list there."""

    steps: PathSteps
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListKeys:
    """The keys of the lists at and below a value."""

    schema: SchemaNode
    root: SchemaNode
    stated_rules: tuple[_KeyRule, ...]
    """What the patch states."""
    declared_rules: tuple[_KeyRule, ...]
    """What the emitter declares."""

    @property
    def keys(self) -> tuple[str, ...] | None:
        """The keys of the list at this value; none if patches replace it as a whole; `None` if they are not known."""
        stated_keys = _keys_here(self.stated_rules)
        if stated_keys is not None:
            return stated_keys
        schema_keys = _schema_keys(self.schema)
        return schema_keys if schema_keys is not None else _keys_here(self.declared_rules)

    def default_of(self, key: str) -> Json:
        """The default of a key of this value, with which a cluster completes it."""
        return self.schema.property_schema(key).keywords.get("default")

    def member_keys(self, key: str | int) -> "ListKeys":
        """The keys of the lists at and below a member of the value."""
        if isinstance(key, int):
            schema = self.schema.subschema("items")
        else:
            schema = self.schema.property_schema(key) or self.schema.subschema("additionalProperties")
        return ListKeys(
            schema.dereferenced(self.root),
            self.root,
            _rules_below(self.stated_rules, key),
            _rules_below(self.declared_rules, key),
        )

    def keys_at(self, pointer: Pointer) -> "ListKeys":
        """The keys of the lists at and below the value at a pointer."""
        keys = self
        for key in pointer:
            keys = keys.member_keys(key)
        return keys

    def as_stated_at(self, other: "ListKeys") -> "ListKeys":
        """These keys, with what the patch states for another value: a copy of this one."""
        return replace(self, stated_rules=other.stated_rules)


def list_keys(
    schema: Object, stated_keys: Mapping[str, Sequence[str]], declared_keys: Mapping[str, Sequence[str]]
) -> ListKeys:
    """The keys of the lists of an object with the schema."""
    root = SchemaNode.parse(schema)
    return ListKeys(root.dereferenced(root), root, _parse_rules(stated_keys), _parse_rules(declared_keys))


def _parse_rules(keys_by_path: Mapping[str, Sequence[str]]) -> tuple[_KeyRule, ...]:
    return tuple(_KeyRule(parse_path(path), tuple(keys)) for path, keys in keys_by_path.items())


def _rules_below(rules: Sequence[_KeyRule], key: str | int) -> tuple[_KeyRule, ...]:
    return tuple(_KeyRule(steps, rule.keys) for rule in rules for steps in steps_below(rule.steps, key))


def _keys_here(rules: Sequence[_KeyRule]) -> tuple[str, ...] | None:
    return next((rule.keys for rule in rules if ends_here(rule.steps)), None)


def _schema_keys(schema: SchemaNode) -> tuple[str, ...] | None:
    match schema.keywords:
        case {"x-kubernetes-list-map-keys": [*keys]} if keys:
            return tuple(key for key in keys if isinstance(key, str))
        case {"x-kubernetes-list-type": str(list_type)} if list_type in _ATOMIC_LISTS:
            return ()
        case {"x-kubernetes-patch-merge-key": str(key)}:
            return (key,)
    return None
