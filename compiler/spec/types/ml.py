"""ml: a trained model that a server loads."""

from typing import Literal

from compiler.spec.field_types import ArtifactUriText, DigestText, PathText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Source(StrictModel):
    """A trained artifact, by URI and digest or as companion files."""

    model_config = one_of_config("uri", "files", uri=["digest"], digest=["uri"])

    format: Literal[
        "sklearn", "xgboost", "lightgbm", "onnx", "tensorflow", "pytorch", "pmml", "paddle", "mlflow", "huggingface", "tensorrt",
        "openvino", "autogluon",
    ]  # fmt: skip
    """The format of the artifact, by the name that serving runtimes use."""
    formatVersion: str | None = field(pattern=r"^[0-9]+(?:\.[0-9]+)*$")
    """The version of the format, if the runtime requires it."""
    uri: ArtifactUriText | None = None
    """The location of the artifact."""
    digest: DigestText | None = field(control="verified")
    """The digest of the artifact."""
    files: list[PathText] | None = field(min_length=1)
    """Companion files of the artifact."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of test cases: an input, and the expected output."""


TYPE = ModelType(
    name="ml",
    title="Machine learning",
    source=Source,
    defaults={"interface": {"protocol": "v2"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
