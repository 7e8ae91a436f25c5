"""What files and checks about many models need to know of a model in all of its environments."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from compiler.foundation.json_data import plain_data
from compiler.plan.context.exports import EmitterExports
from compiler.plan.deployment_facts import DeploymentFacts, deployment_facts
from compiler.resolve.fleet import Fleet
from compiler.resolve.retrain_schedules import RetrainSchedule, retrain_schedule
from compiler.spec.language import iter_strings
from compiler.spec.portfolio import ModelSpec, release_contents


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model in plain data. An invalid model has facts, too; it has no deployments where it cannot be resolved.

    `base_owner` is the team that owns it in every environment.
    """

    name: str
    path: str
    """The path of its document."""
    base_owner: str
    companion_paths: tuple[str, ...]
    deployments: tuple[DeploymentFacts, ...]
    retrain_schedule: RetrainSchedule | None


def model_facts(fleet: Fleet, exports: EmitterExports, name: str) -> ModelFacts:
    """The facts of a model."""
    spec = fleet.portfolio.by_kind("Model")[name]
    models = [fleet.resolve(name, environment)[0] for environment in fleet.environments_of(name) if environment]
    return ModelFacts(
        name=name,
        path=spec.document.path,
        base_owner=_base_owner(fleet, spec),
        companion_paths=tuple(_companion_paths(fleet, spec)),
        deployments=tuple(deployment_facts(fleet, exports, model) for model in models if model is not None),
        retrain_schedule=retrain_schedule(fleet, name),
    )


def _base_owner(fleet: Fleet, model: ModelSpec) -> str:
    """The owner that the strongest layer sets which applies in every environment."""
    owners = (layer.data.get("owner") for layer in reversed(fleet.layers.base_layers(model)))
    return next((owner for owner in owners if owner and isinstance(owner, str)), "")


def _companion_paths(fleet: Fleet, model: ModelSpec) -> Iterator[str]:
    """The companion files of a model's releases."""
    annotations = fleet.language.type_language(model.data["type"]).companion_files
    for content in release_contents(model.data).values():
        for annotation in annotations:
            for _, relative in iter_strings(plain_data(content), annotation.pointer):
                yield normpath(join(dirname(model.document.path), relative))
