"""Adds a model's network relations to its context: dependencies, dependents, egress and its own endpoint."""

from collections.abc import Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, plain_data
from compiler.foundation.provenance import ComputedValue, Origin, Origins, computed_list
from compiler.plan.context.adoption import adopted_selector, pod_selector
from compiler.plan.context.emitter_evaluation import EmitterEvaluation
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import ContextValues, environment_of
from compiler.plan.context.network import network_access, network_findings
from compiler.plan.context.settings_env import settings_variables
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import SecretData


def with_network_context(
    fleet: Fleet, exports: EmitterExports, target_evaluation: EmitterEvaluation, context: ContextValues
) -> tuple[ContextValues, tuple[Finding, ...]]:
    """The target's context with all values except the paths of other files, and findings."""
    model, context = target_evaluation.model, dict(context)
    deploy = model.data.get("deploy", {})
    endpoint_value = exports.render(target_evaluation.emitter, context, "endpoint")
    if isinstance(endpoint_value, Finding):
        return context, (endpoint_value,)
    if endpoint_value:
        context["endpoint"] = ComputedValue(endpoint_value, (Origin("model", ("name",)),))
    network = network_access(fleet, exports, model)
    origins: Origins = (Origin("model", ("uses",)), Origin("release", ("source",)))
    dependency_variables = [
        ComputedValue({"name": use.data["env"], "value": use.data["url"]}, (use.origin,))
        for use in network.dependencies
        if "env" in use.data
    ]
    dependents, identity_findings = _dependent_values(fleet, exports, model)
    secrets = [_secret_value(secret) for secret in deploy.get("secrets", ())]
    context |= {
        "uses": computed_list([ComputedValue(use.data, (use.origin,)) for use in network.dependencies], origins),
        "egress": ComputedValue(
            list(network.egress),
            (*origins, Origin("model", ("deploy", "egress"))),
        ),
        "dependents": ComputedValue(dependents, origins),
        "variables": computed_list(
            [
                *dependency_variables,
                *settings_variables(model.release),
                *_list_values([plain_data(variable) for variable in deploy.get("env", ())], "env"),
            ],
            (*origins, Origin("model", ("deploy", "env"))),
        ),
        "secrets": computed_list(_list_values(secrets, "secrets"), (Origin("model", ("deploy", "secrets")),)),
    }
    return context, (*network_findings(fleet, exports, model, network), *identity_findings)


def _list_values(elements: Sequence[Json], key: str) -> list[ComputedValue]:
    """The elements of a list below `deploy`, each with its own origin."""
    return [
        ComputedValue(element, (Origin("model", ("deploy", key, index)),)) for index, element in enumerate(elements)
    ]


def _secret_value(secret: SecretData) -> Object:
    key = secret["key"]
    path, slash, property_ = key.rpartition("/")
    entry: dict[str, Json] = {"name": secret["name"], "key": key, "env": secret["env"]}
    return {**entry, "path": path, "property": property_} if slash else {**entry, "path": key}


def _dependent_values(fleet: Fleet, exports: EmitterExports, model: ResolvedModel) -> tuple[list[Json], list[Finding]]:
    """The models that use this one, with the identity of their pods that their targets export; findings about broken exports."""
    environment = environment_of(model).name
    project = fleet.portfolio.project.name
    entries: list[Json] = []
    findings: list[Finding] = []
    for name in fleet.dependents(model.name, environment):
        dependent = fleet.model(name, environment)
        target = exports.target_of(dependent) if dependent is not None else None
        if dependent is None:
            continue
        identity = exports.of_model(dependent, target, "identity") if target is not None else {}
        if isinstance(identity, Finding):
            findings.append(identity)
            identity = {}
        entries.append(
            {
                "name": name,
                "namespace": namespace(dependent),
                "selector": pod_selector(dependent, project),
                "adopted": bool(adopted_selector(dependent)),
                **identity,
            }
        )
    return entries, findings
