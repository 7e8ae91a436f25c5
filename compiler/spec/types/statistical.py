"""statistical: a model that was estimated: a regression, a scorecard, a time series."""

from typing import Literal

from compiler.spec.field_types import DateText, DigestText, NameText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Period(StrictModel):
    """From one day to another, both included."""

    from_: DateText = field(..., alias="from")
    """The first day."""
    to: DateText
    """The last day."""


class Source(StrictModel):
    """Estimated coefficients: by address and digest, or as files beside the spec."""

    model_config = one_of_config("uri", "files", uri=["digest"])

    method: NameText
    """How it was estimated, such as `logistic-regression` or `scorecard`."""
    format: Literal["pmml", "onnx", "pickle", "custom"]
    """What the artifact is; `custom` is known to the model's own server alone."""
    uri: UriText | None = None
    """Where the artifact lies."""
    digest: DigestText | None = None
    """The digest of the artifact."""
    files: list[PathText] | None = field(min_length=1)
    """The artifact itself, as files beside the spec."""
    estimationPeriod: Period | None = None
    """The period of the data that it was estimated on."""
    assumptions: list[str] | None = field(merge="union")
    """What was assumed, and has to be tested."""
    tests: list[PathText] | None = field(min_length=1)
    """Files of cases beside the spec: what is asked, and what the model must answer."""


TYPE = ModelType(
    name="statistical",
    title="Statistical",
    source=Source,
    defaults={"interface": {"protocol": "v2"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
