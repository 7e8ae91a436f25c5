"""The fields of `deploy`: how a model is run."""

from typing import Annotated, Literal

from pydantic import Field

from compiler.spec.field_types import (
    AnyMap,
    CpuText,
    CronText,
    DigestText,
    DurationText,
    EndpointText,
    EnvVarText,
    FieldPathText,
    HostText,
    ImageText,
    LabelKeyText,
    LabelValueText,
    MemoryText,
    NameText,
    ResourceNameText,
    TimeZoneText,
)
from compiler.spec.network_fields import EgressPeer, LabelSelector
from compiler.spec.sections.access_fields import Authentication
from compiler.spec.sections.language_model_fields import CacheOffloading, Parallelism, Scheduler
from compiler.spec.sections.pod_fields import ContainerVariable, Pod, Strategy
from compiler.spec.sections.request_fields import Batcher, Logger, ReplicaRange
from compiler.spec.sections.route_fields import RateLimit, RouteFilter
from compiler.spec.sections.scaling_fields import PrefillScaling, Scaling
from compiler.spec.sections.scheduling_fields import Scheduling
from compiler.spec.strict_model import StrictModel, field


class ResourceLimits(StrictModel):
    """The limits of one replica."""

    cpu: CpuText | None = None
    """The CPU above which a replica is throttled. Default: none. Where a controller always sets a limit, the target sets it to the request;
    the reference of capabilities says when.
    """
    memory: MemoryText | None = None
    """The memory above which a replica is stopped. Default: the request."""
    ephemeralStorage: MemoryText | None = None
    """The storage above which a replica is evicted. Default: the request."""


class Resources(StrictModel):
    """The resources of one replica: its requests, and its limits under `limits`."""

    cpu: CpuText | None = field(at_most="limits/cpu")
    """The CPU that a replica requests."""
    memory: MemoryText | None = field(at_most="limits/memory")
    """The memory that a replica requests."""
    limits: ResourceLimits | None = None
    """The limits of one replica, where they differ from the defaults: no limit of CPU, and the requests of memory and storage."""
    gpu: int | None = field(ge=1)
    """The number of accelerators, or of shares of one, that a replica requests."""
    gpuType: NameText | None = None
    """The type of the accelerators: a name under `accelerators` in the capabilities of the Environment, which defines their resource
    name, node selector and tolerations. Default: any type.
    """
    extended: dict[ResourceNameText, Annotated[int, Field(ge=1)]] | None = None
    """Other resources that nodes advertise, each with the number that a replica requests, such as `rdma/hca: 1`."""
    ephemeralStorage: MemoryText | None = field(at_most="limits/ephemeralStorage")
    """The storage of the node's disk that a replica requests for logs, `emptyDir` volumes and its writable layer."""


class Worker(StrictModel):
    """The further nodes of a replica that needs several. They run the same server as its first node."""

    resources: Resources | None = None
    """The resources of each further node. Default: those of the first node."""


class Prefill(StrictModel):
    """Servers that only process prompts; the other servers then only generate responses (disaggregated serving)."""

    replicas: int | None = field(ge=1)
    """The number of replicas, where it is fixed. Default: 1."""
    scaling: PrefillScaling | None = None
    """The range of the number of replicas, in place of `replicas`."""
    resources: Resources | None = None
    """The resources of one replica, or of its first node. Default: `deploy.resources`."""
    parallelism: Parallelism | None = None
    """How a replica shares the model."""
    worker: Worker | None = None
    """The further nodes of a replica that needs several."""


class Secret(StrictModel):
    """A reference to a secret, never its value."""

    name: NameText
    """The name of the secret in the model."""
    key: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    """The location of the secret in the Environment's secret store: its path, a slash, and its property."""
    env: EnvVarText
    """The environment variable that receives the secret."""


class Variable(StrictModel):
    """An environment variable that is not secret."""

    name: EnvVarText
    """The name of the variable."""
    value: str
    """The value of the variable. Put secrets under `secrets` instead."""


