"""Environment: where models run."""

from typing import Any, Literal

from compiler.spec.field_types import (
    BranchText,
    CpuText,
    FolderText,
    ImageText,
    MemoryText,
    NamespaceText,
    NameText,
    RepositoryText,
    WholePercentText,
)
from compiler.spec.strict_model import Document, StrictModel, field


class Delivery(StrictModel):
    """How what was rendered reaches the cluster."""

    repository: RepositoryText | None = None
    """The git repository that the cluster watches."""
    branch: BranchText | None = None
    """The branch that holds the rendered tree."""
    path: FolderText | None = None
    """The folder of the branch that the tree lies in; absent: its root."""


class ResourceTotals(StrictModel):
    """What the replicas of a namespace may request together."""

    cpu: CpuText | None = None
    """CPU."""
    memory: MemoryText | None = None
    """Memory."""


class Quota(StrictModel):
    """How much the models of a namespace may request together: what they can come to at most, or what is said."""

    headroom: WholePercentText | None = None
    """How much more than that, for what controllers add to replicas. A rollout's own replicas are counted."""
    namespaces: dict[NameText, ResourceTotals] | None = None
    """What single namespaces get instead of what is computed."""


class Environment(Document):
    """A place where models run: its stage, its namespaces, what its cluster can do, and what is different there."""

    kind: Literal["Environment"]
    """Always `Environment`."""
    name: NameText
    """The name that `environments` of the project and of models refer to."""
    stage: Literal["dev", "test", "staging", "prod"]
    """How close to customers it is; overlays and policies may speak of a stage instead of a name."""
    owner: NameText | None = field(ref="Team")
    """The Team that answers for the environment and its cluster."""
    cluster: str | None = None
    """The cluster, by the name that delivery knows it by."""
    namespace: NamespaceText | None = None
    """The one namespace that all models share."""
    namespaces: dict[NameText, NamespaceText] | None = None
    """The namespace of each tenant, where tenants do not share one."""
    registry: ImageText | None = None
    """The registry that images are pulled through: put before every image that names no registry of its own."""
    secretStore: NameText | None = None
    """The store that secrets come from."""
    delivery: Delivery | None = None
    """How what was rendered gets there."""
    quota: Quota | None = None
    """How much the models of a namespace may request together, where delivery makes namespaces."""
    capabilities: dict[str, Any] | None = None
    """What the cluster can do: see the reference of capabilities; emitters may declare more."""
    overlay: dict[str, Any] | None = None
    """Values for every model in this environment, as a layer (fields of Model)."""


KIND = Environment
