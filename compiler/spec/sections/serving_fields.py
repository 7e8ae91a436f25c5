"""How a model is asked, and what serves it."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.field_types import DigestText, EnvVarText, ImageText, NameText, VersionRangeText
from compiler.spec.strict_model import StrictModel, field


class Metrics(StrictModel):
    """Where a server tells Prometheus what it counts."""

    path: str = field(..., pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that answers with them, such as `/metrics`."""
    port: int | None = field(ge=1, le=65535)
    """The port that it stands on; absent: the one that requests go to."""


class Runtime(StrictModel):
    """What serves the model, where it is not the target's own runtime."""

    image: ImageText | None = None
    """The image of the server; never the model itself."""
    digest: DigestText | None = None
    """The digest of that image."""
    version: str | None = field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    """The version of the target's own runtime to use."""
    args: list[str] | None = None
    """Arguments of the server."""
    port: int | None = field(ge=1, le=65535)
    """The port that the server listens on."""
    health: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that answers 200 when the server can take requests."""
    metrics: Metrics | None = None
    """Where the server tells Prometheus what it counts."""


class Tensor(StrictModel):
    """One named input or output (Open Inference Protocol)."""

    name: str
    """Its name."""
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
    """Its type, as the Open Inference Protocol names it."""
    shape: list[int] | None = None
    """Its dimensions; -1 where a dimension varies."""


class Interface(StrictModel):
    """How the model is asked."""

    protocol: Literal["v1", "v2", "grpc-v2", "openai", "rest", "sparql"] | None = None
    """The protocol of requests: `v1` and `v2` are KServe's (v2 is the Open Inference Protocol)."""
    inputs: list[Tensor] | None = field(merge="name")
    """What a request holds."""
    outputs: list[Tensor] | None = field(merge="name")
    """What an answer holds."""


class EnvBinding(StrictModel):
    """How something reaches the running model."""

    env: EnvVarText
    """The environment variable that holds it."""


class Dependency(StrictModel):
    """A dataset or another model that the running model asks."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["dataset"]}, {"required": ["model"]}]},
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    dataset: NameText | None = field(ref="Dataset")
    """A Dataset with an endpoint or a uri."""
    model: NameText | None = field(ref="Model")
    """A Model that runs in the same environment."""
    release: VersionRangeText | None = None
    """The releases of that model that will do."""
    as_: EnvBinding = field(..., alias="as")
    """The environment variable that says where it is."""
