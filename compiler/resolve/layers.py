"""The layers of a model in an environment, weakest first."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from posixpath import dirname

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer, value_at
from compiler.resolve.merge import merge
from compiler.source.document import Document
from compiler.source.read_log import DEFAULTS, ReadLog
from compiler.spec.language import Language
from compiler.spec.portfolio import DefaultsSpec, EnvironmentSpec, ModelSpec, Portfolio, Spec, path_and_ancestors

NOT_A_FIELD = frozenset({"releases", "version", "source", "environments"})
"""Keys of a Model document that are not fields of a resolved model."""

_NON_LAYER_KEYS = frozenset({"apiVersion", "kind", "environments", "types"})


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one part of a spec: `data` is at `pointer` of `document`. The defaults of a type have no document."""

    label: str
    data: Object
    document: Document | None
    pointer: Pointer = ()

    def location(self, relative_pointer: Pointer) -> Location | None:
        """The location of a value in the layer's document."""
        return self.document.location((*self.pointer, *relative_pointer)) if self.document else None


@dataclass(frozen=True, slots=True)
class SharedBase:
    """The layers that models of one type below the same Defaults share, and their merged data."""

    layers: tuple[Layer, ...]
    data: Object


class Layers:
    """The layers of every model of a portfolio."""

    def __init__(self, portfolio: Portfolio, language: Language, reads: ReadLog) -> None:
        self._portfolio = portfolio
        self._reads = reads
        self._language = language
        self._stages = {name: spec.data["stage"] for name, spec in portfolio.by_kind("Environment").items()}
        self._defaults_by_folder: dict[str, tuple[DefaultsSpec, ...]] = {}
        self._shared_bases: dict[tuple[str, tuple[str, ...]], SharedBase] = {}
        self._written_shared_layers: dict[tuple[str, tuple[str, ...]], tuple[Layer, ...]] = {}

    def base_layers(self, model: ModelSpec) -> tuple[Layer, ...]:
        """The layers that apply in every environment: type, project, folders from the root down, model.

        Values for the model's type override those for all types.
        """
        return (*self.shared_base(model).layers, self.model_layer(model))

    def model_layer(self, model: ModelSpec) -> Layer:
        """The model's own base values."""
        fields = {key: value for key, value in model.json.items() if key not in NOT_A_FIELD}
        return Layer("the model", fields, model.document)

    def shared_base(self, model: ModelSpec) -> SharedBase:
        """The layers weaker than the model's own; merged once for all models that share them."""
        folders, type_ = self.folder_defaults(model.document.path), model.header.type
        key = (type_, tuple(defaults.name for defaults in folders))
        if key not in self._shared_bases:
            layers = self._shared_layers(type_, folders)
            data: Object = {}
            for layer in layers:
                data = merge(data, layer.data, self._language.type_language(type_).merge_rules)
            self._shared_bases[key] = SharedBase(layers, data)
        return self._shared_bases[key]

    def environment_layers(self, model: ModelSpec, environment: EnvironmentSpec) -> tuple[Layer, ...]:
        """The layers of one environment: its overlay, the folders', the model's."""
        return (
            *self.shared_environment_layers(model.document.path, environment),
            *(
                layer
                for key in self.environment_keys(environment.name, model.data.get("environments", {}))
                for layer in _layers_at(f"the model, in {key}", model.document, ("environments", key))
            ),
        )

    def shared_environment_layers(self, path: str, environment: EnvironmentSpec) -> tuple[Layer, ...]:
        """The layers of one environment that all models in a file's folder share: its overlay, the folders'."""
        return (
            *_layers_at(f"the environment {environment.name}", environment.document, ("overlay",)),
            *(
                layer
                for defaults in self.folder_defaults(path)
                for key in self.environment_keys(environment.name, defaults.data.get("environments", {}))
                for layer in _layers_at(
                    f"{_defaults_label(defaults)}, in {key}", defaults.document, ("environments", key)
                )
            ),
        )

    def environment_keys(self, environment: str, entries: Container[str]) -> Iterator[str]:
        """The keys below `environments` that apply to an environment, weakest first: its stage, then its name.

        A key that names an environment is read as that name, even if it is also a stage.
        """
        stage = self._stages.get(environment, "")
        if stage in entries and stage not in self._stages:
            yield stage
        if environment in entries:
            yield environment

    def folder_defaults(self, path: str) -> tuple[DefaultsSpec, ...]:
        """The Defaults that apply to a file, from the root down."""
        folder = dirname(path)
        self._reads.add(DEFAULTS, folder)
        if folder not in self._defaults_by_folder:
            defaults = self._portfolio.defaults
            self._defaults_by_folder[folder] = tuple(
                reversed([defaults[parent] for parent in path_and_ancestors(folder) if parent in defaults])
            )
        return self._defaults_by_folder[folder]

    def written_shared_layers(self, model: ModelSpec) -> tuple[Layer, ...]:
        """The layers of `shared_base` that documents hold: all but the defaults of the type, which name no other model."""
        folders, type_ = self.folder_defaults(model.document.path), model.header.type
        key = (type_, tuple(defaults.name for defaults in folders))
        if key not in self._written_shared_layers:
            self._written_shared_layers[key] = self._written_layers(type_, folders)
        return self._written_shared_layers[key]

    def _shared_layers(self, model_type: str, folders: tuple[DefaultsSpec, ...]) -> tuple[Layer, ...]:
        type_defaults = self._language.type_language(model_type).defaults
        return (
            Layer(f"defaults of type {model_type}", type_defaults, None),
            *self._written_layers(model_type, folders),
        )

    def _written_layers(self, model_type: str, folders: tuple[DefaultsSpec, ...]) -> tuple[Layer, ...]:
        return (
            *self._project_layers(model_type),
            *(
                layer
                for defaults in folders
                for layer in (
                    Layer(_defaults_label(defaults), _default_fields(defaults.json), defaults.document),
                    *_type_layers(_defaults_label(defaults), defaults.document, model_type),
                )
            ),
        )

    def _project_layers(self, model_type: str) -> tuple[Layer, ...]:
        document = self._portfolio.project.document
        return (*_layers_at("the project", document, ("defaults",)), *_type_layers("the project", document, model_type))


def _defaults_label(spec: Spec) -> str:
    return f"defaults of {dirname(spec.document.path)}/"


def _type_layers(label: str, document: Document, model_type: str) -> tuple[Layer, ...]:
    return _layers_at(f"{label}, for type {model_type}", document, ("types", model_type))


def _default_fields(defaults: Object) -> Object:
    return {key: value for key, value in defaults.items() if key not in _NON_LAYER_KEYS}


def _layers_at(label: str, document: Document, pointer: Pointer) -> tuple[Layer, ...]:
    try:
        data = value_at(document.data, pointer)
    except (KeyError, TypeError):
        return ()
    return (Layer(label, data, document, pointer),) if data and isinstance(data, dict) else ()
