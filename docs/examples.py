"""Example values of fields, from the documents of `schemas/examples/`."""

from collections.abc import Iterator

import yaml

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.source.yaml_parse import parse

_LONGEST = 72


class Examples:
    """The documents of `schemas/examples/`, which the tests hold against their schemas."""

    def __init__(self) -> None:
        folder = resources.shipped_folder("schemas") / "examples"
        paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != "model-ml", path.stem))
        self._documents = [
            document.data for path in paths for document in parse(path.read_bytes(), path.name).documents
        ]

    def of_kind(self, kind: str) -> list[Object]:
        """Documents of a kind, and the entries of a Model for single environments as further documents."""
        found = [document for document in self._documents if document.get("kind") == kind]
        return [*found, *(entry for document in found for entry in _maps(document.get("environments")))]

    def releases(self, model_type: str | None = None) -> list[Object]:
        """Releases of Models, of one type or of all."""
        models = [one for one in self._documents if one.get("kind") == "Model"]
        kept = [one for one in models if model_type in {None, one.get("type")}]
        return [release for one in kept for release in (one, *_maps(one.get("releases")))]


def _maps(value: Json) -> list[Object]:
    return [as_object(one) for one in as_object(value).values() if one]


def example_of(documents: list[Object], path: str) -> str | None:
    """The first value that a document has under a path, in one line; `None` if no document has one.

    A shape that several fields share (a step, a selector of series) is shown in one of them. So the path may also begin
    anywhere in a document; if only its last key does, the value may belong to another field, and the text is empty.
    """
    parts = path.replace("[]", ".*").split(".")
    values = [value for document in documents for value in _values(document, parts)]
    for start in range(1, len(parts) - 1):
        values = values or [value for document in documents for value in _values_anywhere(document, parts[start:])]
    for value in values:
        if not _is_outer(value):
            text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
            line = text.removesuffix("\n").removesuffix("\n...").strip()
            return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} …"
    return "" if values or any(True for document in documents for _ in _values_anywhere(document, parts[-1:])) else None


def shows(document: Json, path: str) -> bool:
    """Whether a document has a value under a path."""
    return any(True for _ in _values(document, path.replace("[]", ".*").split(".")))


def example_value(documents: list[Object], path: str, children: frozenset[str]) -> Json:
    """The fullest example of a part with the keys that lead to it, without the children that have examples of their own."""
    parts = path.replace("[]", ".*").split(".") if path else []
    found = [pruned for document in documents for pruned in _with_leading_keys(document, parts, children)]
    if not found:
        return None
    return max(found, key=lambda value: _size(value, len(parts) + 2))


def block_style(value: Json) -> str:
    """A value as YAML, with the innermost maps and lists in one line each."""
    return str(yaml.safe_dump(value, default_flow_style=None, width=110, allow_unicode=True, sort_keys=False))


def _with_leading_keys(value: Json, parts: list[str], children: frozenset[str]) -> Iterator[Json]:
    """Each value under a path, within the keys that lead to it."""
    if not parts:
        if value not in (None, {}, []):
            yield _without_children(value, children)
    elif parts[0] == "*":
        for key, child in value.items() if isinstance(value, dict) else enumerate(as_list(value)):
            for pruned in _with_leading_keys(child, parts[1:], children):
                yield {key: pruned} if isinstance(key, str) else [pruned]
    elif isinstance(value, dict):
        for pruned in _with_leading_keys(value.get(parts[0]), parts[1:], children):
            yield {parts[0]: pruned}


def _without_children(value: Json, children: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return {key: child for key, child in value.items() if key not in children} or value
    return [_without_children(element, children) for element in value] if isinstance(value, list) else value


def _size(value: Json, depth: int) -> int:
    """The number of values, no deeper than that: a long list further down makes no example fuller."""
    inner = list(value.values()) if isinstance(value, dict) else as_list(value)
    return 1 + sum(_size(child, depth - 1) for child in inner) if depth else 1


def _is_outer(value: Json) -> bool:
    elements = list(value.values()) if isinstance(value, dict) else as_list(value)
    return isinstance(value, dict) or any(isinstance(element, dict) for element in elements)


def _values_anywhere(value: Json, parts: list[str]) -> Iterator[Json]:
    """The values under a path that begins anywhere in a value."""
    yield from _values(value, parts)
    for child in value.values() if isinstance(value, dict) else as_list(value):
        yield from _values_anywhere(child, parts)


def _values(value: Json, parts: list[str]) -> Iterator[Json]:
    if not parts:
        if value is not None:
            yield value
        return
    part, rest = parts[0], parts[1:]
    if part == "*":
        for child in value.values() if isinstance(value, dict) else as_list(value):
            yield from _values(child, rest)
    elif isinstance(value, dict) and part in value:
        yield from _values(value[as_str(part)], rest)
