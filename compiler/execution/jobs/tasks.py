"""Tasks: a step of a model's pipeline, for a release in an environment."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname

from compiler.execution.jobs.steps import RELEASE_STEPS, STEP_POINTERS, Step
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Pointer
from compiler.foundation.suggestions import closest_match
from compiler.resolve.fleet import Fleet
from compiler.resolve.release_gates import evaluation_config
from compiler.resolve.releases import read_release
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.retrain_schedules import retrain_schedule
from compiler.source.tree import Tree
from compiler.spec.data_types import StepData
from compiler.spec.model_lookup import require_valid_model
from compiler.spec.portfolio import release_contents
from compiler.spec.quantities import Cron, Duration


@dataclass(frozen=True, slots=True)
class Task:
    """A step for a model in an environment and a release. An evaluation without a program compares recorded metrics."""

    step: Step
    model: ResolvedModel
    release: Release | None

    @property
    def pointer(self) -> Pointer:
        """The pointer to the program in the model."""
        return ("pipeline", *STEP_POINTERS[self.step])

    @property
    def program(self) -> StepData | None:
        """The settings of the program; `None` if none is named."""
        pipeline = self.model.data.get("pipeline", {})
        if self.step == "evaluate":
            return pipeline.get("evaluate", {}).get("run")
        return pipeline.get(self.step)

    @property
    def argv(self) -> tuple[str, ...]:
        """The program and its arguments."""
        return tuple(self.program["command"]) if self.program else ()

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables of the program: those that the step sets, and those that describe the task."""
        context = {"MODEL": self.model.name, "ENVIRONMENT": self.environment, "RELEASE": self.version}
        entries = self.program.get("env", ()) if self.program else ()
        step_variables = {entry["name"]: entry["value"] for entry in entries}
        return step_variables | {f"MODELYARD_{name}": value for name, value in context.items()}

    @property
    def timeout(self) -> str | None:
        """The timeout of the program, as the model writes it."""
        return self.program.get("timeout") if self.program else None

    @property
    def timeout_seconds(self) -> float | None:
        """The timeout of the program."""
        return float(Duration(self.timeout).seconds) if self.timeout else None

    @property
    def folder(self) -> str:
        """The working directory: the folder of the spec."""
        return dirname(self.model.spec.document.path)

    @property
    def environment(self) -> str:
        """The environment; empty if the model is not deployed."""
        return self.model.environment.name if self.model.environment else ""

    @property
    def version(self) -> str:
        """The version of the release; empty if there is none."""
        return self.release.version if self.release else ""

    @property
    def has_work(self) -> bool:
        """Whether there is anything to do: a program, or gates to compare recorded metrics with."""
        return bool(self.argv) or (self.step == "evaluate" and bool(evaluation_config(self.model).get("gates")))


def resolve_tasks(
    fleet: Fleet, tree: Tree, name: str, step: Step, version: str | None = None, environment: str | None = None
) -> Iterator[Task]:
    """The tasks of a step: for the named release, else for each deployed release, or once.

    Raises `UsageError` for an unpublished release and for an invalid model.
    """
    placements = _resolve_placements(fleet, name, environment)
    if version is not None:
        yield from _version_tasks(fleet, tree, placements, step, version)
    elif step == "canary":
        yield from (Task(step, model, model.canary) for model in placements if model.canary is not None)
    elif step in RELEASE_STEPS and any(model.release for model in placements):
        yield from _release_tasks(placements, step)
    else:
        yield Task(step, placements[0], placements[0].release or _sole_release(fleet, tree, placements[0]))


def models_with_step(fleet: Fleet, step: Step, schedule: str | None = None) -> Iterator[ResolvedModel]:
    """The models with a step; with a cron expression, those that are retrained by it, in whatever time zone."""
    cron = Cron(schedule) if schedule is not None else None
    for name in fleet.portfolio.by_kind("Model"):
        model, _ = fleet.resolve(name, fleet.environments_of(name)[0])
        retraining = retrain_schedule(fleet, name)
        is_selected = cron is None or (retraining is not None and retraining.cron == cron)
        if model is not None and is_selected and Task(step, model, None).has_work:
            yield model


def models_with_canary(fleet: Fleet, names: Container[str] | None = None) -> Iterator[ResolvedModel]:
    """The models with a running canary and a step that evaluates it; `names` limits the models."""
    for name, environment in fleet.deployments():
        if names is not None and name not in names:
            continue
        model, _ = fleet.resolve(name, environment)
        if model is not None and model.canary is not None and Task("canary", model, model.canary).has_work:
            yield model


def champion_release(fleet: Fleet, model: ResolvedModel) -> Release | None:
    """The champion: the release that runs in the environment that the model names, in the given fleet."""
    champion_config = evaluation_config(model).get("champion", {})
    if not champion_config or model.name not in fleet.portfolio.by_kind("Model"):
        return None
    champion_model = fleet.model(model.name, champion_config["environment"])
    return champion_model.release if champion_model else None


def _resolve_placements(fleet: Fleet, name: str, environment: str | None) -> list[ResolvedModel]:
    """The model in each of its environments, in order of promotion; its base layers if it is not deployed."""
    require_valid_model(fleet.portfolio, name)
    environments = fleet.environments_of(name) if environment is None else (environment,)
    if environment is not None and environment not in fleet.environments_of(name):
        raise UsageError(f"{name} is not deployed in `{environment}`", help=_environments_help(fleet, name))
    models: list[ResolvedModel] = []
    for environment_name in environments:
        model, _ = fleet.resolve(name, environment_name)
        if model is None:
            raise UsageError(
                f"{name} has errors{f' in {environment_name}' if environment_name else ''}",
                help="modelyard check",
            )
        models.append(model)
    return models


def _environments_help(fleet: Fleet, name: str) -> str:
    environments = [environment for environment in fleet.environments_of(name) if environment]
    return f"it is deployed in {', '.join(environments)}" if environments else "it is not deployed in any environment"


def _version_tasks(
    fleet: Fleet, tree: Tree, placements: list[ResolvedModel], step: Step, version: str
) -> Iterator[Task]:
    release = published_release(fleet, tree, placements[0], version)
    matching_models = (
        model
        for model in placements
        if version in {candidate.version for candidate in (model.release, model.canary) if candidate}
    )
    yield Task(step, next(matching_models, placements[0]), release)


def _release_tasks(placements: list[ResolvedModel], step: Step) -> Iterator[Task]:
    seen_versions: set[str] = set()
    for model in placements:
        for release in (model.release, model.canary):
            if release is not None and release.version not in seen_versions:
                seen_versions.add(release.version)
                yield Task(step, model, release)


def _sole_release(fleet: Fleet, tree: Tree, model: ResolvedModel) -> Release | None:
    """The only release of a model that is not deployed; `None` if there are several."""
    versions = list(release_contents(model.spec.data))
    return published_release(fleet, tree, model, versions[0]) if len(versions) == 1 else None


def published_release(fleet: Fleet, tree: Tree, model: ResolvedModel, version: str) -> Release:
    """A published release by version; raises `UsageError` if there is none."""
    versions = list(release_contents(model.spec.data))
    if version not in versions:
        suggestion = closest_match(version, versions)
        help_ = (
            f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(versions) or 'none is published'}"
        )
        raise UsageError(f"there is no release `{version}` of {model.name}", help=help_)
    return read_release(
        tree, model.spec, version, fleet.language.type_language(model.spec.data["type"]).companion_files
    )[0]
