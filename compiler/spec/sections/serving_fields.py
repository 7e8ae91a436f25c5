"""The fields of serving: the runtime, the interface and the dependencies of a model."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.field_types import DigestText, EnvVarText, ImageText, NameText, VersionRangeText
from compiler.spec.strict_model import StrictModel, field


class Metrics(StrictModel):
    """The endpoint of a server's Prometheus metrics."""

    path: str = field(..., pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path of the metrics, such as `/metrics`."""
    port: int | None = field(ge=1, le=65535)
    """The port of the metrics. Default: the port of requests."""


class Runtime(StrictModel):
    """The serving runtime: an image of your own, or settings of the target's runtime."""

    image: ImageText | None = None
    """The image of the server. It does not contain the model."""
    digest: DigestText | None = None
    """The digest of the image."""
    version: str | None = field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    """The version of the target's runtime."""
    command: list[str] | None = None
    """The command of the server. Default: that of the image."""
    args: list[str] | None = None
    """Arguments of the server."""
    port: int | None = field(ge=1, le=65535)
    """The port that the server listens on."""
    health: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that returns 200 when the server is ready for requests."""
    metrics: Metrics | None = None
    """The endpoint of the server's Prometheus metrics."""


class Tensor(StrictModel):
    """One named input or output (Open Inference Protocol)."""

    name: str
    """The name of the field: that of the tensor."""
    datatype: Literal[
        "BOOL",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "FP16",
        "FP32",
        "FP64",
        "BYTES",
    ]
    """The data type, as named by the Open Inference Protocol."""
    shape: list[int] | None = None
    """The shape; -1 for a variable dimension."""


class Interface(StrictModel):
    """The protocol, the inputs and the outputs of the model."""

    protocol: Literal["v1", "v2", "grpc-v2", "openai", "rest", "sparql"] | None = None
    """The protocol of requests. `v1` is KServe's V1 protocol; `v2` and `grpc-v2` are the Open Inference Protocol over HTTP and gRPC."""
    inputs: list[Tensor] | None = field(merge="name")
    """The fields of a request."""
    outputs: list[Tensor] | None = field(merge="name")
    """The fields of a response."""


class Dependency(StrictModel):
    """A dataset or another model that the running model calls."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["dataset"]}, {"required": ["model"]}]},
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    dataset: NameText | None = field(ref="Dataset")
    """The Dataset. It must have an endpoint or a URI."""
    model: NameText | None = field(ref="Model")
    """The Model. It must run in the same environment."""
    release: VersionRangeText | None = field(used_by="checks")
    """The version range of the Model: the releases that are accepted."""
    env: EnvVarText
    """The environment variable that receives the address."""
