"""ml: a trained model that a server loads."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.base import Closed, field
from compiler.spec.fields import DigestText, PathText, UriText
from compiler.spec.model_type import ModelType


class Source(Closed):
    """A trained artifact: by address and digest, or as files beside the spec."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["uri"]}, {"required": ["files"]}],
            "dependentRequired": {"uri": ["digest"]},
        },
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

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


TYPE = ModelType(
    name="ml",
    title="Machine learning",
    source=Source,
    defaults={"interface": {"protocol": "v2"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)
