"""Environment: where models run."""

from typing import Literal

from compiler.spec.field_types import (
    AnyMap,
    BranchText,
    CpuText,
    DocumentNameText,
    FolderText,
    ImageText,
    LabelKeyText,
    LabelValueText,
    MemoryText,
    NamespaceText,
    NameText,
    RepositoryText,
    WholePercentText,
)
from compiler.spec.strict_model import Document, StrictModel, field


class Delivery(StrictModel):
    """How rendered files are delivered to the cluster."""

    repository: RepositoryText | None = None
    """The git repository that the cluster's delivery tool watches."""
    branch: BranchText | None = None
    """The branch that holds the rendered files."""
    path: FolderText | None = None
    """The folder of the branch that holds the rendered files. Default: the root of the branch."""


class ResourceTotals(StrictModel):
    """The totals that all replicas in a namespace may request."""

    cpu: CpuText | None = None
    """The total of CPU."""
    memory: MemoryText | None = None
    """The total of memory."""


class Quota(StrictModel):
    """Resource quotas of namespaces. A quota is the most that the namespace's models can request, unless `namespaces` overrides it."""

    headroom: WholePercentText | None = None
    """A percentage that is added to each computed quota, for containers that controllers inject. The extra replicas of a rollout are
    already counted.
    """
    namespaces: dict[NameText, ResourceTotals] | None = None
    """Quotas that override the computed quota, by namespace."""


class ContainerResources(StrictModel):
    """Resources of one container."""

    cpu: CpuText | None = None
    """The CPU."""
    memory: MemoryText | None = None
    """The memory."""


class ContainerLimits(StrictModel):
    """Limits for each container in a namespace, in the terms of a Kubernetes limit range."""

    default: ContainerResources | None = field(at_most="max")
    """The limits of a container that sets none."""
    defaultRequest: ContainerResources | None = field(at_most="default")
    """The requests of a container that sets none."""
    min: ContainerResources | None = field(at_most=("defaultRequest", "default", "max"))
    """The least that a container may request."""
    max: ContainerResources | None = None
    """The highest limits that a container may have."""


class NamespaceException(StrictModel):
    """Settings of one namespace that differ from those of the others."""

    podSecurity: Literal["privileged", "baseline", "restricted"]
    """The Pod Security Standard that the cluster enforces in this namespace."""


class NamespaceSettings(StrictModel):
    """Settings of the namespaces that a delivery emitter creates."""

    labels: dict[LabelKeyText, LabelValueText] | None = None
    """Labels of each namespace. They override the default labels: the Pod Security level, and with a `mesh` the label that injects its
    proxy.
    """
    annotations: dict[LabelKeyText, str] | None = None
    """Annotations of each namespace."""
    podSecurity: Literal["privileged", "baseline", "restricted"] | None = None
    """The Pod Security Standard that the cluster enforces. Default: `baseline`; `privileged` with a `mesh` without CNI plugin, whose init
    container needs network capabilities.
    """
    limitRange: ContainerLimits | None = None
    """Limits for each container, also for containers that controllers inject."""
    namespaces: dict[NamespaceText, NamespaceException] | None = None
    """Settings of single namespaces, which override those above."""


class Environment(Document):
    """An environment that models run in: its stage, its namespaces, the capabilities of its cluster, and the values that differ there."""

    kind: Literal["Environment"]
    """Always `Environment`."""
    name: DocumentNameText
    """The name of the environment. `environments` of the project and of models refer to it."""
    stage: Literal["dev", "test", "staging", "prod"]
    """The stage of the environment. Overlays and policies may name a stage instead of an environment."""
    owner: NameText | None = field(ref="Team")
    """The Team that owns the environment and its cluster."""
    cluster: str | None = None
    """The name of the cluster in the delivery tool."""
    namespace: NamespaceText | None = None
    """The namespace that all models share."""
    namespaces: dict[NameText, NamespaceText] | None = None
    """The namespace of each tenant, for an environment with one namespace per tenant."""
    registry: ImageText | None = None
    """The registry that is prefixed to every image without a registry of its own."""
    secretStore: NameText | None = None
    """The store that secrets are read from."""
    delivery: Delivery | None = None
    """How rendered files are delivered to the cluster."""
    quota: Quota | None = None
    """The resource quotas of namespaces, for delivery emitters that create namespaces."""
    namespaceSettings: NamespaceSettings | None = None
    """Settings of the namespaces, for delivery emitters that create namespaces."""
    capabilities: AnyMap | None = None
    """The capabilities of the cluster. The reference of capabilities lists them; emitters may declare more."""
    overlay: AnyMap | None = None
    """Default values for every model in this environment (fields of Model)."""


KIND = Environment
