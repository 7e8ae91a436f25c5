"""The fields of `deploy` for servers of language models: how a model is spread over accelerators and nodes, and who picks a server."""

from typing import Literal

from compiler.spec.field_types import AnyMap, MemoryText
from compiler.spec.strict_model import StrictModel, field


class Parallelism(StrictModel):
    """How the servers of a language model share it. Names and meanings are those of KServe and vLLM."""

    tensor: int | None = field(ge=1)
    """The number of accelerators that hold one copy of the model together (tensor parallelism)."""
    pipeline: int | None = field(ge=1)
    """The number of nodes that hold one copy of the model together, each with some of its layers (pipeline parallelism)."""
    data: int | None = field(ge=1)
    """The number of copies of the model in a replica, over all of its nodes (data parallelism). It needs `dataLocal` and `worker`."""
    dataLocal: int | None = field(ge=1, at_most="data")
    """The number of copies of the model on each node. `data` divided by it is the number of nodes of a replica."""
    expert: bool | None = None
    """Whether the experts of a mixture-of-experts model are spread over its accelerators (expert parallelism)."""


class Scheduler(StrictModel):
    """A scheduler that picks the server for each request from outside the cluster, by its load and its cache."""

    replicas: int | None = field(ge=1)
    """The number of replicas of the scheduler."""
    config: AnyMap | None = None
    """The configuration of the scheduler, with its own terms (`EndpointPickerConfig` of the Gateway API Inference Extension)."""


class CacheVolume(StrictModel):
    """A folder on the disk of the node, which is deleted with the pod."""

    size: MemoryText
    """The maximum size of the folder. KServe adds it to the storage that the container requests."""


class ClaimRequests(StrictModel):
    """What a volume must have."""

    storage: MemoryText
    """The size of the volume."""


class ClaimResources(StrictModel):
    """The size of a volume."""

    requests: ClaimRequests
    """What the volume must have."""


class ClaimSpec(StrictModel):
    """A volume that is created for each pod and deleted with it."""

    accessModes: list[Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]]
    """How pods may mount the volume."""
    storageClassName: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The storage class. Default: the cluster's default class."""
    resources: ClaimResources
    """The size of the volume."""


class ClaimReference(StrictModel):
    """A PersistentVolumeClaim that exists. Several replicas need one that they all can mount (ReadWriteMany), and then share the cache."""

    name: str = field(..., pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The name of the PersistentVolumeClaim in the namespace of the model."""
    path: str | None = field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?$")
    """The folder of the volume. Default: its root."""


class CacheClaim(StrictModel):
    """A PersistentVolumeClaim, either one per pod (`spec`) or one that exists (`ref`)."""

    spec: ClaimSpec | None = None
    """A claim that is created for each pod."""
    ref: ClaimReference | None = None
    """A claim that exists."""


class CacheFileSystem(StrictModel):
    """A folder, either of the node (`emptyDir`) or of a PersistentVolumeClaim (`pvc`)."""

    emptyDir: CacheVolume | None = None
    """A folder on the disk of the node."""
    pvc: CacheClaim | None = None
    """A folder of a PersistentVolumeClaim."""


class CacheTier(StrictModel):
    """Where a server keeps blocks of its cache that do not fit into memory."""

    fileSystem: CacheFileSystem
    """A folder on a disk."""


class CacheOffloading(StrictModel):
    """Where a server of a language model keeps the blocks of its KV cache that do not fit into its accelerators, in the terms of KServe."""

    cpu: MemoryText = field(..., at_most="/deploy/resources/memory")
    """The memory for blocks of the cache. It is a part of the memory that a replica requests."""
    evictionPolicy: Literal["lru", "arc"] | None = None
    """Which blocks the server removes from memory first. Default: `lru`, the least recently used ones."""
    secondary: list[CacheTier] | None = field(min_length=1)
    """Folders for blocks that do not fit into memory either, in the order in which the server uses them."""
