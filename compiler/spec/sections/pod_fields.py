"""The fields of `deploy.pod`: containers, volumes and settings of the model's pods, in the terms of a Kubernetes pod."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from compiler.spec.field_types import (
    CpuText,
    DigestText,
    EnvVarText,
    ImageText,
    LabelKeyText,
    LabelValueText,
    MemoryText,
    NameText,
)
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field

ObjectNameText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$",
            "maxLength": 253,
            "x-modelyard-expects": "the name of an object in the namespace such as store-reader",
            "examples": ["store-reader"],
        }
    ),
]
AbsolutePathText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^/(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._/@+-]*$",
            "x-modelyard-expects": "an absolute path such as /etc/feature-flags",
            "examples": ["/etc/feature-flags"],
        }
    ),
]
RelativePathText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._/@+-]+$",
            "x-modelyard-expects": "a path in the volume such as flags.json",
            "examples": ["flags.json"],
        }
    ),
]
FieldPathText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": (
                r"^(?:metadata\.(?:name|namespace|uid)|metadata\.(?:labels|annotations)\['[A-Za-z0-9./_-]+'\]"
                r"|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$"
            ),
            "x-modelyard-expects": "a field of the pod such as metadata.name or status.podIP",
            "examples": ["status.podIP"],
        }
    ),
]
PodCountText = Annotated[
    int | str,
    WithJsonSchema(
        {
            "type": ["integer", "string"],
            "minimum": 0,
            "pattern": r"^(?:100|[1-9]?[0-9])%$",
            "x-modelyard-expects": "a number of pods such as 1, or a percentage of the replicas such as 25%",
            "examples": ["25%"],
        }
    ),
]
PortNumber = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 65535})]


class FieldRef(StrictModel):
    """A field of the pod."""

    fieldPath: FieldPathText
    """The path of the field."""


class ValueFrom(StrictModel):
    """The source of a variable's value."""

    fieldRef: FieldRef
    """The field of the pod that holds the value."""


class ContainerVariable(StrictModel):
    """An environment variable that is not secret: a value, or a field of the pod."""

    model_config = one_of_config("value", "valueFrom")

    name: EnvVarText
    """The name of the variable."""
    value: str | None = None
    """The value of the variable. Put secrets under `secrets` instead."""
    valueFrom: ValueFrom | None = None
    """The source of the value."""


class ObjectReference(StrictModel):
    """A reference to an object in the namespace."""

    name: ObjectNameText
    """The name of the object."""


class ConfigMapVolume(StrictModel):
    """The content of an existing configuration map, as files."""

    name: ObjectNameText
    """The name of the configuration map."""
    optional: bool | None = None
    """Whether pods start without it."""


class SecretVolume(StrictModel):
    """The content of an existing Secret, as files."""

    secretName: ObjectNameText
    """The name of the Secret."""
    optional: bool | None = None
    """Whether pods start without it."""


class EmptyDirVolume(StrictModel):
    """An empty folder that lives as long as the pod."""

    medium: Literal["Memory"] | None = None
    """`Memory` keeps the folder in memory, which counts towards the memory limit. Default: the disk of the node."""
    sizeLimit: MemoryText | None = None
    """The maximum size of the folder."""


class ClaimVolume(StrictModel):
    """The volume of an existing PersistentVolumeClaim."""

    claimName: ObjectNameText
    """The name of the PersistentVolumeClaim."""
    readOnly: bool | None = None
    """Whether the volume can be read only."""


class PodVolume(StrictModel):
    """A volume of the pods, from one source."""

    model_config = one_of_config("configMap", "secret", "emptyDir", "persistentVolumeClaim")

    name: NameText
    """The name of the volume, for `volumeMounts`."""
    configMap: ConfigMapVolume | None = None
    """The content of an existing configuration map."""
    secret: SecretVolume | None = None
    """The content of an existing Secret."""
    emptyDir: EmptyDirVolume | None = None
    """An empty folder."""
    persistentVolumeClaim: ClaimVolume | None = None
    """The volume of an existing PersistentVolumeClaim."""


