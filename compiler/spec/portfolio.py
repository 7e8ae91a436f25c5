"""A repository's documents by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname
from typing import (
    TYPE_CHECKING,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    TypeVar,
    overload,
    runtime_checkable,
)

from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Object, Pointer
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import (
    DatasetData,
    DefaultsData,
    EnvironmentData,
    ModelDocumentData,
    PolicyData,
    ProjectData,
    ReleaseData,
    TeamData,
    UseCaseData,
    WaiverData,
)

if TYPE_CHECKING:
    from compiler.source.document import Document
    from compiler.spec.spec_header import SpecHeader

Data_co = TypeVar("Data_co", covariant=True)
S_co = TypeVar("S_co", covariant=True)
AnySpec = TypeVar("AnySpec", bound="Spec")

PROJECT_FILE = "modelyard.yaml"
DEFAULTS_FILE = "_defaults.yaml"
PACK_FILE = "pack.yaml"
"""The description of a policy pack. It is not a kind of the language."""
API_VERSION = "modelyard/v1"
ANY_KIND = ""
"""The kind of a document in an unreadable file, which may be any kind."""
ANY_NAME = ""
"""The name of a document without one, or in a file that shows no name."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One document of a known kind."""

    kind: str
    name: str
    document: Document

    @property
    def json(self) -> Object:
        """The content of the document."""
        return self.document.data

    @property
    def subject(self) -> Subject:
        """The subject of findings about the document."""
        return Subject(self.kind, self.name)

    def is_in_folder(self, folder: str) -> bool:
        """Whether the document is in the folder, at any depth."""
        return not folder or f"{dirname(self.document.path)}/".startswith(f"{folder}/")


@dataclass(frozen=True, slots=True)
class TypedSpec(Spec, Generic[Data_co]):
    """A document that the schema of its kind accepts, with the type of its data."""

    header: SpecHeader
    """Facts that are known without the data."""

    @property
    def data(self) -> Data_co:
        """The same as `json`, with types."""
        return self.document.data  # type: ignore[return-value]  # the loader keeps only documents that validate


ModelSpec: TypeAlias = TypedSpec[ModelDocumentData]
EnvironmentSpec: TypeAlias = TypedSpec[EnvironmentData]
DatasetSpec: TypeAlias = TypedSpec[DatasetData]
TeamSpec: TypeAlias = TypedSpec[TeamData]
UseCaseSpec: TypeAlias = TypedSpec[UseCaseData]
PolicySpec: TypeAlias = TypedSpec[PolicyData]
WaiverSpec: TypeAlias = TypedSpec[WaiverData]
DefaultsSpec: TypeAlias = TypedSpec[DefaultsData]
ProjectSpec: TypeAlias = TypedSpec[ProjectData]

FolderName = Literal["models", "schemas", "templates", "records"]


def configured_folder(project: ProjectData, name: FolderName) -> str:
    """The path of a folder that the project configures. Default: the name of its content."""
    return (project.get("folders", {}).get(name) or name).rstrip("/")


def configured_output(project: ProjectData) -> str:
    """The path of the output folder."""
    return (project.get("output") or "build").rstrip("/")


@dataclass(frozen=True, slots=True)
class InvalidModel:
    """A Model that its schema rejects; `spec` has the values that the schema accepts, `written` has all.

    `renamed_keys` are the known keys that the help for unknown keys suggests. Each is missing only because it was misspelled.
    """

    spec: ModelSpec
    written: Object
    renamed_keys: frozenset[Pointer]


