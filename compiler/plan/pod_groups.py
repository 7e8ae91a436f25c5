"""The groups of a model's pods that request the same resources: the nodes of replicas, and other containers than the server."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.spec.data_types import DeployData, ParallelismData, ResourcesData, WorkerData


@dataclass(frozen=True, slots=True)
class PodGroup:
    """Pods with the same resources, by the number of replicas."""

    per_replica: int
    replicas: int | None
    """The number of replicas; `None` for that of the model, which scaling sets."""
    resources: ResourcesData


def pod_groups(deploy: DeployData) -> Iterator[PodGroup]:
    """The groups of a model's pods."""
    resources = deploy.get("resources", {})
    yield from _nodes(None, resources, deploy.get("parallelism", {}), deploy.get("worker"))
    prefill = deploy.get("prefill")
    if prefill is not None:
        first_resources = prefill.get("resources", resources)
        scaling = prefill.get("scaling", {})
        replicas = max(prefill.get("replicas", 1), scaling.get("min", 1), scaling.get("max", 1))
        yield from _nodes(replicas, first_resources, prefill.get("parallelism", {}), prefill.get("worker"))
    for component in (deploy.get("transformer"), deploy.get("explainer")):
        if component is not None:
            range_ = component.get("scaling", {})
            yield PodGroup(1, max(range_.get("min", 1), range_.get("max", 1)), component.get("resources", {}))


def _nodes(
    replicas: int | None, resources: ResourcesData, parallelism: ParallelismData, worker: WorkerData | None
) -> Iterator[PodGroup]:
    yield PodGroup(1, replicas, resources)
    nodes = parallelism.get("pipeline") or parallelism.get("data", 1) // parallelism.get("dataLocal", 1)
    if worker is not None and nodes > 1:
        yield PodGroup(nodes - 1, replicas, worker.get("resources", resources))
