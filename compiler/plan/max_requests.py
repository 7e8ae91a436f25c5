"""The maximum resource requests of a model: the maximum number of pods, each with its resources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from compiler.foundation.json_data import Json, Object
from compiler.plan.context.exports import EmitterExports
from compiler.plan.pod_groups import PodGroup, pod_groups
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ContainerData, InitContainerData
from compiler.spec.quantities import Cpu, Memory

PODS_EXPORT = "pods"
"""The export in which a target describes the pods of a model: `maxSurge`, how many a rollout adds (a number or a percentage);
`extraReplicas`, how many there are in addition, such as a canary's; `accelerator`, the name of the resource of one; `limitsCpu`, whether
containers without a limit of CPU get one. A model without this export has no pods."""


@dataclass(frozen=True, slots=True)
class ResourceTotals:
    """CPU in thousandths of a core, memory in bytes, accelerators and other devices by the names of their resources."""

    cpu: int = 0
    memory: int = 0
    accelerators: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "ResourceTotals") -> "ResourceTotals":
        names = {*self.accelerators, *other.accelerators}
        accelerators = {
            name: self.accelerators.get(name, 0) + other.accelerators.get(name, 0) for name in sorted(names)
        }
        return ResourceTotals(self.cpu + other.cpu, self.memory + other.memory, accelerators)

    def with_headroom(self, percent: int) -> "ResourceTotals":
        """The totals plus headroom, rounded up to thousandths of a core, MiB, and whole accelerators."""
        return ResourceTotals(
            _add_percent(self.cpu, percent),
            _add_percent(self.memory, percent, 1024**2),
            {name: _add_percent(count, percent) for name, count in self.accelerators.items()},
        )


def sum_resources(amounts: Iterable[ResourceTotals]) -> ResourceTotals:
    """The sum of resource totals."""
    return sum(amounts, ResourceTotals())


def max_requests(exports: EmitterExports, model: ResolvedModel) -> ResourceTotals | tuple[str, ...]:
    """The maximum requests of the model's pods; or the resources that it does not set, although it has pods."""
    pods = _exported_pods(exports, model)
    if not pods:
        return ResourceTotals()
    groups = list(pod_groups(model.data.get("deploy", {})))
    missing_resources = tuple(
        name
        for name, requests in (("cpu", map(_cpu_request, groups)), ("memory", map(_memory_request, groups)))
        if None in requests
    )
    if missing_resources:
        return missing_resources
    return sum_resources(_group_requests(group, model, pods) for group in groups)


def _group_requests(group: PodGroup, model: ResolvedModel, pods: Object) -> ResourceTotals:
    """The requests of all pods of a group whose resources are complete."""
    resources = group.resources
    replicas = (
        max_replicas(model, pods)
        if group.replicas is None
        else group.replicas + _surge_replicas(pods.get("maxSurge"), group.replicas)
    )
    count, gpu = replicas * group.per_replica, resources.get("gpu", 0)
    accelerators = {name: count * number for name, number in resources.get("extended", {}).items()}
    if gpu:
        accelerators[str(pods.get("accelerator", ""))] = count * gpu
    cpu, memory = Cpu(_cpu_request(group) or "0").millicores, Memory(_memory_request(group) or "0").bytes
    cpu, memory = pod_requests(model, cpu, memory)
    return ResourceTotals(count * cpu, count * memory, accelerators)


def _cpu_request(group: PodGroup) -> str | None:
    """The CPU of a pod; with a limit alone it requests as much (Kubernetes, "Resource Management for Pods and Containers")."""
    return group.resources.get("cpu", group.resources.get("limits", {}).get("cpu"))


def _memory_request(group: PodGroup) -> str | None:
    """The memory of a pod; with a limit alone it requests as much."""
    return group.resources.get("memory", group.resources.get("limits", {}).get("memory"))


def pod_requests(model: ResolvedModel, cpu: int, memory: int) -> tuple[int, int]:
    """The CPU and memory that a pod requests, with those of the model's own container.

    Containers run at the same time, and so do init containers that are always restarted; each other init container runs alone or
    with those (Kubernetes, "Resource sharing within containers").
    """
    pod = model.data.get("deploy", {}).get("pod", {})
    started_first = [(0, 0)]
    peaks = [(0, 0)]
    for container in pod.get("initContainers", ()):
        amounts = _container_amounts(container)
        if "restartPolicy" in container:
            started_first.append(amounts)
        else:
            peaks.append(_add([*started_first, amounts]))
    peaks.append(_add([*started_first, *map(_container_amounts, pod.get("containers", ())), (cpu, memory)]))
    return max(peak[0] for peak in peaks), max(peak[1] for peak in peaks)


def _container_amounts(container: ContainerData | InitContainerData) -> tuple[int, int]:
    resources = container["resources"]
    return Cpu(resources["cpu"]).millicores, Memory(resources["memory"]).bytes


def _add(amounts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(cpu for cpu, _ in amounts), sum(memory for _, memory in amounts)


def max_replicas(model: ResolvedModel, pods: Object) -> int:
    """The maximum number of pods: by scaling, plus those of a rollout, plus additional ones such as a canary's."""
    deploy = model.data.get("deploy", {})
    scaling = deploy.get("scaling", {})
    replica_limit = 1 if "batch" in deploy else max(scaling.get("min", 1), scaling.get("max", 1))
    return (
        replica_limit
        + _surge_replicas(pods.get("maxSurge"), replica_limit)
        + _int_or_default(pods.get("extraReplicas"), 0)
    )


def _exported_pods(exports: EmitterExports, model: ResolvedModel) -> Object:
    target = exports.target_of(model)
    if target is None:
        return {}
    pods = exports.of_model(model, target, PODS_EXPORT)
    return pods if isinstance(pods, Mapping) else {}


def _surge_replicas(surge: Json, replica_limit: int) -> int:
    """The number of extra pods during a rollout; a percentage is rounded up, as for `maxSurge` in Kubernetes."""
    if isinstance(surge, str) and surge.endswith("%"):
        return ceil(Fraction(surge[:-1]) * replica_limit / 100)
    return _int_or_default(surge, 0)


def _int_or_default(value: Json, default: int) -> int:
    return value if isinstance(value, int) else default


def _add_percent(amount: int, percent: int, unit: int = 1) -> int:
    return ceil(Fraction(amount * (100 + percent), 100 * unit)) * unit
