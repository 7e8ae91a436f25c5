"""The fields of service levels: the SLA, the objectives that alerts watch, and where each is measured."""

from typing import Literal

from compiler.spec.field_types import (
    DurationText,
    LabelText,
    MetricText,
    NonEmptyText,
    PercentageText,
    SignalActionText,
    WebUrlText,
)
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field

Indicator = Literal["availability", "latency", "timeToFirstToken", "freshness"]
Percentile = Literal["p50", "p90", "p95", "p99", "p99.9"]


class Sla(StrictModel):
    """The service levels that are promised to callers."""

    availability: PercentageText | None = None
    """The share of requests that are answered successfully."""
    latency: dict[Percentile, DurationText] | None = field(ascending_percentiles=True)
    """The maximum time to a complete response, by percentile."""
    timeToFirstToken: dict[Percentile, DurationText] | None = field(at_most="latency", ascending_percentiles=True)
    """The maximum time to the first token of a streamed response, by percentile."""
    freshness: DurationText | None = None
    """The maximum time since a job's last successful run."""
    window: DurationText | None = None
    """The period over which the SLA is evaluated."""


class LatencyObjective(StrictModel):
    """The share of requests that must be answered within a time."""

    threshold: DurationText
    """The time within which a request must be answered."""
    target: PercentageText
    """The share of requests that must be answered within the threshold."""


class Selector(StrictModel):
    """Selects Prometheus series by metric name and labels."""

    metric: MetricText
    """The name of the metric."""
    labels: dict[LabelText, str] | None = None
    """Label values that a series must have."""
    matchRegex: dict[LabelText, str] | None = None
    """Regular expressions (RE2) that must match the whole value of a label."""


class RequestSeries(StrictModel):
    """The series of an availability SLI: a counter of all requests or of successful ones, together with one of errors; or a probe."""

    model_config = one_of_config("total", "successes", "probe", total=["errors"], successes=["errors"])

    total: Selector | None = None
    """The counter of all requests."""
    successes: Selector | None = None
    """The counter of successful requests, for servers that do not count all requests. It is used together with `errors`."""
    errors: Selector | None = None
    """The counter of failed requests."""
    probe: Selector | None = None
    """A gauge that is 1 while requests are answered, and 0 while they are not."""


class LatencySeries(StrictModel):
    """The histogram of a latency SLI."""

    histogram: Selector
    """The histogram. `metric` is its name without `_bucket`."""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    """The unit of the histogram."""
    buckets: list[float] | None = field(min_length=1)
    """The upper bounds of the histogram's buckets. The threshold of an objective must be one of them. Default: unknown; every threshold is
    accepted.
    """


class Indicators(StrictModel):
    """The series that measure each objective, if the target's SLI catalogue does not define them or does not fit."""

    availability: RequestSeries | None = None
    """The series of requests and errors."""
    latency: LatencySeries | None = None
    """The histogram of the time to a complete response."""
    timeToFirstToken: LatencySeries | None = None
    """The histogram of the time to the first part of a streamed response."""
    freshness: Selector | None = None
    """The time of the last successful run, as a Unix timestamp in seconds."""


class Slo(StrictModel):
    """The objectives that alerts watch. They must not be looser than the SLA."""

    availability: PercentageText | None = None
    """The share of requests that must be answered successfully."""
    latency: list[LatencyObjective] | None = None
    """Objectives on the response time: the shares of requests that must be answered within a threshold."""
    timeToFirstToken: list[LatencyObjective] | None = None
    """Objectives on streamed responses: the shares whose first token must arrive within a threshold."""
    freshness: DurationText | None = None
    """The maximum time since a job's last successful run."""
    window: DurationText | None = None
    """The period over which the objective is evaluated: 7d, 28d, 30d or 90d."""
    minRequests: int | None = field(ge=1)
    """The minimum number of requests in an alert's longer window. Below it, the alert does not fire."""
    missingDataAfter: DurationText | None = field(at_most="window")
    """How long an objective or a signal may have no data before an alert fires. Default: 1h. Set a longer time for a model that scales to
    zero or that is seldom called.
    """
    runbook: WebUrlText | None = None
    """What to do when an alert fires."""
    indicators: Indicators | None = None
    """The series that measure the objectives, if the target's SLI catalogue does not define them or does not fit."""
    unmeasured: dict[Indicator, NonEmptyText] | None = None
    """Objectives that are deliberately not measured, each with the reason. Records list them."""


class Monitor(StrictModel):
    """A signal of the running model that is monitored."""

    signal: Literal[
        "dataDrift", "predictionDrift", "dataQuality", "modelPerformance", "featureAttributionDrift", "fairnessDrift",
        "generationSafety", "cost",
    ]  # fmt: skip
    """The signal."""
    method: Literal["psi", "ks", "jensenShannon", "wasserstein", "chiSquare"] | None = None
    """The statistical distance that measures the signal."""
    threshold: float
    """The value beyond which the signal is reported."""
    triggerWhen: Literal["above", "below"] | None = None
    """Whether a value above or below the threshold is reported. Default: above."""
    action: SignalActionText
    """How a value beyond the threshold is reported: `page` calls the person on duty, `ticket` opens a ticket."""
    response: Literal["retrain", "rollback"] | None = None
    """What the people who get the report do. Modelyard starts nothing: the alert carries the response as a label."""
    series: Selector | None = None
    """The Prometheus series that holds the signal. Without it no alert is rendered, and records state that the signal is not measured."""
