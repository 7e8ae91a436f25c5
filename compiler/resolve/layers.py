"""Which layers a model has in an environment, weakest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Object, Pointer, as_object, at
from compiler.resolve.merge import merge
from compiler.source.document import Document
from compiler.spec.language import Language
from compiler.spec.portfolio import Portfolio, Spec, upwards

NOT_A_FIELD = frozenset({"releases", "version", "source", "environments"})
"""Keys of a Model document that say where and what, and are no fields of what is resolved."""

_DEFAULTS_ONLY = frozenset({"apiVersion", "kind", "environments", "types"})


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place: `data` stands at `pointer` in `document`; the type's defaults stand in none."""

    label: str
    data: Object
    document: Document | None
    pointer: Pointer = ()

    def place(self, below: Pointer) -> Place | None:
        """Where the layer says the value."""
        return self.document.place((*self.pointer, *below)) if self.document else None


@dataclass(frozen=True, slots=True)
class Below:
    """The layers that models of one type below the same Defaults have in common, and what they come to."""

    layers: tuple[Layer, ...]
    data: Object


class Layers:
    """The layers of every model, read from one portfolio."""

    def __init__(self, portfolio: Portfolio, language: Language) -> None:
        self._portfolio = portfolio
        self._language = language
        self._stages = {name: spec.text("stage") for name, spec in portfolio.of("Environment").items()}
        self._folders: dict[str, tuple[Spec, ...]] = {}
        self._below: dict[tuple[str, tuple[str, ...]], Below] = {}

    def general(self, model: Spec) -> tuple[Layer, ...]:
        """The layers that hold in every environment: type, project, folders from the root down, the model.

        What project and folders say of the model's type wins over what they say of all.
        """
        return (*self.below(model).layers, self.own(model))

    def own(self, model: Spec) -> Layer:
        """What the model says in general."""
        own = {key: value for key, value in model.data.items() if key not in NOT_A_FIELD}
        return Layer("the model", own, model.document)

    def below(self, model: Spec) -> Below:
        """What lies below the model's own layers in every environment; merged once for all models that share it."""
        folders, type_ = self.folders_above(model.document.path), model.text("type")
        key = (type_, tuple(defaults.name for defaults in folders))
        if key not in self._below:
            layers = self._shared(type_, folders)
            data: Object = {}
            for layer in layers:
                data = merge(data, layer.data, self._language.type(type_).rules)
            self._below[key] = Below(layers, data)
        return self._below[key]

    def specific(self, model: Spec, environment: Spec) -> tuple[Layer, ...]:
        """The layers that hold in this environment alone: its overlay, the folders', the model's."""
        return (
            *_part(f"the environment {environment.name}", environment.document, ("overlay",)),
            *(
                layer
                for defaults in self.folders_above(model.document.path)
                for key in self.keys_for(environment.name, defaults.data)
                for layer in _part(f"{_defaults(defaults)}, in {key}", defaults.document, ("environments", key))
            ),
            *(
                layer
                for key in self.keys_for(environment.name, model.data)
                for layer in _part(f"the model, in {key}", model.document, ("environments", key))
            ),
        )

    def keys_for(self, environment: str, holder: Object) -> Iterator[str]:
        """The keys below `environments` that hold for an environment: its stage, then its name, which is the stronger.

        A key that is the name of an Environment is read as that name, also where it is a stage.
        """
        entries = as_object(holder.get("environments"))
        stage = self._stages.get(environment, "")
        if stage in entries and stage not in self._stages:
            yield stage
        if environment in entries:
            yield environment

    def folders_above(self, path: str) -> tuple[Spec, ...]:
        """The Defaults that hold for a file, from the root down."""
        folder = dirname(path)
        if folder not in self._folders:
            known = self._portfolio.defaults
            self._folders[folder] = tuple(reversed([known[above] for above in upwards(folder) if above in known]))
        return self._folders[folder]

    def _shared(self, model_type: str, folders: tuple[Spec, ...]) -> tuple[Layer, ...]:
        return (
            Layer(f"defaults of type {model_type}", self._language.type(model_type).defaults, None),
            *self._project(model_type),
            *(
                layer
                for defaults in folders
                for layer in (
                    Layer(_defaults(defaults), _fields(defaults.data), defaults.document),
                    *_of_type(_defaults(defaults), defaults.document, model_type),
                )
            ),
        )

    def _project(self, model_type: str) -> tuple[Layer, ...]:
        document = self._portfolio.project.document
        return (*_part("the project", document, ("defaults",)), *_of_type("the project", document, model_type))


def _defaults(spec: Spec) -> str:
    return f"defaults of {dirname(spec.document.path)}/"


def _of_type(label: str, document: Document, model_type: str) -> tuple[Layer, ...]:
    return _part(f"{label}, for type {model_type}", document, ("types", model_type))


def _fields(defaults: Object) -> Object:
    return {key: value for key, value in defaults.items() if key not in _DEFAULTS_ONLY}


def _part(label: str, document: Document, pointer: Pointer) -> tuple[Layer, ...]:
    try:
        data = at(document.data, pointer)
    except (KeyError, TypeError):
        return ()
    return (Layer(label, as_object(data), document, pointer),) if data else ()