class VolumeMount(StrictModel):
    """A volume in a container."""

    name: NameText
    """The name of the volume."""
    mountPath: AbsolutePathText
    """The path in the container."""
    subPath: RelativePathText | None = None
    """The path in the volume. Default: its root."""
    readOnly: bool | None = None
    """Whether the container can only read the volume."""


class ContainerRequests(StrictModel):
    """The resources of a container. For memory the request is also the limit."""

    cpu: CpuText
    """The CPU that the container requests."""
    memory: MemoryText
    """The memory that the container requests, and its limit."""


class Container(StrictModel):
    """A container next to that of the model. It runs with the same restricted security context."""

    name: NameText
    """The name of the container."""
    image: ImageText
    """The image, without its digest."""
    digest: DigestText
    """The digest of the image."""
    command: list[str] | None = None
    """The command. Default: that of the image."""
    args: list[str] | None = None
    """The arguments of the command."""
    env: list[ContainerVariable] | None = field(merge="name")
    """Environment variables that are not secret."""
    resources: ContainerRequests
    """The resources of the container."""
    volumeMounts: list[VolumeMount] | None = field(merge="mountPath")
    """The volumes that the container sees."""


class InitContainer(Container):
    """A container that runs before that of the model, or alongside it."""

    restartPolicy: Literal["Always"] | None = None
    """With `Always` it starts first and keeps running alongside the model. Default: it must complete before the next container starts."""


class HttpGet(StrictModel):
    """The HTTP request of a probe."""

    path: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path. Default: the health path of the model's server."""
    port: PortNumber | None = None
    """The port. Default: the port of the model's server."""
    scheme: Literal["HTTP", "HTTPS"] | None = None
    """The scheme. Default: `HTTP`."""


class ContainerProbe(StrictModel):
    """A probe of the model's container. Unset fields keep the values of the target."""

    httpGet: HttpGet | None = None
    """The HTTP request that must succeed."""
    initialDelaySeconds: int | None = field(ge=0)
    """The time from the start of the container to the first probe."""
    periodSeconds: int | None = field(ge=1)
    """The time between two probes."""
    timeoutSeconds: int | None = field(ge=1)
    """The time after which a probe fails."""
    failureThreshold: int | None = field(ge=1)
    """The number of consecutive failures after which the probe counts as failed."""


class Pod(StrictModel):
    """Settings of the model's pods, in the terms of a Kubernetes pod."""

    labels: dict[LabelKeyText, LabelValueText] | None = None
    """Additional labels of the pods."""
    annotations: dict[LabelKeyText, str] | None = None
    """Additional annotations of the pods."""
    serviceAccountName: ObjectNameText | None = None
    """An existing service account of the pods. On KServe it can hold the credentials of the artifact store."""
    imagePullSecrets: list[ObjectReference] | None = field(merge="name")
    """Existing Secrets with the credentials of image registries."""
    terminationGracePeriodSeconds: int | None = field(ge=0)
    """The time that a pod has to end its requests before it is killed."""
    volumes: list[PodVolume] | None = field(merge="name")
    """Volumes of the pods."""
    volumeMounts: list[VolumeMount] | None = field(merge="mountPath")
    """The volumes that the container of the model sees."""
    initContainers: list[InitContainer] | None = field(merge="name")
    """Containers that run before that of the model."""
    containers: list[Container] | None = field(merge="name")
    """Containers that run alongside that of the model."""
    livenessProbe: ContainerProbe | None = None
    """When the container of the model is restarted."""
    readinessProbe: ContainerProbe | None = None
    """When a pod receives requests."""
    startupProbe: ContainerProbe | None = None
    """When the container of the model has started; the other probes wait for it."""


class RollingUpdate(StrictModel):
    """How many pods a rollout adds and stops at a time."""

    maxSurge: PodCountText | None = None
    """The number of pods, or the percentage of replicas, that a rollout adds."""
    maxUnavailable: PodCountText | None = None
    """The number of pods, or the percentage of replicas, that may be unavailable during a rollout."""


class Strategy(StrictModel):
    """How a rollout replaces pods."""

    type: Literal["RollingUpdate", "Recreate"]
    """`RollingUpdate` replaces pods step by step; `Recreate` stops all pods first."""
    rollingUpdate: RollingUpdate | None = None
    """The steps of `RollingUpdate`."""