@dataclass(frozen=True)
class Portfolio:
    """The valid documents of a project, and the names of the invalid ones."""

    project: ProjectSpec
    specs: Mapping[str, Mapping[str, Spec]]
    defaults: Mapping[str, DefaultsSpec]
    broken_names: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]
    invalid_models: tuple[InvalidModel, ...] = ()
    """Models whose missing keys are reported. Everything else treats them as `broken_names`."""
    unnamed_kinds: frozenset[str] = frozenset()
    """Kinds with a document whose `name` is not valid, and so is not the name that references use."""

    def folder(self, name: FolderName) -> str:
        """The path of a project folder, by its content: `models`, `schemas`, `templates` or `records`."""
        return configured_folder(self.project.data, name)

    @overload
    def by_kind(self, kind: Literal["Model"]) -> Mapping[str, ModelSpec]: ...
    @overload
    def by_kind(self, kind: Literal["Environment"]) -> Mapping[str, EnvironmentSpec]: ...
    @overload
    def by_kind(self, kind: Literal["Dataset"]) -> Mapping[str, DatasetSpec]: ...
    @overload
    def by_kind(self, kind: Literal["Team"]) -> Mapping[str, TeamSpec]: ...
    @overload
    def by_kind(self, kind: Literal["UseCase"]) -> Mapping[str, UseCaseSpec]: ...
    @overload
    def by_kind(self, kind: Literal["Policy"]) -> Mapping[str, PolicySpec]: ...
    @overload
    def by_kind(self, kind: Literal["Waiver"]) -> Mapping[str, WaiverSpec]: ...
    @overload
    def by_kind(self, kind: str) -> Mapping[str, Spec]: ...
    def by_kind(self, kind: str) -> Mapping[str, Spec]:
        """The documents of a kind by name, sorted by name."""
        return self.specs.get(kind, {})

    @cached_property
    def models_by_folder(self) -> Mapping[str, tuple[ModelSpec, ...]]:
        """The models that the Defaults of each folder apply to. Folders whose Defaults apply to no model are absent."""
        specs_by_folder: dict[str, list[ModelSpec]] = {}
        for _, model in header_items(self.by_kind("Model")):
            for folder in path_and_ancestors(dirname(model.document.path)):
                if folder in self.defaults:
                    specs_by_folder.setdefault(folder, []).append(model)
        return {folder: tuple(models) for folder, models in specs_by_folder.items()}

    def has_document(self, kind: str, name: str) -> bool:
        """Whether a document of the kind has the name, valid or not."""
        return name in self.by_kind(kind) or not self.broken_names.isdisjoint({(kind, name), (ANY_KIND, name)})

    def may_have_document(self, kind: str, name: str) -> bool:
        """Whether a document of the kind has the name, or may have it: a reference to an invalid document is not a second mistake."""
        return self.has_document(kind, name) or self.has_document(kind, ANY_NAME) or kind in self.unnamed_kinds

    def is_broken(self, kind: str, name: str) -> bool:
        """Whether a document of that name is invalid, so that its content is unknown."""
        return name not in self.by_kind(kind) and self.has_document(kind, name)

    def has_broken(self, kind: str) -> bool:
        """Whether the project may have more documents of a kind than the valid ones."""
        return any(broken_kind in {kind, ANY_KIND} for broken_kind, _ in self.broken_names)


@runtime_checkable
class _HeaderItems(Protocol[S_co]):
    def header_items(self) -> Iterable[tuple[str, S_co]]: ...


def header_items(specs: Mapping[str, AnySpec]) -> Iterable[tuple[str, AnySpec]]:
    """The names and the documents of a kind, of which only paths and headers are read."""
    return specs.header_items() if isinstance(specs, _HeaderItems) else specs.items()


def all_documents(portfolio: Portfolio) -> list[Spec]:
    """The documents of all kinds."""
    specs = [spec for kind in portfolio.specs.values() for spec in kind.values()]
    return [*specs, portfolio.project, *portfolio.defaults.values()]


def misnamed_project_file(names: Iterable[str]) -> str | None:
    """The name of a file that was probably meant to be the project file, such as `modelyard.yml`."""
    return closest_match(PROJECT_FILE, names)


def models_defined_only_in(portfolio: Portfolio, files: AbstractSet[str]) -> frozenset[str] | None:
    """The models that only these files or folders define; `None` if one of them defines anything else, or no model."""
    selected_paths = {"" if file == "." else file for file in files}
    documents = [spec for kind in portfolio.specs.values() for spec in kind.values()]
    documents += [portfolio.project, *portfolio.defaults.values()]
    names: set[str] = set()
    covered_paths: set[str] = set()
    selected_ancestors: dict[str, set[str]] = {}
    for spec in documents:
        path, folder = spec.document.path, dirname(spec.document.path)
        if folder not in selected_ancestors:
            selected_ancestors[folder] = selected_paths.intersection(path_and_ancestors(folder))
        matching_paths = selected_ancestors[folder] | (selected_paths & {path})
        covered_paths |= matching_paths
        if matching_paths and spec.kind != "Model":
            return None
        if matching_paths:
            names.add(spec.name)
    return frozenset(names) if covered_paths == selected_paths else None


def path_and_ancestors(path: str) -> Iterator[str]:
    """A path and each of its ancestor folders up to the root, which is empty."""
    while path:
        yield path
        path = dirname(path)
    yield ""


class Header(NamedTuple):
    """The keys that identify a document, as written; empty if they are absent or not text."""

    kind: str
    type: str
    name: str

    @classmethod
    def read(cls, document: Document) -> Header:
        """The header of a document whose data may be invalid."""
        kind, type_name, name = (document.data.get(key) for key in cls._fields)
        return cls(
            kind if isinstance(kind, str) else "",
            type_name if isinstance(type_name, str) else "",
            name if isinstance(name, str) else "",
        )


def document_identity(document: Document) -> tuple[str, str]:
    """The kind and name of a document. Defaults are named by their folder."""
    header = Header.read(document)
    return header.kind, dirname(document.path) if header.kind == "Defaults" else header.name


def release_contents(model: ModelDocumentData) -> Mapping[str, ReleaseData]:
    """A model's releases by version, including the short form (`version` and `source` at the top level)."""
    if "source" in model:
        return {model.get("version", "0.0.0"): {"source": model["source"]}}
    return model.get("releases", {})
