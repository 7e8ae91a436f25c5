"""The checks of the fleet as a whole, from the facts and the policy usages of all models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.pipeline.results import FleetChecks
from compiler.plan.context.adoption import object_collisions
from compiler.plan.quotas import quota_findings
from compiler.plan.shared_routes import shared_route_findings
from compiler.resolve.checks.model_checks import check_cycles

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


def check_fleet(session: Session) -> FleetChecks:
    """The checks of the fleet, after all models in scope were checked."""
    usage = session.fleet_policies.usage
    return FleetChecks(
        tuple(_fleet_findings(session)),
        tuple(session.policy_engine.unused_findings(usage, includes_objects=False)),
        tuple(sorted(usage.object_policy_ids)),
        len({deployment.model for deployment in session.checked_fleet.deployments if deployment.has_patches}),
    )


def _fleet_findings(session: Session) -> Iterator[Finding]:
    fleet, checked_fleet, names = session.fleet, session.checked_fleet, session.models_in_scope
    dependencies = {(item.model, item.environment): item.dependency_names for item in checked_fleet.deployments}
    yield from check_cycles(fleet, dependencies)
    yield from object_collisions(fleet)
    yield from session.plan_stage.object_findings(names)
    yield from shared_route_findings(fleet, checked_fleet.deployments)
    yield from quota_findings(fleet, checked_fleet.deployments, names)
    if names is None:  # otherwise only findings about models are needed
        yield from session.plan_stage.code_owner_findings(checked_fleet.models)
        yield from session.plan_stage.schedule_findings(checked_fleet.models)
    yield from session.fleet_policies.findings
    yield from session.policy_engine.findings(session.fleet_policies.usage)
