"""vendor: a third-party model behind the vendor's endpoint. Modelyard runs no pod for it."""

from typing import Annotated

from pydantic import WithJsonSchema

from compiler.spec.field_types import DateText, HostText, UriText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback
from compiler.spec.strict_model import StrictModel, field

CidrText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}/(?:[0-9]|[12][0-9]|3[0-2])$",
            "x-modelyard-expects": "an IP range such as 203.0.113.0/24",
            "examples": ["203.0.113.0/24"],
        }
    ),
]


class Contract(StrictModel):
    """The contract under which the model is used."""

    id: str
    """The contract number, as the organisation files it."""
    expires: DateText | None = None
    """The last day of the contract."""
    criticalFunction: bool | None = None
    """Whether the product supports a critical or important function of the organisation."""
    exitPlan: UriText | None = None
    """The location of the plan for leaving the vendor."""


class Endpoint(StrictModel):
    """The vendor's endpoint."""

    host: HostText
    """The host name."""
    port: int = field(443, ge=1, le=65535)
    """The port."""
    path: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$", used_by="callers")
    """The path of requests."""


class Egress(StrictModel):
    """Network egress to the vendor."""

    cidrs: list[CidrText] | None = field(min_length=1)
    """The IP ranges that the vendor publishes, for networks that cannot filter by host name."""


class Source(StrictModel):
    """The product, and how it is reached."""

    provider: str = field(..., used_by="records")
    """The name of the vendor."""
    product: str = field(..., used_by="records")
    """The name of the product."""
    version: str | None = field(used_by="records")
    """The version of the product, if the vendor pins versions."""
    contract: Contract = field(..., used_by="records")
    """The contract with the vendor."""
    endpoint: Endpoint
    """The endpoint of the product."""
    egress: Egress | None = None
    """Network egress to the vendor."""
    fallback: Fallback | None = field(used_by="callers", control="enforced")
    """What callers do while the vendor does not answer."""


TYPE = ModelType(name="vendor", title="Vendor", source=Source, defaults={"interface": {"protocol": "rest"}})
