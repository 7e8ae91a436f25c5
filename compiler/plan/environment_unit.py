"""The files of one environment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.diagnostics.finding import Finding
from compiler.foundation.provenance import ComputedValue, ContextValue, DocumentValue, computed_list
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.plan.planned_units import PlannedUnit, kind_values
from compiler.plan.quotas import namespace_values
from compiler.plan.shared_files import (
    SharedFilePlanner,
    deployment_value,
    input_document_paths,
    shared_context,
)
from compiler.plan.sync_waves import dependency_chains
from compiler.resolve.fleet import Fleet

KINDS_VARIABLE = "renderedKinds"
"""The kinds of objects that are rendered: every deployment must be planned to know them."""
OBJECT_POLICIES_VARIABLE = "objectPolicies"
APPROVED_VALUES_VARIABLE = "approvedValues"
OBJECT_VARIABLES = (OBJECT_POLICIES_VARIABLE, APPROVED_VALUES_VARIABLE)
"""What follows from all rendered objects of the environment: every deployment must be rendered to know them."""


def plan_environment_units(
    fleet: Fleet,
    planner: SharedFilePlanner,
    environment: str,
    deployments: Sequence[DeploymentFacts],
    kinds: Sequence[tuple[str, str] | Finding],
    object_values: tuple[Mapping[str, ContextValue], Sequence[Finding]],
) -> Iterator[PlannedUnit]:
    """The units of an environment with its deployments; `kinds`: each group and kind of their objects once, if a template reads them.

    `object_values`: variables that follow from the objects, and findings about them, if a template reads them.
    """
    spec = fleet.portfolio.by_kind("Environment")[environment]
    chains = dependency_chains({item.model: item.dependency_names for item in deployments})
    chain_by_model = {name: chain for chain in chains for name in chain.waves}
    namespace_entries, findings = namespace_values(fleet, spec, deployments)
    findings += [item for item in kinds if isinstance(item, Finding)]
    values, value_findings = object_values
    findings += value_findings
    context = {
        **values,
        **shared_context(fleet, [deployment_value(item, chain_by_model[item.model]) for item in deployments]),
        "environment": DocumentValue(f"Environment/{environment}", spec.json),
        "namespaces": computed_list(namespace_entries, ()),
        "chains": ComputedValue([chain.json for chain in chains if chain.is_ordered], ()),
        KINDS_VARIABLE: ComputedValue(kind_values([*{item for item in kinds if not isinstance(item, Finding)}]), ()),
    }
    sources = (spec.document.path, *input_document_paths(fleet, deployments))
    units = list(planner.plan_units("environment", environment, context, sources))
    if findings and not units:
        yield PlannedUnit(environment, (), tuple(findings))
    for unit in units:
        yield replace(unit, findings=(*findings, *unit.findings))
