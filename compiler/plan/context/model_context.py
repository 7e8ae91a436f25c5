"""The part of a template context that depends on one model only, for every emitter."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from compiler import __version__
from compiler.foundation.json_data import Object
from compiler.foundation.provenance import ComputedValue, ContextValue, DocumentValue, Origin, Origins
from compiler.plan import conventions
from compiler.plan.context import images
from compiler.plan.context.adoption import adopted_selector, adoption_origins, base_name
from compiler.plan.context.companion_files import companion_file_factories
from compiler.plan.emitters.emitter import Emitter, project_emitter_options
from compiler.resolve.derived_classes import derived_class_entries
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import EnvironmentSpec, FolderName, ProjectSpec, configured_folder
from compiler.spec.quantities import Percentage

_FOLDER_KEYS: tuple[FolderName, ...] = ("models", "schemas", "templates", "records")
"""The folders of a project by purpose, with their default names."""
ContextValues = dict[str, ContextValue]
"""A context under construction."""
ValueFactories: TypeAlias = dict[str, Callable[[], ContextValue]]
"""Names to the functions that compute their values."""


class LazyContext(Mapping[str, ContextValue]):
    """A context whose values are computed on access."""

    def __init__(self, factories: ValueFactories) -> None:
        self._factories = factories

    def __getitem__(self, name: str) -> ContextValue:
        """The value of a name, computed on each access."""
        return self._factories[name]()

    def __contains__(self, name: object) -> bool:
        """Whether the context has the name."""
        return name in self._factories

    def __iter__(self) -> Iterator[str]:
        """The names of the context."""
        return iter(self._factories)

    def __len__(self) -> int:
        """The number of names."""
        return len(self._factories)


def model_context(fleet: Fleet, model: ResolvedModel) -> ContextValues:
    """The values for every emitter; for a model that is not deployed, those that do not depend on an environment."""
    return {name: factory() for name, factory in _value_factories(fleet, model).items()}


def lazy_model_context(fleet: Fleet, model: ResolvedModel, emitter: Emitter) -> LazyContext:
    """The same with an emitter's options, computed on access."""
    return LazyContext(
        {
            **_value_factories(fleet, model),
            "options": lambda: DocumentValue("options", emitter_options(fleet, emitter, model)),
        }
    )


def _value_factories(fleet: Fleet, model: ResolvedModel) -> ValueFactories:
    project = fleet.portfolio.project
    owner = model.data["owner"]
    version = model.release.version if model.release else ""
    name_origins: Origins = (Origin("model", ("name",)), Origin("project", ("name",)))
    release_origins: Origins = (*name_origins, Origin("model", ("release",)))
    adopted_labels = adopted_selector(model)
    selector_origins = adoption_origins(model, "selector", ())
    factories: ValueFactories = {
        "project": lambda: project_value(project),
        "tool": tool_value,
        "names": lambda: ComputedValue(conventions.TEMPLATE_NAMES, ()),
        "model": lambda: DocumentValue("model", model.json),
        "team": lambda: _team_value(fleet, owner),
        **_use_case_factory(fleet, model),
        "name": lambda: ComputedValue(base_name(model), adoption_origins(model, "name", name_origins[:1])),
        "selector": lambda: ComputedValue(
            conventions.selector_labels(model.name, project.name, adopted_labels), selector_origins or name_origins
        ),
        "podLabels": lambda: ComputedValue(
            conventions.pod_labels(model.name, project.name, version, adopted_labels),
            (*release_origins, *selector_origins),
        ),
        "labels": lambda: ComputedValue(
            conventions.object_labels(model.name, project.name, version, owner, adopted_labels),
            (*release_origins, Origin("model", ("owner",)), *selector_origins),
        ),
    }
    if model.release is not None:
        factories["release"] = lambda: DocumentValue("release", current_release_data(model))
        factories |= companion_file_factories(model.release)
    if model.canary is not None:
        factories["canary"] = lambda: DocumentValue("canary", canary_data(model))
    return factories | _environment_factories(model)


