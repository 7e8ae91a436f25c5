"""What templates see of one model, whatever the emitter: what asks nothing of other models."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from compiler import __version__
from compiler.foundation.json_data import Object, as_object, as_str
from compiler.foundation.provenance import Derived, Item, Origin, Origins, Root
from compiler.plan import conventions as names
from compiler.plan.context import images
from compiler.plan.context.adoption import adopted_from, base_name, own_selector
from compiler.plan.context.companion_files import file_makers
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_settings import project_options
from compiler.plan.planning_services import Planner
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.portfolio import Spec, folder_of
from compiler.spec.quantities import Percentage

_FOLDERS = ("models", "schemas", "templates", "records")
"""Folders of a project, each called as it is by default."""
Values = dict[str, Item]
"""A context in the making."""
Makers: TypeAlias = dict[str, Callable[[], Item]]
"""What there is to see, and how each thing is worked out."""


class Late(Mapping[str, Item]):
    """A context of which each thing is worked out when somebody looks at it."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Item:
        """What is seen under a name, worked out each time."""
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        """Whether something is seen under a name."""
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        """The names that are seen."""
        return iter(self._makers)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._makers)


def base_context(planner: Planner, model: ResolvedModel) -> Values:
    """What holds for every emitter, and asks nothing of other models; of a model that runs nowhere, what can be told of it."""
    return {name: make() for name, make in _makers(planner, model).items()}


def late_context(planner: Planner, model: ResolvedModel, emitter: Emitter) -> Late:
    """The same with the options of an emitter, for who looks at little of it."""
    return Late({**_makers(planner, model), "options": lambda: Root("options", options_of(planner, emitter, model))})


def _makers(planner: Planner, model: ResolvedModel) -> Makers:
    project = planner.fleet.portfolio.project
    owner = as_str(model.data["owner"])
    version = model.release.version if model.release else ""
    named: Origins = (Origin("model", ("name",)), Origin("project", ("name",)))
    released: Origins = (*named, Origin("model", ("release",)))
    own = own_selector(model)
    selected = adopted_from(model, "selector", ())
    makers: Makers = {
        "project": lambda: project_root(project),
        "tool": tool,
        "names": lambda: Derived(names.SHOWN, ()),
        "model": lambda: Root("model", model.data),
        "team": lambda: _team(planner, owner),
        **_use_case(planner, model),
        "name": lambda: Derived(base_name(model), adopted_from(model, "name", named[:1])),
        "selector": lambda: Derived(names.selector(model.name, project.name, own), selected or named),
        "podLabels": lambda: Derived(names.pod_labels(model.name, project.name, version, own), (*released, *selected)),
        "labels": lambda: Derived(
            names.labels(model.name, project.name, version, owner, own),
            (*released, Origin("model", ("owner",)), *selected),
        ),
    }
    if model.release is not None:
        makers["release"] = lambda: Root("release", release_of(model))
        makers |= file_makers(model.release)
    if model.canary is not None:
        makers["canary"] = lambda: Root("canary", canary_of(model))
    return makers | _there(model)


def _there(model: ResolvedModel) -> Makers:
    """What follows from where the model runs."""
    environment = model.environment
    if environment is None:
        return {}
    own, origins = images.own(model, environment.data), namespace_origins(model, environment)
    makers: Makers = {
        "environment": lambda: Root("environment", environment.data),
        "namespace": lambda: Derived(namespace(model), adopted_from(model, "namespace", origins)),
    }
    return makers if own is None else {**makers, "image": lambda: own}


def _team(planner: Planner, owner: str) -> Root:
    found = planner.fleet.find("Team", owner)
    return Root("team", found.data if found else {})


def with_options(planner: Planner, model: ResolvedModel, emitter: Emitter, context: Values) -> Values:
    """The context with the options of the emitter."""
    return {**context, "options": Root("options", options_of(planner, emitter, model))}


def options_of(planner: Planner, emitter: Emitter, model: ResolvedModel) -> Object:
    """The options of an emitter, with the defaults that it declares: the model's for its target, the project's for any other."""
    if not emitter.is_target:
        return project_options(planner.fleet.portfolio.project.data, emitter)
    chosen = as_object(as_object(model.data.get("deploy")).get("options"))
    return emitter.with_options(chosen) if chosen else emitter.options


def release_of(model: ResolvedModel) -> Object:
    """The release that runs, as templates and conditions see it; empty where none does."""
    return release_data(model.release) if model.release else {}


def canary_of(model: ResolvedModel) -> Object:
    """The release that is tried beside it, and its weight; empty where there is none."""
    return {**release_data(model.canary), "weight": _weight(model)} if model.canary else {}


def project_root(project: Spec) -> Root:
    """What templates see of the project."""
    shown = {key: project.data[key] for key in ("name", "organisation") if key in project.data}
    return Root("project", {**shown, "folders": {folder: folder_of(project.data, folder) for folder in _FOLDERS}})


def tool() -> Derived:
    """What Modelyard says of itself."""
    return Derived({"name": names.MANAGER, "version": __version__}, ())


def environment_of(model: ResolvedModel) -> Spec:
    """The model's environment; only a model that runs somewhere is planned."""
    if model.environment is None:
        message = f"{model.name} runs nowhere"
        raise ValueError(message)
    return model.environment


def _use_case(planner: Planner, model: ResolvedModel) -> Makers:
    named = as_str(model.data.get("useCase"))
    found = planner.fleet.find("UseCase", named) if named else None
    return {"useCase": lambda: Root(f"UseCase/{found.name}", found.data)} if found else {}


def namespace_origins(model: ResolvedModel, environment: Spec) -> Origins:
    """What the namespace of a model comes from, where it adopts none."""
    tenant = as_str(model.data.get("tenant"))
    if tenant in as_object(environment.data.get("namespaces")):
        return (Origin("environment", ("namespaces", tenant)), Origin("model", ("tenant",)))
    return (Origin("environment", ("namespace",)),)


def release_data(release: Release) -> Object:
    """A release as templates and conditions see it: its content, its version, its digest."""
    return {**release.content, "version": release.version, "digest": release.digest}


def _weight(model: ResolvedModel) -> int | float:
    return Percentage(as_str(as_object(model.data.get("canary"))["weight"])).percent
