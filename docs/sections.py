"""A published schema as sections: one for the document, one for each large map in it, each with the fields of its table."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fields import dereference, description_of, takes

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

_OWN_SECTION_FROM = 3
"""A map with fewer fields below it is shown in the table of the map that holds it."""
_REPEATED_FROM = 3
"""A definition that a kind refers to this often is shown once, and linked from the other fields."""
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table: a path within the section, and the section that describes what is below it, if there is one."""

    path: str
    type: str
    required: bool
    description: str
    digest: str
    merge: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A map: its path in the document (empty for the document itself), and its fields."""

    path: str
    inner_path: str
    """The path of the map itself: with `[]` for each element of a list, `.*` for each value of a map."""
    description: str
    digest: str
    merge: str
    fields: tuple[Field, ...]
    children: frozenset[str]
    """The direct fields that have a section of their own."""


def sections(schema: Object, root: Object, *, each_map: bool = False) -> list[Section]:
    """The document first, then its parts in the order of their fields; `each_map` gives every direct map its own section."""
    return list(_Outline(root, each_map=each_map).document(schema))


def inner_map(node: Object, root: Object) -> tuple[str, Object] | None:
    """The map that a field holds, and how its path continues: directly, in each element (`[]`) or under each key (`.*`)."""
    node = dereference(node, root)
    if "properties" in node:
        return "", node
    for key, suffix in (("items", "[]"), ("additionalProperties", ".*")):
        child = node.get(key)
        for choice in as_list(child.get("anyOf", [child])) if isinstance(child, Mapping) else ():
            if inner := inner_map(as_object(choice), root):
                return f"{suffix}{inner[0]}", inner[1]
    return None


def _definition(node: Json) -> str:
    """The name of the definition that a field refers to, directly or for its elements."""
    schema = as_object(node)
    if "$ref" in schema:
        return as_str(schema["$ref"]).rpartition("/")[2]
    return next((_definition(schema[key]) for key in ("items", "additionalProperties") if schema.get(key)), "")


class _Outline:
    """Walks a schema and decides which maps get a section."""

    def __init__(self, root: Object, *, each_map: bool) -> None:
        self._root = root
        self._each_map = each_map
        self._uses: Counter[str] = Counter()
        self._section_by_definition: dict[str, str] = {}

    def document(self, schema: Object) -> Iterator[Section]:
        self._count(schema, 0)
        yield from self._section("", schema, schema, depth=0)

    def _count(self, schema: Object, depth: int) -> int:
        """The number of fields below a map; also counts how often each definition is used."""
        total = 0
        for child in as_object(schema.get("properties")).values():
            self._uses[_definition(child)] += 1
            inner = inner_map(as_object(child), self._root)
            total += 1 + (self._count(inner[1], depth + 1) if inner and depth < _DEEPEST else 0)
        return total

    def _section(self, path: str, field: Object, schema: Object, *, depth: int) -> Iterator[Section]:
        parts: list[tuple[str, Object, Object]] = []
        fields = tuple(self._fields(path, "", schema, parts, depth))
        children = frozenset(part.removeprefix(f"{path}.") for part, _, _ in parts)
        yield Section(
            path.removesuffix("[]").removesuffix(".*"),
            path,
            description_of(field),
            as_str(field.get("x-modelyard-digest")),
            as_str(field.get("x-modelyard-merge")),
            fields,
            frozenset(child.split("[")[0].split(".")[0] for child in children),
        )
        for part, node, inner in parts:
            yield from self._section(part, node, inner, depth=depth + 1)

    def _fields(
        self, path: str, prefix: str, schema: Object, parts: list[tuple[str, Object, Object]], depth: int
    ) -> Iterator[Field]:
        required = as_list(schema.get("required"))
        for name, child in as_object(schema.get("properties")).items():
            node = dereference(child, self._root)
            whole = ".".join(filter(None, (path, f"{prefix}{name}")))
            inner = inner_map(node, self._root)
            section = self._own_section(whole, child, inner, depth) if inner else ""
            if inner and section == whole:
                parts.append((f"{whole}{inner[0]}", node, inner[1]))
            yield Field(
                f"{prefix}{name}",
                takes(node, self._root),
                name in required,
                description_of(node),
                as_str(node.get("x-modelyard-digest")),
                as_str(node.get("x-modelyard-merge")),
                section,
            )
            if inner and not section and depth < _DEEPEST:
                yield from self._fields(path, f"{prefix}{name}{inner[0]}.", inner[1], parts, depth + 1)

    def _own_section(self, path: str, field: Json, inner: tuple[str, Object], depth: int) -> str:
        """The path of the section that shows a map: its own, an earlier one's, or none."""
        name = _definition(field)
        repeated = bool(name) and self._uses[name] >= _REPEATED_FROM
        if repeated and name in self._section_by_definition:
            return self._section_by_definition[name]
        if repeated or (self._each_map and depth == 0) or self._size(inner[1]) >= _OWN_SECTION_FROM:
            self._section_by_definition[name] = path
            return path
        return ""

    def _size(self, schema: Object) -> int:
        uses = self._uses.copy()
        size = self._count(schema, 0)
        self._uses = uses
        return size
