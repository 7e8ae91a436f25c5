"""The fields of `deploy` for requests on their way to the server: batches, logs of payloads, and replicas of other containers."""

from typing import Annotated, Literal

from pydantic import Field

from compiler.spec.field_types import EndpointText
from compiler.spec.strict_model import StrictModel, field


class ReplicaRange(StrictModel):
    """The number of replicas."""

    min: int | None = field(ge=1, at_most="max")
    """The minimum number of replicas. Default: 1."""
    max: int | None = field(ge=1)
    """The maximum number of replicas. Default: 1."""


class Batcher(StrictModel):
    """A container that collects requests and passes them to the server as one, in the terms of KServe."""

    maxBatchSize: int = field(..., ge=1)
    """The maximum number of instances in a batch."""
    maxLatency: int | None = field(ge=1)
    """The maximum time that a request waits for others, in milliseconds."""


class Logger(StrictModel):
    """A container that sends the payloads of requests and responses to a service as CloudEvents, in the terms of KServe."""

    url: EndpointText
    """The URL of the service that receives the events. The model may call it, in addition to `deploy.egress`."""
    mode: Literal["all", "request", "response"] | None = None
    """What is sent. Default: `all`."""
    metadataHeaders: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_|~-]+$")]] | None = field(min_length=1)
    """The headers of a request that are sent with its payload."""