def _environment_factories(model: ResolvedModel) -> ValueFactories:
    """Values that depend on the environment."""
    environment = model.environment
    if environment is None:
        return {}
    model_image, origins = images.model_image(model, environment.data), namespace_origins(model, environment)
    factories: ValueFactories = {
        "environment": lambda: DocumentValue("environment", environment.json),
        "namespace": lambda: ComputedValue(namespace(model), adoption_origins(model, "namespace", origins)),
        "containerImages": lambda: images.container_images(model, environment.data),
    }
    components = images.component_images(model, environment.data)
    if components:
        component_values: Object = {name: image.reference for name, image in components.items()}
        component_origins = tuple(origin for image in components.values() for origin in image.origins)
        factories["componentImages"] = lambda: ComputedValue(component_values, component_origins)
    return factories if model_image is None else {**factories, "image": lambda: model_image.value}


def _team_value(fleet: Fleet, owner: str) -> DocumentValue:
    team = fleet.find("Team", owner)
    return DocumentValue("team", team.json if team else {})


def with_emitter_options(fleet: Fleet, model: ResolvedModel, emitter: Emitter, context: ContextValues) -> ContextValues:
    """The context with the options of the emitter."""
    return {**context, "options": DocumentValue("options", emitter_options(fleet, emitter, model))}


def emitter_options(fleet: Fleet, emitter: Emitter, model: ResolvedModel) -> Object:
    """The options of an emitter with its defaults: for the target, the model's options; for others, the project's."""
    if not emitter.is_target:
        return project_emitter_options(fleet.portfolio.project.data, emitter)
    values = model.data.get("deploy", {}).get("options", {})
    return emitter.options_with_defaults(values) if values else emitter.default_options


def current_release_data(model: ResolvedModel) -> Object:
    """The running release, as templates and conditions see it; empty if there is none."""
    return model.release.identified_json if model.release else {}


def canary_data(model: ResolvedModel) -> Object:
    """The canary and its weight; empty if there is none."""
    return {**model.canary.identified_json, "weight": _canary_weight(model)} if model.canary else {}


def project_value(project: ProjectSpec) -> DocumentValue:
    """The project as templates see it."""
    public_fields = {key: project.json[key] for key in ("name", "organisation") if key in project.json}
    return DocumentValue(
        "project",
        {**public_fields, "folders": {folder: configured_folder(project.data, folder) for folder in _FOLDER_KEYS}},
    )


def tool_value() -> ComputedValue:
    """Modelyard itself: name and version."""
    return ComputedValue({"name": conventions.TOOL_NAME, "version": __version__}, ())


def environment_of(model: ResolvedModel) -> EnvironmentSpec:
    """The environment of a deployed model."""
    if model.environment is None:
        message = f"{model.name} is not deployed in any environment"
        raise ValueError(message)
    return model.environment


def _use_case_factory(fleet: Fleet, model: ResolvedModel) -> ValueFactories:
    use_case_name = model.data.get("useCase", "")
    use_case = fleet.find("UseCase", use_case_name) if use_case_name else None
    if use_case is None:
        return {}
    origins: Origins = (Origin(f"UseCase/{use_case.name}", ("facts",)),)
    return {
        "useCase": lambda: DocumentValue(f"UseCase/{use_case.name}", use_case.json),
        "derivedClasses": lambda: ComputedValue(derived_class_entries(use_case.json), origins),
    }


def namespace_origins(model: ResolvedModel, environment: EnvironmentSpec) -> Origins:
    """The origins of the model's namespace, unless it is adopted."""
    tenant = model.data.get("tenant", "")
    if tenant in environment.data.get("namespaces", {}):
        return (Origin("environment", ("namespaces", tenant)), Origin("model", ("tenant",)))
    return (Origin("environment", ("namespace",)),)


def _canary_weight(model: ResolvedModel) -> int | float:
    return Percentage(model.data.get("canary", {})["weight"]).percent
