"""One schema of a JSON Schema document, with the types of its keywords."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from compiler.foundation.json_data import Json, Object

TextKeyword = Literal[
    "$id", "$ref", "description", "format", "pattern", "x-modelyard-ascending", "x-modelyard-at-most",
    "x-modelyard-companion-file", "x-modelyard-control", "x-modelyard-dependency",
    "x-modelyard-digest", "x-modelyard-egress-url", "x-modelyard-expects", "x-modelyard-merge", "x-modelyard-quantity",
    "x-modelyard-ref", "x-modelyard-text", "x-modelyard-title", "x-modelyard-used-by",
]  # fmt: skip
"""The keywords that `text` reads: they hold text, except the flag `x-modelyard-egress-url`."""
SubschemaKeyword = Literal["additionalProperties", "contains", "items", "not", "propertyNames"]
"""The keywords that hold one schema."""

_LISTS_FOR_SAME_VALUE = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")
_FOR_SAME_VALUE = frozenset({*_LISTS_FOR_SAME_VALUE, *_CONDITIONS, "dependentSchemas"})


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """A schema, read by keyword. A keyword whose value does not have the type that JSON Schema prescribes counts as absent.

    `true` and `false` have no keywords.
    """

    keywords: Object = field(default_factory=dict)

    @classmethod
    def parse(cls, value: Json) -> "SchemaNode":
        """The value as a schema; without keywords if it is not a map."""
        if isinstance(value, dict):  # the usual map, and the cheapest to recognise
            return cls(value)
        return cls(value) if isinstance(value, Mapping) else _NO_KEYWORDS

    def __bool__(self) -> bool:
        """Whether the schema has keywords."""
        return bool(self.keywords)

    def __contains__(self, keyword: str) -> bool:
        """Whether the schema has the keyword."""
        return keyword in self.keywords

    def text(self, keyword: TextKeyword) -> str:
        """A keyword that holds text; empty if it is absent."""
        value = self.keywords.get(keyword)
        return value if isinstance(value, str) else ""

    def subschema(self, keyword: SubschemaKeyword) -> "SchemaNode":
        """A keyword that holds a schema; without keywords if it is absent."""
        return SchemaNode.parse(self.keywords[keyword]) if keyword in self.keywords else _NO_KEYWORDS

    @property
    def types(self) -> tuple[str, ...]:
        """The names of the types that `type` accepts."""
        match self.keywords.get("type"):
            case str(name):
                return (name,)
            case [*names]:
                return tuple(name for name in names if isinstance(name, str))
        return ()

    @property
    def required(self) -> tuple[str, ...]:
        """The required keys."""
        return tuple(name for name in self._list("required") if isinstance(name, str))

    @property
    def enum(self) -> Sequence[Json]:
        """The values that `enum` accepts."""
        return self._list("enum")

    @property
    def accepted_values(self) -> Sequence[Json]:
        """The values that `const` or `enum` accepts."""
        return [self.keywords["const"]] if "const" in self.keywords else self.enum

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples that are text and not empty."""
        return tuple(example for example in self._list("examples") if isinstance(example, str) and example)

    @property
    def properties(self) -> Mapping[str, Json]:
        """The schemas of the declared keys; `false` forbids a key."""
        return self._map("properties")

    def property_schema(self, name: str) -> "SchemaNode":
        """The schema of a declared key."""
        return SchemaNode.parse(self.properties.get(name))

    @property
    def definitions(self) -> Mapping[str, Json]:
        """The schemas that `$ref` can name."""
        return self._map("$defs")

    def definition(self, name: str) -> "SchemaNode":
        """A schema that `$ref` can name."""
        return SchemaNode.parse(self.definitions.get(name))

    @property
    def dependent_required(self) -> Mapping[str, Sequence[str]]:
        """The keys that another key requires, by that key."""
        return {
            key: [name for name in names if isinstance(name, str)]
            for key, names in self._map("dependentRequired").items()
            if isinstance(names, list)
        }

    @property
    def type_defaults(self) -> Object:
        """The defaults of the fields of a model type."""
        return self._map("x-modelyard-defaults")

    @property
    def pattern_properties(self) -> Mapping[str, Json]:
        """The schemas of the keys that match a pattern."""
        return self._map("patternProperties")

    @property
    def prefix_items(self) -> Sequence[Json]:
        """The schemas of the first elements of a list."""
        return self._list("prefixItems")

    def dereferenced(self, root: "SchemaNode") -> "SchemaNode":
        """The schema with the keywords of the definition in `root` that it refers to; its own keywords win."""
        node = self
        while "$ref" in node:
            definition = root.definition(node.text("$ref").removeprefix("#/$defs/"))
            own_keywords = {key: value for key, value in node.keywords.items() if key != "$ref"}
            node = SchemaNode({**definition.keywords, **own_keywords})
        return node

    def alternatives(self, keyword: str) -> tuple["SchemaNode", ...]:
        """The schemas in the list of a keyword such as `anyOf`."""
        return tuple(map(SchemaNode.parse, self._list(keyword)))

    def schemas_for_same_value(self) -> Iterator["SchemaNode"]:
        """The schemas that apply to the same value: conditions, alternatives, and those that the presence of a key activates."""
        if _FOR_SAME_VALUE.isdisjoint(self.keywords):
            return iter(())
        subschemas = [
            *(self.keywords.get(keyword) for keyword in _CONDITIONS),
            *(subschema for keyword in _LISTS_FOR_SAME_VALUE for subschema in self._list(keyword)),
            *self._map("dependentSchemas").values(),
        ]
        return (SchemaNode(subschema) for subschema in subschemas if isinstance(subschema, Mapping))

    def _list(self, keyword: str) -> Sequence[Json]:
        value = self.keywords.get(keyword)
        return value if isinstance(value, list | tuple) else ()

    def _map(self, keyword: str) -> Mapping[str, Json]:
        value = self.keywords.get(keyword)
        return {} if value is None or not isinstance(value, Mapping) else value


_NO_KEYWORDS = SchemaNode()


def resolve_pointer(document: Json, parts: Sequence[str]) -> Json:
    """The value at the parts of an RFC 6901 pointer, `~` still escaped; `None` if there is none."""
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(key)
        elif isinstance(document, list | tuple) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document
