"""What a model's containers request, compared with the limit range and the quota of their namespace.

The API server rejects a pod with a container outside of the limit range (plugin/pkg/admission/limitranger of Kubernetes), or that requests
more than the quota of its namespace.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.plan.max_requests import pod_requests
from compiler.resolve.placement import adoption_config, namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ContainerLimitsData, ContainerRequestsData, ResourceLimitsData, ResourcesData
from compiler.spec.portfolio import EnvironmentSpec
from compiler.spec.quantities import Cpu, Memory

_Resource: TypeAlias = Literal["cpu", "memory"]
_RESOURCES: tuple[_Resource, ...] = ("cpu", "memory")


@dataclass(frozen=True, slots=True)
class _Container:
    """The resources of a container, with their pointer in the model."""

    pointer: Pointer
    resources: ResourcesData | ContainerRequestsData
    limits: ResourceLimitsData
    is_main: bool

    def request(self, resource: _Resource) -> str | None:
        """What it requests; with a limit alone as much as that."""
        return self.resources.get(resource, self.own_limit(resource))

    def limit(self, resource: _Resource) -> str | None:
        """The limit that the spec sets; that of memory is the request by default."""
        limit = self.own_limit(resource)
        return self.request(resource) if limit is None and resource == "memory" else limit

    def own_limit(self, resource: _Resource) -> str | None:
        """The limit that the spec sets."""
        return self.limits.get(resource)

    def pointer_of(self, resource: _Resource, *, is_limit: bool = False) -> Pointer:
        """The field that sets a request or a limit."""
        has_limit = self.own_limit(resource) is not None and (is_limit or resource not in self.resources)
        return (*self.pointer, "limits", resource) if has_limit else (*self.pointer, resource)


def has_namespace_limits(model: ResolvedModel) -> bool:
    """Whether the model's Environment limits the pods of a namespace."""
    environment = model.environment
    return environment is not None and (
        "limitRange" in environment.data.get("namespaceSettings", {})
        or "namespaces" in environment.data.get("quota", {})
    )


def namespace_limit_findings(model: ResolvedModel, pods: Object) -> Iterator[Finding]:
    """Containers that the namespace does not admit; `pods` is what the target exports of the model's pods."""
    environment = model.environment
    name = namespace(model)
    if environment is None or name is None or not pods or "namespace" in adoption_config(model):
        return
    limit_range = environment.data.get("namespaceSettings", {}).get("limitRange")
    quota = environment.data.get("quota", {}).get("namespaces", {}).get(name, {})
    for container in _containers(model):
        for resource in _RESOURCES:
            if limit_range is not None:
                messages = _range_messages(container, resource, limit_range, limits_cpu=bool(pods.get("limitsCpu")))
                for pointer, message, help_ in messages:
                    where: Pointer = ("namespaceSettings", "limitRange")
                    yield _finding(model, environment, pointer, f"{message} in {name}", help_, where)
            if container.is_main and resource in quota:
                yield from _quota_findings(model, environment, container, resource, str(quota[resource]))


def _containers(model: ResolvedModel) -> Iterator[_Container]:
    deploy = model.data.get("deploy", {})
    prefill = deploy.get("prefill", {})
    main_resources: tuple[tuple[Pointer, ResourcesData | None], ...] = (
        ((), deploy.get("resources")),
        (("worker",), deploy.get("worker", {}).get("resources")),
        (("prefill",), prefill.get("resources")),
        (("prefill", "worker"), prefill.get("worker", {}).get("resources")),
        (("transformer",), deploy["transformer"].get("resources") if "transformer" in deploy else None),
        (("explainer",), deploy["explainer"].get("resources") if "explainer" in deploy else None),
    )
    for pointer, resources in main_resources:
        if resources:
            yield _Container(("deploy", *pointer, "resources"), resources, resources.get("limits", {}), is_main=True)
    pod = deploy.get("pod", {})
    further_containers = [
        *(
            ("initContainers", index, container["resources"])
            for index, container in enumerate(pod.get("initContainers", ()))
        ),
        *(("containers", index, container["resources"]) for index, container in enumerate(pod.get("containers", ()))),
    ]
    for key, index, requests in further_containers:
        yield _Container(("deploy", "pod", key, index, "resources"), requests, {}, is_main=False)


def _range_messages(
    container: _Container, resource: _Resource, limit_range: ContainerLimitsData, *, limits_cpu: bool
) -> Iterator[tuple[Pointer, str, str]]:
    """The pointer, the message and the help of each bound that a container violates."""
    request = container.request(resource)
    if request is None:
        return
    limit = container.limit(resource)
    minimum, maximum = limit_range.get("min", {}).get(resource), limit_range.get("max", {}).get(resource)
    highest = max((request, limit or request), key=lambda value: _amount(resource, value))
    if maximum and _amount(resource, highest) > _amount(resource, maximum):
        pointer = container.pointer_of(resource, is_limit=highest != request)
        message = f"{highest} of {resource} is more than {maximum}, the maximum of a container"
        yield pointer, message, f"set at most {maximum}, or raise `limitRange.max` of the Environment"
        return
    if minimum and _amount(resource, request) < _amount(resource, minimum):
        message = f"{request} of {resource} is less than a container must request"
        yield (
            container.pointer_of(resource),
            message,
            f"set at least {minimum}, or lower `limitRange.min` of the Environment",
        )
    default = limit_range.get("default", {}).get(resource) or maximum
    is_limited = limit is not None or (resource == "cpu" and limits_cpu)
    if default and not is_limited and _amount(resource, request) > _amount(resource, default):
        message = f"{request} of {resource} is more than the default limit of a container"
        yield container.pointer_of(resource), message, f"set `limits.{resource}` to at least {request}"


def _quota_findings(
    model: ResolvedModel, environment: EnvironmentSpec, container: _Container, resource: _Resource, quota: str
) -> Iterator[Finding]:
    """A pod that alone requests more than the quota, so that no replica can start."""
    requests = dict(
        zip(_RESOURCES, pod_requests(model, *(_request_amount(container, each) for each in _RESOURCES)), strict=True)
    )
    try:
        limit = _amount(resource, quota)
    except ValueError:  # reported at the quota
        return
    if container.request(resource) is None or requests[resource] <= limit:
        return
    text = Cpu(f"{requests[resource]}m") if resource == "cpu" else Memory(str(requests[resource]))
    message = f"a pod requests {text} of {resource}, which is more than the quota of its namespace"
    help_ = f"request at most {quota}, or raise the quota of the Environment"
    where = ("quota", "namespaces", namespace(model) or "", resource)
    yield _finding(model, environment, container.pointer_of(resource), message, help_, where)


def _request_amount(container: _Container, resource: _Resource) -> int:
    request = container.request(resource)
    return 0 if request is None else _amount(resource, request)


def _amount(resource: _Resource, value: Json) -> int:
    return Cpu(str(value)).millicores if resource == "cpu" else Memory(str(value)).bytes


def _finding(
    model: ResolvedModel, environment: EnvironmentSpec, pointer: Pointer, message: str, help_: str, where: Pointer
) -> Finding:
    finding = model.finding(codes.NAMESPACE_LIMIT_EXCEEDED, message, pointer, help_, per_environment=True)
    return replace(finding, notes=(Note("the limit is here", environment.document.location(where)),))
