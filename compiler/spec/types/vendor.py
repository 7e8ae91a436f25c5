"""vendor: a bought-in model behind somebody else's endpoint. No pod of ours runs it."""

from typing import Annotated

from pydantic import WithJsonSchema

from compiler.spec.field_types import DateText, HostText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback
from compiler.spec.strict_model import StrictModel, field

CidrText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}/(?:[0-9]|[12][0-9]|3[0-2])$",
            "x-modelyard-expects": "a range of addresses such as 203.0.113.0/24",
            "examples": ["203.0.113.0/24"],
        }
    ),
]


class Contract(StrictModel):
    """The agreement under which the model is used."""

    id: str
    """Its number, as the organisation files it."""
    expires: DateText | None = None
    """When it ends."""


class Endpoint(StrictModel):
    """An address of the vendor's."""

    host: HostText
    """The vendor's host."""
    port: int = field(443, ge=1, le=65535)
    """The vendor's port."""
    path: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that requests go to."""


class Egress(StrictModel):
    """What the network lets through to the vendor."""

    cidrs: list[CidrText] | None = field(min_length=1)
    """The vendor's published ranges of addresses, for networks that cannot filter by host name."""


class Source(StrictModel):
    """The product that was bought, and how it is reached."""

    provider: str
    """Who sells it."""
    product: str
    """What it is called."""
    version: str | None = None
    """The vendor's version, where the vendor pins one."""
    contract: Contract
    """The agreement under which it is used."""
    endpoint: Endpoint
    """Where the vendor answers."""
    egress: Egress | None = None
    """What the network lets through to the vendor."""
    fallback: Fallback | None = None
    """What happens while the vendor does not answer."""


TYPE = ModelType(name="vendor", title="Bought in", source=Source, defaults={"interface": {"protocol": "rest"}})
