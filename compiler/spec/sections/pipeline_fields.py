"""The fields of `pipeline`: a model's jobs in CI."""

from typing import Literal

from compiler.spec.field_types import CronText, DurationText, NameText, TimeZoneText
from compiler.spec.sections.deployment_fields import Variable
from compiler.spec.strict_model import StrictModel, field


class Step(StrictModel):
    """A program that CI runs in the folder of the spec, without a shell."""

    command: list[str] = field(..., min_length=1)
    """The program and its arguments."""
    env: list[Variable] | None = field(merge="name")
    """Environment variables that are not secret."""
    timeout: DurationText | None = None
    """The maximum duration of a run."""


class Gate(StrictModel):
    """A threshold that a release must meet."""

    metric: str
    """The name of the metric."""
    op: Literal[">=", ">", "<=", "<"]
    """The comparison of the metric with the value."""
    value: float
    """The threshold."""


class Champion(StrictModel):
    """The release that a new release is compared with."""

    environment: NameText
    """The Environment in which the champion runs."""
    tolerance: float | None = field(ge=0)
    """By how much a metric of a gate may be worse than that of the champion. Default: 0."""


class Evaluate(StrictModel):
    """The evaluation of a release before its promotion."""

    run: Step | None = None
    """The program that measures the metrics. It writes `{"metric": number, …}` to the file that `MODELYARD_RESULTS` names."""
    gates: list[Gate] | None = field(merge="metric")
    """Thresholds that a release must meet before it can be promoted."""
    champion: Champion | None = None
    """The release that a new release is compared with, by the metrics of the gates."""


class Retrain(StrictModel):
    """When a new release is trained."""

    schedule: CronText
    """The cron schedule."""
    timeZone: TimeZoneText | None = None
    """The time zone of the schedule. Default: UTC."""


class Pipeline(StrictModel):
    """The model's CI jobs."""

    data: Step | None = None
    """The program that checks the data."""
    test: Step | None = None
    """The program that tests the model's code, in addition to the test cases of the release."""
    scan: Step | None = None
    """The program that scans the artifact and its dependencies."""
    train: Step | None = None
    """The program that trains a new release."""
    evaluate: Evaluate | None = None
    """The evaluation of a release."""
    canary: Step | None = None
    """The program that evaluates a canary while it receives requests."""
    retrain: Retrain | None = None
    """The schedule of `train`."""
