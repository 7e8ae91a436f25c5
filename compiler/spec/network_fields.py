"""The fields that select pods and ports in network policies, in the terms of Kubernetes."""

from typing import Literal

from compiler.spec.field_types import EndpointText, LabelKeyText, LabelValueText, NameText
from compiler.spec.strict_model import StrictModel, field


class LabelSelector(StrictModel):
    """A selector of pods by their labels."""

    matchLabels: dict[LabelKeyText, LabelValueText] = field(..., min_length=1)
    """The labels that a pod must have."""


class NetworkPort(StrictModel):
    """A port of pods."""

    port: int = field(..., ge=1, le=65535)
    """The port on which the pods listen. A service can have another port than its pods."""
    protocol: Literal["TCP", "UDP", "SCTP"] | None = None
    """The protocol. Default: `TCP`."""


class EgressPeer(StrictModel):
    """A destination, and the pods that it leads to if it is in the cluster."""

    url: EndpointText
    """The URL. It identifies the entry when layers are merged; a list element that is only text is such a URL. Network policies use its
    host and its port.
    """
    namespace: NameText | None = None
    """The namespace of the pods. Default: the namespace in the host `service.namespace.svc`. Set it if another host leads to pods of the
    cluster.
    """
    podSelector: LabelSelector | None = None
    """The pods that the model may call. Without it, network policies allow every pod of the namespace."""
    ports: list[NetworkPort] | None = field(min_length=1)
    """The ports of the pods. Default: with `podSelector` the port of the URL, otherwise every port."""