class ServingComponent(StrictModel):
    """A container of your own in front of the model's server. It gets the address of the server as an argument."""

    image: ImageText
    """The image of the container."""
    digest: DigestText | None = None
    """The digest of the image."""
    command: list[str] | None = None
    """The command of the container. Default: that of the image."""
    args: list[str] | None = None
    """Arguments of the container. The target appends the name of the model, the address of the server and the port to listen on."""
    env: list[Variable] | None = field(merge="name")
    """Environment variables that are not secret."""
    resources: Resources | None = None
    """The resources of one replica."""
    scaling: ReplicaRange | None = None
    """The number of replicas."""
    disruptionBudget: int | None = field(ge=1)
    """The minimum number of replicas that stay available while nodes are drained."""


class PatchTarget(StrictModel):
    """The rendered object that a patch applies to."""

    kind: str
    """The kind of the objects."""
    group: str | None = None
    """The API group of the objects, such as `apps`; empty for the core. Default: any."""
    name: str | None = None
    """The name of the object. Default: all objects of the kind, as in a kustomization."""
    canary: Literal["include", "exclude", "only"] = "include"
    """Whether the patch also applies to a canary that is a part of the same object: to `spec.canary[].predictor` as
    to `spec.predictor`. It does by default, because a canary tests a release with the settings that it will run with. `only` changes
    nothing while there is no canary.
    """


class Patch(StrictModel):
    """An escape hatch: a strategic merge patch on the rendered objects that it selects, as in a kustomization.

    The results must match the schemas of the objects. A patch cannot change what a field of the spec governs: names, selectors, what runs,
    and who may reach it.
    """

    target: PatchTarget
    """The objects to patch."""
    merge: AnyMap
    """The patch. Maps merge, and `null` removes a key. A list merges by the keys that the schema of the object defines, such as containers
    by `name`: `$patch: delete` in an element removes it, and an element `$patch: replace` replaces the list. Lists without keys are
    replaced.
    """
    listMapKeys: dict[FieldPathText, list[str]] | None = None
    """The keys by which lists merge, by the path of the list, such as `spec.template.spec.tolerations: [key]`; no keys replace the list.
    They override those of the schema. A list of maps needs them if the schema of the object is not at hand.
    """
    reason: str
    """Why the patch is needed. The inventory lists it."""


class Batch(StrictModel):
    """A scheduled job instead of a server."""

    schedule: CronText
    """The cron schedule."""
    timeZone: TimeZoneText | None = None
    """The time zone of the schedule. Default: UTC."""
    concurrencyPolicy: Literal["allow", "forbid", "replace"] | None = None
    """Whether a run may start while the previous run has not finished. Default: `forbid`."""
    deadline: DurationText | None = None
    """The maximum duration of a run."""
    retries: int | None = field(ge=0)
    """The maximum number of retries of a failed run."""


class Volume(StrictModel):
    """Storage that outlives a replica."""

    size: MemoryText
    """The size of the volume."""
    storageClass: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The storage class. Default: the cluster's default class."""


_SEGMENT = r"(?:\.{0,2}[A-Za-z0-9_~-][A-Za-z0-9._~-]*|\.{3,}[A-Za-z0-9._~-]*)"
"""A part of a path that is neither empty nor `.` or `..`, which a gateway would resolve."""


class Expose(StrictModel):
    """Access from outside the cluster, through the Environment's gateway."""

    host: HostText
    """The host name of the requests."""
    path: str | None = field(pattern=rf"^/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?$")
    """The path prefix of the requests. Default: every path."""
    filters: list[RouteFilter] | None = field(min_length=1)
    """Filters of the route: changes of headers, and the gateway's own filters."""
    rateLimit: RateLimit | None = field(control="enforced")
    """Limits of the requests."""


class Caller(StrictModel):
    """An application in the cluster that calls the model and is not a model itself."""

    name: NameText
    """The name of the application. It identifies the entry when layers are merged."""
    namespace: NameText
    """The namespace of the application's pods."""
    podSelector: LabelSelector
    """The pods of the application. The network policy of the model admits them."""
    serviceAccount: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The service account of the application's pods, by which a service mesh identifies them. It is required in a mesh."""


