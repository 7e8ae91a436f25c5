"""What the worked examples of the language say under each field, so that the reference shows it."""

from collections.abc import Iterator

import yaml

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.source.yaml_parse import parse

_MAX_LENGTH = 72


class Examples:
    """The documents of `schemas/examples/`, which the tests hold against their schemas."""

    def __init__(self) -> None:
        folder = resources.shipped_folder("schemas") / "examples"
        paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != "model-ml", path.stem))
        self._documents = [
            document.data for path in paths for document in parse(path.read_bytes(), path.name).documents
        ]

    def of_kind(self, kind: str) -> list[Object]:
        """Documents of a kind; what a Model says of one environment stands beside what it says of all."""
        documents = [document for document in self._documents if document.get("kind") == kind]
        return [*documents, *(entry for document in documents for entry in _maps(document.get("environments")))]

    def releases(self, model_type: str | None = None) -> list[Object]:
        """Releases of Models, of one type or of all."""
        models = [model for model in self._documents if model.get("kind") == "Model"]
        selected_models = [model for model in models if model_type in {None, model.get("type")}]
        return [release for model in selected_models for release in (model, *_maps(model.get("releases")))]


def _maps(value: Json) -> list[Object]:
    return [as_object(entry) for entry in as_object(value).values() if entry]


def example_value(documents: list[Object], path: str) -> str | None:
    """What the first document that says something under a path says; empty for what its own fields show, `None` for nothing.

    What stands in several places (a step, a selector of series) is shown in one of them, and that will do.
    """
    parts = path.replace("[]", ".*").split(".")
    values = [value for document in documents for value in _values_at(document, parts)]
    for start in range(1, len(parts)):
        values = values or [value for document in documents for value in _values_below(document, parts[start:])]
        if values and start == len(parts) - 1:
            return ""  # a key alone may be another one's
    for value in values:
        if not _has_nested_maps(value):
            text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
            line = text.removesuffix("\n").removesuffix("\n...").strip()
            return line if len(line) <= _MAX_LENGTH else f"{line[:_MAX_LENGTH].rstrip()} …"
    return "" if values else None


def _has_nested_maps(value: Json) -> bool:
    elements = list(value.values()) if isinstance(value, dict) else as_list(value)
    return isinstance(value, dict) or any(isinstance(element, dict) for element in elements)


def _values_below(value: Json, parts: list[str]) -> Iterator[Json]:
    """The values under a path that begins anywhere in a value."""
    yield from _values_at(value, parts)
    for child in value.values() if isinstance(value, dict) else as_list(value):
        yield from _values_below(child, parts)


def _values_at(value: Json, parts: list[str]) -> Iterator[Json]:
    if not parts:
        if value is not None:
            yield value
        return
    part, rest = parts[0], parts[1:]
    if part == "*":
        for child in value.values() if isinstance(value, dict) else as_list(value):
            yield from _values_at(child, rest)
    elif isinstance(value, dict) and part in value:
        yield from _values_at(value[as_str(part)], rest)
