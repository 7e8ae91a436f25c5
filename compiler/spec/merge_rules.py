"""How the layers of a value merge, as the published schemas say."""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.foundation.json_data import Json
from compiler.json_schema.schema_node import SchemaNode

ANY_KEY = "*"
"""In merge rules: every key of a map, or every element of a list."""


@dataclass(frozen=True, slots=True)
class MergeRules:
    """How layers of a value merge: for a list its merge key or `union`; for a map the rules of its keys.

    `has_text_elements`: an element of the list can be text, which is the key of an element without other values.
    """

    list_strategy: str | None = None
    children: Mapping[str, "MergeRules"] | None = None
    has_text_elements: bool = False

    @property
    def merge_key(self) -> str | None:
        """The key that identifies the elements of the list, if they merge by a key."""
        return None if self.list_strategy == "union" else self.list_strategy

    def identity(self, element: Json) -> Json:
        """What identifies an element of a list that merges by key; `None` without it."""
        if isinstance(element, dict):
            return element.get(self.merge_key or "")
        return element if self.has_text_elements and isinstance(element, str) else None

    def child(self, key: str) -> "MergeRules":
        """The rules of the value under a key, or those of every key if it has none of its own."""
        children = self.children
        return NO_MERGE_RULES if children is None else children.get(key) or children.get(ANY_KEY) or NO_MERGE_RULES


NO_MERGE_RULES = MergeRules()


def merge_rules_of(node: SchemaNode, root: SchemaNode) -> MergeRules:
    """The merge rules of the values that a schema describes."""
    schema = node.dereferenced(root)
    children = {name: merge_rules_of(SchemaNode.parse(child), root) for name, child in schema.properties.items()}
    if any_child := schema.subschema("additionalProperties"):
        children[ANY_KEY] = merge_rules_of(any_child, root)
    list_strategy = schema.text("x-modelyard-merge")
    items = schema.subschema("items")
    choices = items.alternatives("anyOf") if list_strategy else ()
    has_text_elements = any(choice.types == ("string",) for choice in choices)
    if list_strategy:
        element = next((choice for choice in choices if choice.types != ("string",)), items)
        children[ANY_KEY] = merge_rules_of(element, root)
    children = {name: rules for name, rules in children.items() if rules is not NO_MERGE_RULES}
    if not children and not list_strategy:
        return NO_MERGE_RULES
    return MergeRules(list_strategy or None, children or None, has_text_elements)
