"""The fields of `deploy.scheduling`: the nodes that pods run on."""

from typing import Literal

from compiler.spec.field_types import LabelKeyText, NodeLabelValueText
from compiler.spec.strict_model import StrictModel, field


class Toleration(StrictModel):
    """A taint of nodes that pods tolerate."""

    key: LabelKeyText | None = None
    """The key of the taint. Without a key, and with the operator `Exists`, pods tolerate every taint."""
    operator: Literal["Exists", "Equal"] | None = None
    """Whether a taint with the key suffices (`Exists`), or its value must be equal to `value` (`Equal`). Default: `Equal`."""
    value: NodeLabelValueText | None = None
    """The value of the taint, for the operator `Equal`."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The effect of the taint. Default: every effect."""
    tolerationSeconds: int | None = field(ge=0)
    """How long a pod stays on a node after the taint was added, for the effect `NoExecute`. Default: always."""


class TopologySpreadConstraint(StrictModel):
    """How replicas are spread over the domains of a topology, such as zones. Its label selector selects the pods of the model."""

    topologyKey: LabelKeyText
    """The label of nodes that defines the domains, such as `topology.kubernetes.io/zone`."""
    maxSkew: int = field(..., ge=1)
    """The largest difference between the numbers of pods in two domains."""
    whenUnsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    """What happens to a pod that would exceed `maxSkew`."""
    minDomains: int | None = field(ge=1)
    """The minimum number of domains, for `DoNotSchedule`."""


class Scheduling(StrictModel):
    """The nodes that pods run on, in the terms of a Kubernetes pod."""

    nodeSelector: dict[LabelKeyText, NodeLabelValueText] | None = None
    """The labels that a node must have. They override the node selector of `resources.gpuType`."""
    tolerations: list[Toleration] | None = None
    """The taints that pods tolerate, in addition to those of `resources.gpuType`."""
    priorityClassName: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The PriorityClass of the pods."""
    topologySpreadConstraints: list[TopologySpreadConstraint] | None = field(merge="topologyKey")
    """How replicas are spread. They replace the constraints that the target sets by default."""
