"""The namespaces of an environment, and the sum of what their models can request."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.foundation.suggestions import closest_match
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.plan.max_requests import ResourceTotals, sum_resources
from compiler.resolve.fleet import Fleet
from compiler.spec.data_types import ResourceTotalsData
from compiler.spec.portfolio import EnvironmentSpec
from compiler.spec.quantities import Cpu, Memory


def quota_findings(
    fleet: Fleet, deployments: Iterable[DeploymentFacts], selected_models: Container[str] | None
) -> Iterator[Finding]:
    """Findings about quotas that cannot be checked or are too small; `selected_models` restricts the models."""
    all_deployments = [
        deployment for deployment in deployments if selected_models is None or deployment.model in selected_models
    ]
    for name, environment in fleet.portfolio.by_kind("Environment").items():
        if name not in fleet.environments:
            continue
        yield from _unknown_namespace_findings(environment)
        if "quota" not in environment.data:
            continue
        local_deployments = [deployment for deployment in all_deployments if deployment.environment == name]
        findings = namespace_values(fleet, environment, local_deployments)[1]
        yield from (
            finding for finding in findings if selected_models is None or finding.code is codes.MISSING_RESOURCE_REQUEST
        )


def _unknown_namespace_findings(environment: EnvironmentSpec) -> Iterator[Finding]:
    """Quotas and settings of namespaces that the Environment does not define, which would have no effect."""
    known_names = [environment.data.get("namespace", ""), *environment.data.get("namespaces", {}).values()]
    quotas = environment.data.get("quota", {}).get("namespaces", {})
    settings = environment.data.get("namespaceSettings", {}).get("namespaces", {})
    pointers: list[Pointer] = [("quota", "namespaces", name) for name in quotas]
    pointers += [("namespaceSettings", "namespaces", name) for name in settings]
    for pointer in pointers:
        name = str(pointer[-1])
        if name in known_names:
            continue
        suggestion = closest_match(name, known_names)
        help_ = (
            f"did you mean `{suggestion}`?"
            if suggestion
            else f"use one of: {', '.join(sorted({*filter(None, known_names)}))}"
        )
        location, subject = (
            environment.document.key_location(pointer),
            Subject("Environment", environment.name, None, pointer),
        )
        yield Finding(codes.MATCHES_NOTHING, f"{environment.name} has no namespace `{name}`", location, subject, help_)


def namespace_values(
    fleet: Fleet, environment: EnvironmentSpec, deployments: Sequence[DeploymentFacts]
) -> tuple[list[ComputedValue], list[Finding]]:
    """The namespaces by name as templates see them, and findings about their quotas."""
    findings: list[Finding] = []
    values: list[ComputedValue] = []
    by_namespace: dict[str, list[DeploymentFacts]] = {}
    for deployment in deployments:
        by_namespace.setdefault(deployment.namespace, []).append(deployment)
    for name, members in sorted(by_namespace.items()):
        pointer = _namespace_pointer(environment, name)
        data: dict[str, Json] = {
            "name": name,
            "adopted": pointer is None,
            "models": [member.model for member in members],
        }
        if pointer is not None:
            data |= _quota_value(fleet, environment, name, members, findings)
        origins = (Origin(f"Environment/{environment.name}", pointer),) if pointer else members[0].namespace_origins
        values.append(ComputedValue(data, origins))
    return values, findings


def _namespace_pointer(environment: EnvironmentSpec, name: str) -> Pointer | None:
    """The pointer in the Environment that names the namespace; `None` if only adopted objects are in it."""
    if environment.data.get("namespace") == name:
        return ("namespace",)
    tenants = environment.data.get("namespaces", {})
    return next((("namespaces", tenant) for tenant, value in tenants.items() if value == name), None)


def _quota_value(
    fleet: Fleet,
    environment: EnvironmentSpec,
    name: str,
    deployments: Sequence[DeploymentFacts],
    findings: list[Finding],
) -> dict[str, Json]:
    quota = environment.data.get("quota", {})
    limits = quota.get("namespaces", {}).get(name, {})
    if not limits and "headroom" not in quota:
        return {}
    resources = set(limits) or {"cpu", "memory"}
    incomplete_deployments = [
        deployment
        for deployment in deployments
        if isinstance(deployment.max_requests, tuple) and resources.intersection(deployment.max_requests)
    ]
    findings += _missing_request_findings(fleet, environment, incomplete_deployments)
    requests = sum_resources(
        deployment.max_requests for deployment in deployments if isinstance(deployment.max_requests, ResourceTotals)
    )
    if limits:
        findings += _small_quota_findings(environment, name, limits, requests)
        return {"quota": {key: limits[key] for key in ("cpu", "memory") if key in limits}}
    return (
        {} if incomplete_deployments else {"quota": _amounts_value(requests.with_headroom(int(quota["headroom"][:-1])))}
    )


def _amounts_value(amount: ResourceTotals) -> Json:
    amounts: dict[str, Json] = (
        {"cpu": Cpu(f"{amount.cpu}m"), "memory": Memory(f"{amount.memory}")} if amount.cpu else {}
    )
    return {**amounts, **({"accelerators": dict(amount.accelerators)} if amount.accelerators else {})}


def _missing_request_findings(
    fleet: Fleet, environment: EnvironmentSpec, deployments: Iterable[DeploymentFacts]
) -> Iterator[Finding]:
    """Kubernetes rejects pods that do not request a resource that a quota limits (Kubernetes, "Resource Quotas")."""
    for deployment in deployments:
        model, _ = fleet.resolve(deployment.model, deployment.environment)
        missing_resources = deployment.max_requests
        if model is None or not isinstance(missing_resources, tuple):
            continue
        message = (
            f"the quota of {deployment.namespace} limits {' and '.join(missing_resources)}, but {deployment.model} "
            "does not request any for its replicas"
        )
        help_ = f"add `{missing_resources[0]}` to `deploy.resources`"
        finding = model.finding(
            codes.MISSING_RESOURCE_REQUEST, message, ("deploy", "resources"), help_, per_environment=True
        )
        yield replace(finding, notes=(Note("the quota is here", environment.document.location(("quota",))),))


def _small_quota_findings(
    environment: EnvironmentSpec, name: str, limits: ResourceTotalsData, requests: ResourceTotals
) -> Iterator[Finding]:
    """Quotas that are smaller than what the models can request."""
    resources: tuple[tuple[Literal["cpu", "memory"], int, Cpu | Memory], ...] = (
        ("cpu", requests.cpu, Cpu(f"{requests.cpu or 1}m")),
        ("memory", requests.memory, Memory(f"{requests.memory or 1}")),
    )
    for key, minimum, unit in resources:
        if key not in limits:
            continue
        pointer = ("quota", "namespaces", name, key)
        limit = _parse_amount(key, limits[key])
        subject = Subject("Environment", environment.name, None, pointer)
        location = environment.document.location(pointer)
        if limit is None:
            message, help_ = (
                f"{limits[key]} is not a quantity of {key}",
                "write a Kubernetes quantity, such as 40 or 160Gi",
            )
            yield Finding(codes.BAD_VALUE, message, location, subject, help_)
        elif limit < minimum:
            message = f"the models of {name} can request up to {unit} of {key}, but its quota is {limits[key]}"
            yield Finding(codes.QUOTA_TOO_SMALL, message, location, subject, codes.QUOTA_TOO_SMALL.remedy)


def _parse_amount(key: str, value: Json) -> int | None:
    text = str(value)
    try:
        return Cpu(text).millicores if key == "cpu" else Memory(text).bytes
    except ValueError:
        return None
