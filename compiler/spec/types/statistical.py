"""statistical: an estimated model, such as a regression, a scorecard or a time series."""

from typing import Literal

from compiler.spec.field_types import ArtifactUriText, DateText, DigestText, NameText, PathText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Period(StrictModel):
    """A period. Both dates are included."""

    from_: DateText = field(..., alias="from", at_most="to")
    """The first day."""
    to: DateText = field(..., at_most="/date")
    """The last day. It is at most the date of the release."""


class Source(StrictModel):
    """Estimated coefficients, by URI and digest or as companion files."""

    model_config = one_of_config("uri", "files", uri=["digest"], digest=["uri"])

    method: NameText = field(..., used_by="records")
    """The estimation method, such as `logistic-regression` or `scorecard`."""
    format: Literal["pmml", "onnx", "pickle", "custom"]
    """The format of the artifact. Only the model's own server reads `custom`."""
    uri: ArtifactUriText | None = None
    """The location of the artifact."""
    digest: DigestText | None = field(control="verified")
    """The digest of the artifact."""
    files: list[PathText] | None = field(min_length=1)
    """Companion files of the artifact."""
    estimationPeriod: Period | None = field(used_by="records")
    """The period of the estimation data."""
    assumptions: list[str] | None = field(merge="union", used_by="records")
    """Assumptions that must be tested."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of test cases: an input, and the expected output."""


TYPE = ModelType(
    name="statistical",
    title="Statistical",
    source=Source,
    defaults={"interface": {"protocol": "v2"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
