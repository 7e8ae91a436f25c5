"""What a model promises, what alerts watch, and where it is measured."""

from typing import Literal

from compiler.spec.field_types import DurationText, LabelText, MetricText, NonEmptyText, PercentageText, WebUrlText
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field

Indicator = Literal["availability", "latency", "timeToFirstToken", "freshness"]
Percentile = Literal["p50", "p90", "p95", "p99", "p99.9"]


class Sla(StrictModel):
    """What is promised to those who ask the model."""

    availability: PercentageText | None = None
    """The share of requests that are answered."""
    latency: dict[Percentile, DurationText] | None = None
    """The time within which that share of answers arrives."""
    timeToFirstToken: dict[Percentile, DurationText] | None = None
    """The time within which that share of streamed answers begins."""
    freshness: DurationText | None = None
    """The longest time since the last run of a job that ended well."""
    window: DurationText | None = None
    """The period over which the promise is kept."""


class LatencyObjective(StrictModel):
    """A share of requests that is answered within a time."""

    under: DurationText
    """The time."""
    for_: PercentageText = field(..., alias="for")
    """The share of requests."""


class Selector(StrictModel):
    """Series of the Environment's Prometheus, by name and labels."""

    metric: MetricText
    """The name of the metric."""
    labels: dict[LabelText, str] | None = None
    """Labels of the series, with their values."""
    matching: dict[LabelText, str] | None = None
    """Labels of the series, with expressions (RE2) that the whole of their values match."""


class RequestSeries(StrictModel):
    """What was asked and what was answered: counters of all requests or of those answered, with the errors; or a probe."""

    model_config = one_of_config("total", "answered", "probe", total=["errors"], answered=["errors"])

    total: Selector | None = None
    """All requests: a counter."""
    answered: Selector | None = None
    """Those that were answered: a counter beside that of the errors, where nothing counts all."""
    errors: Selector | None = None
    """Those that were not answered: a counter."""
    probe: Selector | None = None
    """A gauge that is 1 while somebody who asks is answered, and 0 while not."""


class LatencySeries(StrictModel):
    """A histogram of how long something took."""

    histogram: Selector
    """The histogram, named without `_bucket`."""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    """What it counts in."""
    bounds: list[float] | None = field(min_length=1)
    """The upper bounds of its buckets: an objective needs one of them. Absent: nobody knows, and none is refused."""


class Indicators(StrictModel):
    """Where each objective is measured, where the target's own catalogue does not say it or says it wrongly."""

    availability: RequestSeries | None = None
    """Requests, and those that failed."""
    latency: LatencySeries | None = None
    """How long answers took."""
    timeToFirstToken: LatencySeries | None = None
    """How long streamed answers took to begin."""
    freshness: Selector | None = None
    """The moment of the last run that ended well, in seconds since 1970."""


class Slo(StrictModel):
    """What alerts watch: never looser than what is promised."""

    availability: PercentageText | None = None
    """The share of requests that must be answered."""
    latency: list[LatencyObjective] | None = None
    """Shares of requests that must be answered within a time."""
    timeToFirstToken: list[LatencyObjective] | None = None
    """Shares of streamed answers that must begin within a time."""
    freshness: DurationText | None = None
    """The longest time since the last run of a job that ended well."""
    window: DurationText | None = None
    """The period over which the objective holds: 7d, 28d, 30d or 90d."""
    leastRequests: int | None = field(ge=1)
    """The fewest requests in the longer window of an alert for it to mean anything: with fewer it stays silent."""
    runbook: WebUrlText | None = None
    """What to do when an alert fires."""
    indicators: Indicators | None = None
    """Where the objectives are measured, where the target's catalogue does not say it or says it wrongly."""
    unwatched: dict[Indicator, NonEmptyText] | None = None
    """Objectives that nothing measures, each with the reason: records tell it."""


class Monitor(StrictModel):
    """A signal of the running model that is watched."""

    signal: Literal[
        "dataDrift", "predictionDrift", "dataQuality", "modelPerformance", "featureAttributionDrift", "fairnessDrift",
        "generationSafety", "cost",
    ]  # fmt: skip
    """What is watched."""
    method: Literal["psi", "ks", "jensenShannon", "wasserstein", "chiSquare"] | None = None
    """How it is measured."""
    threshold: float
    """The bar."""
    beyond: Literal["above", "below"] | None = None
    """On which side of the bar lies what is bad; absent: above."""
    action: Literal["alert", "ticket", "retrain", "rollback"]
    """What happens beyond the bar."""
    series: Selector | None = None
    """The series that holds it; absent: nothing in the cluster watches it, and records say so."""
