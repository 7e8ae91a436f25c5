"""The fields of `deploy.scaling`: the number of replicas, and when and how fast it changes."""

from typing import Literal

from compiler.spec.field_types import CostText, NameText, NonEmptyText, PercentageText
from compiler.spec.strict_model import StrictModel, field


class ScalingPolicy(StrictModel):
    """How many replicas may be added or removed in a period."""

    type: Literal["Pods", "Percent"]
    """Whether `value` is a number of pods or a percentage of the replicas."""
    value: int = field(..., ge=1)
    """The number of pods, or the percentage of the replicas, that may change in a period."""
    periodSeconds: int = field(..., ge=1, le=1800)
    """The length of the period, in seconds."""


class ScalingRules(StrictModel):
    """How replicas are added or removed."""

    stabilizationWindowSeconds: int | None = field(ge=0, le=3600)
    """The time for which the autoscaler looks back, in seconds: it removes replicas down to the highest number that it computed in this
    time, and adds replicas up to the lowest. Default: 300 to remove, 0 to add.
    """
    policies: list[ScalingPolicy] | None = field(min_length=1)
    """How many replicas may change in a period. Default: to add, 4 pods or 100 percent in 15 seconds; to remove, 100 percent in 15
    seconds.
    """
    selectPolicy: Literal["Max", "Min", "Disabled"] | None = None
    """The policy that applies: the one that changes most or least replicas. `Disabled` changes none. Default: `Max`."""
    tolerance: float | None = field(ge=0)
    """The deviation of a metric from its target at which the number of replicas stays, as a fraction. Default: that of the cluster, 0.1."""


class ScalingBehavior(StrictModel):
    """How fast an autoscaler adds and removes replicas, in the terms of the horizontal pod autoscaler of Kubernetes."""

    scaleUp: ScalingRules | None = None
    """How replicas are added."""
    scaleDown: ScalingRules | None = None
    """How replicas are removed."""


class ScalingMetric(StrictModel):
    """A metric of Prometheus by which replicas are added and removed. Its query is never derived: the spec states it."""

    name: NameText
    """The name of the metric. It identifies the entry when layers are merged."""
    query: NonEmptyText
    """The PromQL query, whose result is one number: the total over all replicas. The Environment names the Prometheus."""
    threshold: float = field(..., gt=0)
    """The result per replica above which replicas are added."""
    activationThreshold: float | None = field(ge=0)
    """The result above which the first replica starts, where `min` is 0. Default: 0."""


class PrefillScaling(StrictModel):
    """The number of servers that only process prompts. With `max` above `min` an autoscaler sets it by metrics of their engine."""

    min: int | None = field(ge=1, at_most="max")
    """The minimum number of replicas. Default: 1."""
    max: int | None = field(ge=1)
    """The maximum number of replicas. Default: 1."""
    variantCost: CostText | None = None
    """The cost of one replica, as in `deploy.scaling.variantCost`."""
    behavior: ScalingBehavior | None = None
    """How fast replicas are added and removed."""


class Scaling(StrictModel):
    """The number of replicas, and when it changes."""

    min: int | None = field(ge=0, at_most="max")
    """The minimum number of replicas. With 0, a target that supports it scales to zero; what would start a replica again must measure
    something without one.
    """
    max: int | None = field(ge=1)
    """The maximum number of replicas."""
    cpu: PercentageText | None = None
    """The average CPU utilisation above which replicas are added, as a percentage of the requested CPU."""
    memory: PercentageText | None = None
    """The average memory utilisation above which replicas are added, as a percentage of the requested memory."""
    concurrency: int | None = field(ge=1, at_most="/deploy/containerConcurrency")
    """The number of concurrent requests per replica above which replicas are added."""
    requestsPerSecond: int | None = field(ge=1)
    """The number of requests per second per replica above which replicas are added. Knative counts requests itself; elsewhere KEDA reads
    the series that count them.
    """
    variantCost: CostText | None = None
    """The cost of one replica of a language model, in any unit, quoted as in "12.5". Models that serve one base model are its variants: the
    Workload Variant Autoscaler compares their costs where it chooses whose replicas to add or remove. Default: that of KServe, "10.0".
    """
    metrics: list[ScalingMetric] | None = field(merge="name", min_length=1)
    """Metrics of Prometheus above which replicas are added, each by itself."""
    behavior: ScalingBehavior | None = None
    """How fast replicas are added and removed."""
