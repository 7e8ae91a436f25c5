"""A schema and the schemas it may refer to, each under its URI. Nothing is ever fetched."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from urllib.parse import unquote, urldefrag, urljoin

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

BASE = "https://schema.modelyard.invalid/"
"""The URI of a schema that does not give its own, so that references and error locations are always absolute."""

_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("if", "then", "else")


class Documents:
    """A root schema and its resources; relative names of resources are relative to the root's."""

    def __init__(self, schema: Object, resources: Mapping[str, Object]) -> None:
        self.root = schema
        self.uri = urldefrag(urljoin(BASE, as_str(schema.get("$id")))).url
        self.resources = {urldefrag(urljoin(self.uri, name)).url: found for name, found in resources.items()}

    def holder(self, location: str) -> Object:
        """The schema that holds the keyword at an absolute location; empty where it cannot be found."""
        uri, fragment = urldefrag(location)
        return as_object(_walk(self._by_uri.get(uri), unquote(fragment).split("/")[1:-1]))

    def declared(self, node: Object) -> dict[str, Json]:
        """The properties that a schema names, itself or through what applies to the same place."""
        found: dict[str, Json] = {}
        for schema in self._in_place(node, set()):
            for name, value in as_object(schema.get("properties")).items():
                if value is not False:
                    found.setdefault(name, value)
        return found

    def resolve(self, node: Object) -> Object:
        """What the schema's own `$ref` leads to; the schema itself where it has none."""
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        uri, fragment = urldefrag(urljoin(self.uri, reference))
        return as_object(_walk(self._by_uri.get(uri), unquote(fragment).split("/")[1:]))

    def _in_place(self, node: Json, seen: set[int]) -> Iterator[Object]:
        if not isinstance(node, Mapping) or id(node) in seen:
            return
        seen.add(id(node))
        yield node
        below = [node.get(keyword) for keyword in _IN_PLACE]
        below += [one for keyword in _IN_PLACE_LISTS for one in as_list(node.get(keyword))]
        below += as_object(node.get("dependentSchemas")).values()
        for one in (self.resolve(node), *below):
            yield from self._in_place(one, seen)

    @cached_property
    def _by_uri(self) -> dict[str, Json]:
        """Every document under its URI, and under the `$id` that it or a part of it gives itself."""
        found: dict[str, Json] = {self.uri: self.root, **self.resources}
        for uri, document in tuple(found.items()):
            found.update(_identified(document, uri))
        return found


def _identified(node: Json, base: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$id"), str):
            base = urldefrag(urljoin(base, as_str(node["$id"]))).url
            yield base, node
        for value in node.values():
            yield from _identified(value, base)
    else:
        for value in as_list(node):
            yield from _identified(value, base)


def _walk(node: Json, parts: list[str]) -> Json:
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(key)
        elif key.isdecimal() and int(key) < len(as_list(node)):
            node = as_list(node)[int(key)]
        else:
            return None
    return node
