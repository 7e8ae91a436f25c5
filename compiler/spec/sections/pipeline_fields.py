"""A model's jobs in CI."""

from typing import Literal

from compiler.spec.field_types import CronText, DurationText, NameText, TimeZoneText
from compiler.spec.sections.deployment_fields import Variable
from compiler.spec.strict_model import StrictModel, field


class Step(StrictModel):
    """A program that CI runs in the folder of the spec, without a shell."""

    command: list[str] = field(..., min_length=1)
    """The program and its arguments."""
    env: list[Variable] | None = field(merge="name")
    """Plain environment variables."""
    timeout: DurationText | None = None
    """The longest that it may take."""


class Gate(StrictModel):
    """A bar that a release must clear."""

    metric: str
    """What is measured."""
    op: Literal[">=", ">", "<=", "<"]
    """How it is compared."""
    value: float
    """The bar."""


class Champion(StrictModel):
    """The release that another one has to be as good as."""

    environment: NameText
    """The Environment in which it runs."""
    tolerance: float | None = field(ge=0)
    """By how much another one may be worse in the metric of a gate; absent: by nothing."""


class Evaluate(StrictModel):
    """How a release is judged before it is promoted."""

    run: Step | None = None
    """What measures it: it writes `{"metric": number, …}` into the file that `MODELYARD_RESULTS` names."""
    gates: list[Gate] | None = field(merge="metric")
    """Bars that a release must clear before it can be promoted."""
    champion: Champion | None = None
    """The release that it has to be as good as, by the metrics of the gates."""


class Retrain(StrictModel):
    """When a new release is made."""

    schedule: CronText
    """When it runs."""
    timeZone: TimeZoneText | None = None
    """The time zone of the schedule; UTC where absent."""


class Pipeline(StrictModel):
    """The model's CI jobs."""

    data: Step | None = None
    """What checks the data."""
    test: Step | None = None
    """What tests the model's code, beside the tests that its release names."""
    scan: Step | None = None
    """What scans the artifact and what it depends on."""
    train: Step | None = None
    """What makes a new release."""
    evaluate: Evaluate | None = None
    """How a release is judged."""
    canary: Step | None = None
    """What judges a canary while it takes requests."""
    retrain: Retrain | None = None
    """When `train` runs by the clock."""
