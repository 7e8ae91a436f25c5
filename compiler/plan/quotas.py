"""The namespaces of an environment, and the sum of what their models can request."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.provenance import ComputedValue, Origin, Origins
from compiler.foundation.suggestions import closest_match
from compiler.plan.context.document_origins import namespace_document_origins
from compiler.plan.context.exports import EmitterExports
from compiler.plan.max_requests import ResourceTotals, max_requests, sum_resources
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ResourceTotalsData
from compiler.spec.portfolio import EnvironmentSpec
from compiler.spec.quantities import Cpu, Memory


@dataclass(frozen=True, slots=True)
class NamespaceUsage:
    """A model in a namespace of an environment, and the maximum requests of its pods, computed if there is a quota."""

    model: ResolvedModel
    namespace: str
    max_requests: ResourceTotals | tuple[str, ...]
    namespace_origins: Origins


def namespace_usage(exports: EmitterExports, model: ResolvedModel, environment: EnvironmentSpec) -> NamespaceUsage:
    """The namespace usage of a deployed model; requests are computed on demand."""
    requests = max_requests(exports, model) if "quota" in environment.data else ResourceTotals()
    return NamespaceUsage(model, namespace(model) or "", requests, namespace_document_origins(model))


def quota_findings(fleet: Fleet, exports: EmitterExports, selected_models: Container[str] | None) -> Iterator[Finding]:
    """Findings about quotas that cannot be checked or are too small; `selected_models` restricts the models."""
    for name, environment in fleet.portfolio.by_kind("Environment").items():
        if "quota" not in environment.data or name not in fleet.environments:
            continue
        deployed_models = [
            model
            for model, environment_name in fleet.deployments()
            if environment_name == name and (selected_models is None or model in selected_models)
        ]
        models = (fleet.resolve(model, name)[0] for model in deployed_models)
        usages = [namespace_usage(exports, model, environment) for model in models if model is not None]
        findings = namespace_values(environment, usages)[1]
        yield from (
            finding for finding in findings if selected_models is None or finding.code is codes.MISSING_RESOURCE_REQUEST
        )
        yield from _unknown_namespace_findings(environment)


def _unknown_namespace_findings(environment: EnvironmentSpec) -> Iterator[Finding]:
    """Quotas of namespaces that the Environment does not define, which would have no effect."""
    known_names = [environment.data.get("namespace", ""), *environment.data.get("namespaces", {}).values()]
    for name in environment.data["quota"].get("namespaces", {}):
        if name in known_names:
            continue
        pointer: Pointer = ("quota", "namespaces", name)
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
    environment: EnvironmentSpec, usages: Sequence[NamespaceUsage]
) -> tuple[list[ComputedValue], list[Finding]]:
    """The namespaces by name as templates see them, and findings about their quotas."""
    findings: list[Finding] = []
    values: list[ComputedValue] = []
    for name in sorted({usage.namespace for usage in usages}):
        namespace_usages = [usage for usage in usages if usage.namespace == name]
        pointer = _namespace_pointer(environment, name)
        data: dict[str, Json] = {
            "name": name,
            "adopted": pointer is None,
            "models": [member.model.name for member in namespace_usages],
        }
        if pointer is not None:
            data |= _quota_value(environment, name, namespace_usages, findings)
        origins = (
            (Origin(f"Environment/{environment.name}", pointer),) if pointer else namespace_usages[0].namespace_origins
        )
        values.append(ComputedValue(data, origins))
    return values, findings


def _namespace_pointer(environment: EnvironmentSpec, name: str) -> Pointer | None:
    """The pointer in the Environment that names the namespace; `None` if only adopted objects are in it."""
    if environment.data.get("namespace") == name:
        return ("namespace",)
    tenants = environment.data.get("namespaces", {})
    return next((("namespaces", tenant) for tenant, value in tenants.items() if value == name), None)


def _quota_value(
    environment: EnvironmentSpec, name: str, usages: Sequence[NamespaceUsage], findings: list[Finding]
) -> dict[str, Json]:
    quota = environment.data.get("quota", {})
    limits = quota.get("namespaces", {}).get(name, {})
    if not limits and "headroom" not in quota:
        return {}
    resources = set(limits) or {"cpu", "memory"}
    incomplete_usages = [
        usage
        for usage in usages
        if isinstance(usage.max_requests, tuple) and resources.intersection(usage.max_requests)
    ]
    findings += [_missing_request_finding(environment, usage, name) for usage in incomplete_usages]
    requests = sum_resources(usage.max_requests for usage in usages if isinstance(usage.max_requests, ResourceTotals))
    if limits:
        findings += _small_quota_findings(environment, name, limits, requests)
        return {"quota": {key: limits[key] for key in ("cpu", "memory") if key in limits}}
    return {} if incomplete_usages else {"quota": _amounts_value(requests.with_headroom(int(quota["headroom"][:-1])))}


def _amounts_value(amount: ResourceTotals) -> Json:
    amounts: dict[str, Json] = (
        {"cpu": Cpu(f"{amount.cpu}m"), "memory": Memory(f"{amount.memory}")} if amount.cpu else {}
    )
    return {**amounts, **({"accelerators": dict(amount.accelerators)} if amount.accelerators else {})}


def _missing_request_finding(environment: EnvironmentSpec, usage: NamespaceUsage, name: str) -> Finding:
    """Kubernetes rejects pods that do not request a resource that a quota limits (Kubernetes, "Resource Quotas")."""
    missing_resources = usage.max_requests if isinstance(usage.max_requests, tuple) else ()
    message = (
        f"the quota of {name} limits {' and '.join(missing_resources)}, but {usage.model.name} does not request "
        "any for its replicas"
    )
    help_ = f"add `{missing_resources[0]}` to `deploy.resources`" if missing_resources else None
    finding = usage.model.finding(
        codes.MISSING_RESOURCE_REQUEST, message, ("deploy", "resources"), help_, per_environment=True
    )
    return replace(finding, notes=(Note("the quota is here", environment.document.location(("quota",))),))


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
