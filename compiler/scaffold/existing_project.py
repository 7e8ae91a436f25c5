"""What a project contains already: names that a new document can refer to, and names that it cannot take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname

from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.pipeline.session import Session
from compiler.plan.emitters.emitter import Emitter
from compiler.resolve.lifecycle import ALLOWED_STAGES
from compiler.source.document_reader import DocumentReader
from compiler.source.tree import Tree
from compiler.spec.data_types import ProjectData
from compiler.spec.portfolio import FolderName, Portfolio, configured_folder
from compiler.spec.spec_loader import load_project


@dataclass(frozen=True)
class ExistingProject:
    """A project, possibly without documents."""

    session: Session

    @property
    def tree(self) -> Tree:
        """The files of the project."""
        return self.session.tree

    @cached_property
    def portfolio(self) -> Portfolio | None:
        """The documents; `None` if there is only the project file."""
        folders = (f"{self.folder('schemas')}/policies", self.folder("models"))
        paths = (path for folder in folders for path in self.tree.paths(folder))
        return self.session.portfolio if any(path.endswith((".yaml", ".yml")) for path in paths) else None

    def folder(self, name: FolderName) -> str:
        """A folder of the project by purpose: `models`, `schemas`, `templates`."""
        return configured_folder(self._project, name)

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of the documents of a kind."""
        return tuple(self.portfolio.by_kind(kind)) if self.portfolio else ()

    def location_of(self, kind: str, name: str) -> str | None:
        """The location of an existing document with the name."""
        spec = self.portfolio.by_kind(kind).get(name) if self.portfolio else None
        location = spec.document.location(("name",)) if spec else None
        return f"{location.path}:{location.line}" if location else None

    def targets_for(self, model_type: str) -> Mapping[str, str]:
        """The targets that support a model type, by id, with their titles."""
        types_by_target = {id_: emitter.model_selector.get("types") for id_, emitter in self._targets.items()}
        return {
            id_: self._targets[id_].title for id_, types in types_by_target.items() if not types or model_type in types
        }

    @property
    def target_ids(self) -> tuple[str, ...]:
        """The ids of all targets."""
        return tuple(self._targets)

    def inherits(self, path: str, pointer: Pointer) -> bool:
        """Whether a model in the file inherits the value from the project or from Defaults of a folder above it."""
        defaults = self.portfolio.defaults.values() if self.portfolio else ()
        folders = [spec.json for spec in defaults if f"{dirname(path)}/".startswith(f"{spec.name}/")]
        return any(_has_value(layer, pointer) for layer in (self._project.get("defaults", {}), *folders))

    def first_environment(self, lifecycle: str) -> str | None:
        """The first environment in order of promotion that allows the lifecycle."""
        if self.portfolio is None:
            return None
        for name in _flatten(self._project["environments"]):
            environment = self.portfolio.by_kind("Environment").get(name)
            if environment and environment.data["stage"] in ALLOWED_STAGES[lifecycle]:
                return name
        return None

    def tenants(self, environment: str | None) -> tuple[str, ...]:
        """The tenants with a namespace of their own in an environment."""
        spec = self.portfolio.by_kind("Environment").get(environment or "") if self.portfolio else None
        return tuple(spec.data.get("namespaces", {})) if spec else ()

    @cached_property
    def _targets(self) -> Mapping[str, Emitter]:
        if self.portfolio is None:
            return {}
        return {id_: emitter for id_, emitter in self.session.emitters.by_id.items() if emitter.is_target}

    @cached_property
    def _project(self) -> ProjectData:
        spec, _ = load_project(self.tree, self.session.language, DocumentReader(self.tree))
        return spec.data


def _has_value(layer: Json, pointer: Pointer) -> bool:
    try:
        return value_at(layer, pointer) is not None
    except (KeyError, TypeError):
        return False


def _flatten(entries: Sequence[str | Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for entry in entries for name in ((entry,) if isinstance(entry, str) else entry))
