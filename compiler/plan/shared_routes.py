"""Models that are exposed at the same address."""

from collections.abc import Iterator
from dataclasses import replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer
from compiler.plan.context.adoption import cluster_name, models_that_may_set
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel

_EXPOSE: Pointer = ("deploy", "expose")


def shared_route_findings(fleet: Fleet) -> Iterator[Finding]:
    """Two models with the same host and path in a cluster, at the one that is later by name."""
    exposing_models = models_that_may_set(fleet.portfolio, _EXPOSE)
    models_by_route: dict[tuple[str, str, str], ResolvedModel] = {}
    for name, environment in fleet.deployments() if exposing_models else ():
        model = fleet.model(name, environment) if name in exposing_models else None
        expose = model.data.get("deploy", {}).get("expose") if model else None
        if model is None or not expose:
            continue
        host, path = expose["host"].lower(), expose.get("path", "/").rstrip("/") or "/"
        other = models_by_route.setdefault((cluster_name(fleet, environment), host, path), model)
        if other is not model:
            yield _finding(model, other, f"{host}{path}")


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
