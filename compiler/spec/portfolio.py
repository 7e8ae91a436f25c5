"""A repository's documents by kind and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

if TYPE_CHECKING:
    from compiler.source.document import Document

PROJECT_FILE = "modelyard.yaml"
DEFAULTS_FILE = "_defaults.yaml"
PACK_FILE = "pack.yaml"
"""What a pack of policies says of itself; no document of the language."""
VERSION = "modelyard/v1"
ANY_KIND = ""
"""The kind of a name that stands in a file nobody can read: it may be anything's."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One document of a known kind."""

    kind: str
    name: str
    document: Document

    @property
    def data(self) -> Object:
        """What the document says."""
        return self.document.data

    @property
    def subject(self) -> Subject:
        """The object, for findings about it."""
        return Subject(self.kind, self.name)

    def is_below(self, folder: str) -> bool:
        """Whether the document stands in the folder or further down."""
        return not folder or f"{dirname(self.document.path)}/".startswith(f"{folder}/")

    def text(self, key: str) -> str:
        """A field's text; empty where it is absent."""
        return as_str(self.data.get(key))


def folder_of(project: Object, name: str) -> str:
    """What a project calls the folder; where it says nothing, a folder is called by what it holds."""
    return as_str(as_object(project.get("folders")).get(name)) or name


@dataclass(frozen=True)
class Portfolio:
    """Every document of a project that may be relied on, and the names of those that may not."""

    project: Spec
    specs: Mapping[str, Mapping[str, Spec]]
    defaults: Mapping[str, Spec]
    broken: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]

    def folder(self, name: str) -> str:
        """A folder of the project by what it holds: `models`, `schemas`, `templates`, `records`."""
        return folder_of(self.project.data, name)

    def of(self, kind: str) -> Mapping[str, Spec]:
        """The documents of a kind by name, in order of name."""
        return self.specs.get(kind, {})

    @cached_property
    def models_below(self) -> Mapping[str, tuple[Spec, ...]]:
        """The models that each folder's Defaults hold for; one with Defaults and no model is not there."""
        found: dict[str, list[Spec]] = {}
        for model in self.of("Model").values():
            for folder in upwards(dirname(model.document.path)):
                if folder in self.defaults:
                    found.setdefault(folder, []).append(model)
        return {folder: tuple(models) for folder, models in found.items()}

    def knows(self, kind: str, name: str) -> bool:
        """Whether a document of the kind has the name, sound or not: a reference to a broken one is no second mistake."""
        return name in self.of(kind) or not self.broken.isdisjoint({(kind, name), (ANY_KIND, name)})

    def is_broken(self, kind: str, name: str) -> bool:
        """Whether there is a document of that name which cannot be relied on: what it lacks, nobody can tell."""
        return name not in self.of(kind) and self.knows(kind, name)

    def has_broken(self, kind: str) -> bool:
        """Whether there may be more of a kind than can be relied on."""
        return any(broken in {kind, ANY_KIND} for broken, _ in self.broken)


def models_alone(portfolio: Portfolio, files: AbstractSet[str]) -> frozenset[str] | None:
    """The models that stand in files or folders, where each holds some and nothing else; `None` where not."""
    wanted = {"" if file == "." else file for file in files}
    documents = [spec for kind in portfolio.specs.values() for spec in kind.values()]
    documents += [portfolio.project, *portfolio.defaults.values()]
    names: set[str] = set()
    held: set[str] = set()
    above: dict[str, set[str]] = {}
    for spec in documents:
        path, folder = spec.document.path, dirname(spec.document.path)
        if folder not in above:
            above[folder] = wanted.intersection(upwards(folder))
        within = above[folder] | (wanted & {path})
        held |= within
        if within and spec.kind != "Model":
            return None
        if within:
            names.add(spec.name)
    return frozenset(names) if held == wanted else None


def upwards(path: str) -> Iterator[str]:
    """A path, and each folder that it stands in, to the root, which is empty."""
    while path:
        yield path
        path = dirname(path)
    yield ""


def identity(document: Document) -> tuple[str, str]:
    """The kind and name of a document; Defaults are named by their folder."""
    kind = as_str(document.data.get("kind"))
    return kind, dirname(document.path) if kind == "Defaults" else as_str(document.data.get("name"))


def release_contents(model: Object) -> Mapping[str, Object]:
    """A model's releases by version, the short form (`version` and `source` at the top) included."""
    if "source" in model:
        return {as_str(model.get("version")) or "0.0.0": {"source": model["source"]}}
    return {version: as_object(content) for version, content in as_object(model.get("releases")).items()}


def texts(value: Json) -> Iterator[str]:
    """Every text in a value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from texts(child)
    else:
        for child in as_list(value):
            yield from texts(child)
