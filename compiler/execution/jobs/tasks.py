"""What there is to run: a step of a model's pipeline, for a release, as it is in an environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname

from compiler.execution.jobs.steps import EACH_RELEASE, STEPS
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest
from compiler.resolve.fleet import Fleet
from compiler.resolve.release_gates import evaluate_of
from compiler.resolve.releases import read_release
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.retrain_schedules import retrained
from compiler.source.tree import Tree
from compiler.spec.portfolio import release_contents
from compiler.spec.quantities import Cron, Duration


@dataclass(frozen=True, slots=True)
class Task:
    """A step for a model as it is in a place, and the release that it is about; no program where it is judged by records."""

    step: str
    model: ResolvedModel
    release: Release | None

    @property
    def pointer(self) -> Pointer:
        """Where the model says the program."""
        return ("pipeline", *STEPS[self.step])

    @property
    def program(self) -> Object:
        """What is said of the program; empty where none is named."""
        found: Object = self.model.data
        for part in self.pointer:
            found = as_object(found.get(str(part)))
        return found

    @property
    def argv(self) -> tuple[str, ...]:
        """The program and its arguments."""
        return tuple(map(as_str, as_list(self.program.get("command"))))

    @property
    def variables(self) -> Mapping[str, str]:
        """What the step sets in the environment of the program, and what it can know of what it is about."""
        said = map(as_object, as_list(self.program.get("env")))
        about = {"MODEL": self.model.name, "ENVIRONMENT": self.environment, "RELEASE": self.version}
        own = {as_str(one["name"]): as_str(one["value"]) for one in said}
        return own | {f"MODELYARD_{name}": value for name, value in about.items()}

    @property
    def seconds(self) -> float | None:
        """The longest that the program may take."""
        said = as_str(self.program.get("timeout"))
        return float(Duration(said).seconds) if said else None

    @property
    def folder(self) -> str:
        """Where it runs: the folder of the spec."""
        return dirname(self.model.spec.document.path)

    @property
    def environment(self) -> str:
        """The environment as which the model is seen; empty where it runs nowhere."""
        return self.model.environment.name if self.model.environment else ""

    @property
    def version(self) -> str:
        """The release's version; empty where there is none."""
        return self.release.version if self.release else ""

    @property
    def exists(self) -> bool:
        """Whether there is anything to do: a program, or bars that what is recorded can be held against."""
        return bool(self.argv) or (self.step == "evaluate" and bool(evaluate_of(self.model).get("gates")))


def tasks(
    fleet: Fleet, tree: Tree, name: str, step: str, version: str | None = None, environment: str | None = None
) -> Iterator[Task]:
    """What a step of a model comes to: for one release that is named, else for each that runs, or once.

    Raises `UsageError` for a release that is not published, and for a model that does not hold together.
    """
    places = _places(fleet, name, environment)
    if version is not None:
        yield from _of_version(fleet, tree, places, step, version)
    elif step == "canary":
        yield from (Task(step, model, model.canary) for model in places if model.canary is not None)
    elif step in EACH_RELEASE and any(model.release for model in places):
        yield from _of_each(places, step)
    else:
        yield Task(step, places[0], places[0].release or _only(fleet, tree, places[0]))


def with_step(fleet: Fleet, step: str, schedule: str | None = None) -> Iterator[ResolvedModel]:
    """The models that have a step; with a schedule those that are trained by it."""
    wanted = Cron(schedule) if schedule is not None else None
    for name in fleet.portfolio.of("Model"):
        model, _ = fleet.resolve(name, fleet.places(name)[0])
        found = retrained(fleet, name)
        is_meant = wanted is None or (found is not None and found[1] == wanted)
        if model is not None and is_meant and Task(step, model, None).exists:
            yield model


def canaries(fleet: Fleet) -> Iterator[ResolvedModel]:
    """Models where a release is tried beside the one that runs, and a step judges it."""
    for name, environment in fleet.deployments():
        model, _ = fleet.resolve(name, environment)
        if model is not None and model.canary is not None and Task("canary", model, model.canary).exists:
            yield model


def champion(fleet: Fleet, model: ResolvedModel) -> Release | None:
    """The release that others have to be as good as: what runs in the environment that the model names, in that fleet."""
    said = as_object(evaluate_of(model).get("champion"))
    if not said or model.name not in fleet.portfolio.of("Model"):
        return None
    found = fleet.model(model.name, as_str(said["environment"]))
    return found.release if found else None


def _places(fleet: Fleet, name: str, environment: str | None) -> list[ResolvedModel]:
    """The model in each of its environments, in order of promotion; without any, as it is in general."""
    if name not in fleet.portfolio.of("Model"):
        near = nearest(name, fleet.portfolio.of("Model"))
        raise UsageError(f"there is no sound model `{name}`", help=f"did you mean `{near}`?" if near else "modelyard check")
    wanted = fleet.places(name) if environment is None else (environment,)
    if environment is not None and environment not in fleet.places(name):
        raise UsageError(f"{name} does not run in `{environment}`", help=_runs(fleet, name))
    found: list[ResolvedModel] = []
    for place in wanted:
        model, _ = fleet.resolve(name, place)
        if model is None:
            raise UsageError(f"{name} does not hold together{f' in {place}' if place else ''}", help="modelyard check")
        found.append(model)
    return found


def _runs(fleet: Fleet, name: str) -> str:
    places = [place for place in fleet.places(name) if place]
    return f"it runs in {', '.join(places)}" if places else "it runs nowhere"


def _of_version(
    fleet: Fleet, tree: Tree, places: list[ResolvedModel], step: str, version: str
) -> Iterator[Task]:
    release = published(fleet, tree, places[0], version)
    there = (model for model in places if version in {one.version for one in (model.release, model.canary) if one})
    yield Task(step, next(there, places[0]), release)


def _of_each(places: list[ResolvedModel], step: str) -> Iterator[Task]:
    seen: set[str] = set()
    for model in places:
        for release in (model.release, model.canary):
            if release is not None and release.version not in seen:
                seen.add(release.version)
                yield Task(step, model, release)


def _only(fleet: Fleet, tree: Tree, model: ResolvedModel) -> Release | None:
    """The release of a model that runs nowhere, where there is one."""
    versions = list(release_contents(model.spec.data))
    return published(fleet, tree, model, versions[0]) if len(versions) == 1 else None


def published(fleet: Fleet, tree: Tree, model: ResolvedModel, version: str) -> Release:
    """A published release by its version; raises `UsageError` where there is none."""
    versions = list(release_contents(model.spec.data))
    if version not in versions:
        near = nearest(version, versions)
        help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(versions) or 'none is published'}"
        raise UsageError(f"there is no release `{version}` of {model.name}", help=help_)
    return read_release(tree, model.spec, version, fleet.language.type(model.spec.text("type")).beside)[0]