class Adopt(StrictModel):
    """The identity of live objects that Modelyard takes over instead of creating new ones."""

    name: NameText | None = None
    """The name of the live objects. Rendered objects have this name or begin with it."""
    namespace: NameText | None = None
    """The namespace of the live objects. It overrides the Environment's namespace."""
    selector: dict[LabelKeyText, LabelValueText] | None = field(min_length=1)
    """The complete label selector of the live workload, because Kubernetes does not allow a selector to change."""


class Deploy(StrictModel):
    """How the model is run."""

    target: NameText | None = field(used_by="modelyard")
    """The id of the emitter that renders the model. The reference of targets lists them."""
    resources: Resources | None = None
    """The resources of one replica."""
    scaling: Scaling | None = None
    """The number of replicas."""
    scheduling: Scheduling | None = None
    """The nodes that pods run on."""
    parallelism: Parallelism | None = None
    """How the servers of a language model share it. Default: all accelerators of a replica hold one copy together."""
    worker: Worker | None = None
    """The further nodes of a replica of a language model that needs several."""
    prefill: Prefill | None = None
    """Servers that only process the prompts of a language model."""
    kvCacheOffloading: CacheOffloading | None = None
    """Where the servers of a language model keep blocks of their cache that do not fit into their accelerators."""
    scheduler: Scheduler | None = None
    """A scheduler that picks the server of a language model for each request from outside the cluster."""
    transformer: ServingComponent | None = None
    """A container that changes requests before the model's server gets them, and responses after it. Callers call it."""
    explainer: ServingComponent | None = None
    """A container that explains predictions of the model's server."""
    batcher: Batcher | None = None
    """A container that collects requests and passes them to the server as one."""
    logger: Logger | None = None
    """A container that sends the payloads of requests and responses to a service."""
    pod: Pod | None = None
    """Containers, volumes and other settings of the pods."""
    strategy: Strategy | None = None
    """How a rollout replaces pods."""
    timeout: DurationText | None = None
    """The maximum duration of a request. A gateway or Knative ends longer ones."""
    containerConcurrency: int | None = field(ge=1)
    """The maximum number of requests that a replica processes at the same time."""
    disruptionBudget: int | None = field(ge=1, at_most="/deploy/scaling/max")
    """The minimum number of replicas that stay available while nodes are drained."""
    suspended: bool | None = None
    """Whether the model is suspended: it has no replicas and starts no jobs, but keeps all settings."""
    batch: Batch | None = None
    """A scheduled job instead of a server."""
    volume: Volume | None = None
    """Storage that outlives a replica."""
    expose: Expose | None = None
    """Access from outside the cluster."""
    callers: list[Caller] | None = field(merge="name")
    """Applications in the cluster that may call the model. Models that use it may call it in any case."""
    authentication: Authentication | None = field(control="enforced")
    """The tokens that requests must carry. Without it, network policies and the mesh decide by pods and service accounts alone."""
    adopt: Adopt | None = field(used_by="modelyard")
    """Live objects that Modelyard takes over instead of creating new ones."""
    env: list[ContainerVariable] | None = field(merge="name")
    """Environment variables that are not secret."""
    secrets: list[Secret] | None = field(merge="name")
    """References to secrets."""
    egress: list[EgressPeer | EndpointText] | None = field(merge="url")
    """Destinations that the model may call, in addition to its dependencies under `uses`: URLs, or maps with the pods behind a URL.
    Without `podSelector`, network policies allow every pod of the namespace of a host in the cluster; Modelyard warns and rejects agents.
    An entry with the host and port of a dataset or a tool server describes the pods of that server.
    """
    options: AnyMap | None = None
    """Options that the target declares."""
    patches: list[Patch] | None = field(used_by="modelyard")
    """Merge patches on rendered objects, for settings that neither fields nor options cover."""
