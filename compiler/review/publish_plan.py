"""Where a change has to be published, in which order, and whose canaries are then to be judged."""

from collections.abc import Callable, Iterator

from compiler.diagnostics.finding import Finding
from compiler.execution.jobs.tasks import models_with_canary
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.pipeline.session import Run
from compiler.review.affected_models import Affected

HERE = "origin"
"""The remote of the repository that the project itself lies in, by git's own custom."""


def waves(run: Run, found: Affected) -> tuple[tuple[Object, ...], ...]:
    """The environments whose tree is another and that name a branch, in order of promotion, those of a group together.

    There are as many as the project has groups, so that each has its place, whatever changed.
    """
    return tuple(tuple(_of_group(run, found, entry)) for entry in _order(run))


def judged(run: Run, found: Affected) -> tuple[Object, ...]:
    """The canaries of models that are affected where they are tried, in environments whose tree is another."""
    touched = {(one.model, one.environment) for one in found.touched}
    there = ((model.name, model.environment.name) for model in models_with_canary(run.fleet) if model.environment)
    return tuple({"model": one[0], "environment": one[1]} for one in there if one in touched and one[1] in found.rendered)


def concerning(run: Run, environment: str) -> Callable[[Finding], bool]:
    """Whether a finding is about an environment, or about more than single others: what nobody can place is about each."""

    def concerns(finding: Finding) -> bool:
        if finding.where:
            return environment in finding.where
        subject = finding.subject
        if subject is None or subject.kind != "Model" or subject.name not in run.portfolio.of("Model"):
            return True
        return environment in run.fleet.places(subject.name)

    return concerns


def unpublished(run: Run) -> tuple[str, ...]:
    """The environments that name no branch."""
    return tuple(name for name in run.fleet.environments if not _delivery(run, name).get("branch"))


def _of_group(run: Run, found: Affected, entry: Json) -> Iterator[Object]:
    for name in map(as_str, as_list(entry) or (entry,)):
        if name in found.rendered and _delivery(run, name).get("branch"):
            yield {"environment": name, "remote": as_str(_delivery(run, name).get("repository")) or HERE}


def _order(run: Run) -> Iterator[Json]:
    yield from as_list(run.portfolio.project.data.get("environments"))


def _delivery(run: Run, name: str) -> Object:
    spec = run.portfolio.of("Environment").get(name)
    return as_object(spec.data.get("delivery")) if spec else {}
