"""The fields of `deploy` for servers of language models: how a model is spread over accelerators and nodes, and who picks a server."""

from compiler.spec.field_types import AnyMap
from compiler.spec.strict_model import StrictModel, field


class Parallelism(StrictModel):
    """How the servers of a language model share it. Names and meanings are those of KServe and vLLM."""

    tensor: int | None = field(ge=1)
    """The number of accelerators that hold one copy of the model together (tensor parallelism)."""
    pipeline: int | None = field(ge=1)
    """The number of nodes that hold one copy of the model together, each with some of its layers (pipeline parallelism)."""
    data: int | None = field(ge=1)
    """The number of copies of the model in a replica, over all of its nodes (data parallelism). It needs `dataLocal` and `worker`."""
    dataLocal: int | None = field(ge=1, at_most="data")
    """The number of copies of the model on each node. `data` divided by it is the number of nodes of a replica."""
    expert: bool | None = None
    """Whether the experts of a mixture-of-experts model are spread over its accelerators (expert parallelism)."""


class Scheduler(StrictModel):
    """A scheduler that picks the server for each request from outside the cluster, by its load and its cache."""

    replicas: int | None = field(ge=1)
    """The number of replicas of the scheduler."""
    config: AnyMap | None = None
    """The configuration of the scheduler, with its own terms (`EndpointPickerConfig` of the Gateway API Inference Extension)."""
