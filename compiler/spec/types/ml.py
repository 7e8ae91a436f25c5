"""ml: a trained model that a server loads."""

from typing import Literal

from compiler.spec.field_types import DigestText, PathText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class Source(StrictModel):
    """A trained artifact: by address and digest, or as files beside the spec."""

    model_config = one_of_config("uri", "files", uri=["digest"])

    format: Literal[
        "sklearn", "xgboost", "lightgbm", "onnx", "tensorflow", "pytorch", "pmml", "paddle", "mlflow", "huggingface", "tensorrt",
        "openvino", "autogluon",
    ]  # fmt: skip
    """What the artifact is, by the name that serving runtimes know it by."""
    formatVersion: str | None = field(pattern=r"^[0-9]+(?:\.[0-9]+)*$")
    """The version of the format, where the runtime has to be told."""
    uri: UriText | None = None
    """Where the artifact lies."""
    digest: DigestText | None = None
    """The digest of the artifact."""
    files: list[PathText] | None = field(min_length=1)
    """The artifact itself, as files beside the spec."""
    tests: list[PathText] | None = field(min_length=1)
    """Files of cases beside the spec: what is asked, and what the model must answer."""


TYPE = ModelType(
    name="ml",
    title="Machine learning",
    source=Source,
    defaults={"interface": {"protocol": "v2"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
