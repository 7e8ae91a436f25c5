"""Models that are exposed at the same address."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer
from compiler.plan.context.adoption import cluster_name
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

_EXPOSE: Pointer = ("deploy", "expose")


def shared_route_findings(fleet: Fleet, deployments: Iterable[DeploymentFacts]) -> Iterator[Finding]:
    """Two models with the same host and path in a cluster, at the one that is later by name."""
    first_deployments: dict[tuple[str, str], DeploymentFacts] = {}
    for deployment in deployments:
        if not deployment.route:
            continue
        key = (cluster_name(fleet, deployment.environment), deployment.route)
        other = first_deployments.setdefault(key, deployment)
        if other is not deployment:
            models = [fleet.resolve(item.model, item.environment)[0] for item in (deployment, other)]
            if models[0] and models[1]:
                yield _finding(models[0], models[1], deployment.route)


def _finding(model: ResolvedModel, other: ResolvedModel, address: str) -> Finding:
    other_name = (
        other.name
        if other.name != model.name or other.environment is None
        else f"{other.name} in {other.environment.name}"
    )
    message = f"{model.name} and {other_name} are both exposed at {address}"
    help_ = "change `host` or `path` of one of them"
    finding = model.finding(codes.ROUTE_CONFLICT, message, (*_EXPOSE, "host"), help_, per_environment=True)
    return replace(finding, notes=(Note("the other model", other.location((*_EXPOSE, "host"))),))
