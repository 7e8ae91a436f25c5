"""Where a change is published, in which order, and which canaries are evaluated afterwards."""

from collections.abc import Callable, Iterator, Sequence

from compiler.diagnostics.finding import Finding
from compiler.execution.jobs.tasks import models_with_canary
from compiler.foundation.json_data import Object
from compiler.pipeline.session import Session
from compiler.resolve.fleet import promotion_groups
from compiler.review.affected_models import ChangeImpact
from compiler.spec.data_types import DeliveryData

ORIGIN = "origin"
"""Git's default name of a remote: the repository that contains the project."""


def publish_waves(session: Session, impact: ChangeImpact) -> tuple[tuple[Object, ...], ...]:
    """The environments whose files change and that name a branch, in order of promotion and by group.

    There is one entry per group of the project, even if nothing in it changes.
    """
    return tuple(tuple(_publish_targets(session, impact, group)) for group in promotion_groups(session.portfolio))


def affected_canaries(session: Session, impact: ChangeImpact) -> tuple[Object, ...]:
    """The canaries of affected models, in environments whose files change."""
    affected_keys = {(key.model, key.environment) for key in impact.affected_models}
    models = models_with_canary(session.fleet, {name for name, _ in affected_keys})
    canary_keys = ((model.name, model.environment.name) for model in models if model.environment)
    return tuple(
        {"model": key[0], "environment": key[1]}
        for key in canary_keys
        if key in affected_keys and key[1] in impact.rendered_environments
    )


def environment_filter(session: Session, environment: str) -> Callable[[Finding], bool]:
    """Whether a finding concerns an environment; one that names none concerns every environment, or those of the model that it is about."""

    def concerns(finding: Finding) -> bool:
        if finding.affected_environments:
            return environment in finding.affected_environments
        subject = finding.subject
        if subject is None or subject.kind != "Model" or subject.name not in session.portfolio.by_kind("Model"):
            return True
        return environment in session.fleet.environments_of(subject.name)

    return concerns


def environments_without_branch(session: Session) -> tuple[str, ...]:
    """The environments that name no branch."""
    return tuple(name for name in session.fleet.environments if not _delivery(session, name).get("branch"))


def _publish_targets(session: Session, impact: ChangeImpact, group: Sequence[str]) -> Iterator[Object]:
    for name in group:
        if name in impact.rendered_environments and _delivery(session, name).get("branch"):
            yield {"environment": name, "remote": _delivery(session, name).get("repository") or ORIGIN}


def _delivery(session: Session, name: str) -> DeliveryData:
    spec = session.portfolio.by_kind("Environment").get(name)
    return spec.data.get("delivery", {}) if spec else {}
