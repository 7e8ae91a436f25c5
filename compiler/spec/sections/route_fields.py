"""The fields of `deploy.expose`: filters of the route in the terms of the Gateway API, and limits of requests in those of Envoy Gateway."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field

HeaderNameText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[A-Za-z0-9!#$%&'*+\-.^_|~]+$",
            "maxLength": 256,
            "x-modelyard-expects": "the name of a header such as X-Client",
            "examples": ["X-Client"],
        }
    ),
]
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4_LENGTH, _IPV6_LENGTH = "(?:[0-9]|[12][0-9]|3[0-2])", "(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])"
_IPV6 = "(?=[^/]*:)(?!.*:::)(?!.*::.*::)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}"
RangeText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^(?:(?:{_BYTE}\.){{3}}{_BYTE}/{_IPV4_LENGTH}|{_IPV6}/{_IPV6_LENGTH})$",
            "x-modelyard-expects": "a range of IP addresses such as 203.0.113.0/24",
            "examples": ["203.0.113.0/24"],
        }
    ),
]


class HeaderValue(StrictModel):
    """A header with its value."""

    name: HeaderNameText
    """The name of the header."""
    value: str = field(..., min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")
    """The value, without line breaks."""


class HeaderModifier(StrictModel):
    """Changes of headers."""

    set: list[HeaderValue] | None = field(min_length=1, merge="name")
    """Headers that replace those of the same name."""
    add: list[HeaderValue] | None = field(min_length=1, merge="name")
    """Headers that are added to those of the same name."""
    remove: list[HeaderNameText] | None = field(min_length=1, merge="union")
    """Headers that are removed."""


class ExtensionReference(StrictModel):
    """An object in the namespace of the model that the gateway knows and that Modelyard does not render."""

    group: str = field(..., pattern=r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$")
    """The API group of the object, such as `traefik.io`."""
    kind: str = field(..., pattern=r"^[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$")
    """The kind of the object, such as `Middleware`."""
    name: str = field(..., pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The name of the object."""


class RouteFilter(StrictModel):
    """A filter of a route. It has the field that its type names."""

    model_config = one_of_config("requestHeaderModifier", "responseHeaderModifier", "extensionRef")

    type: Literal["RequestHeaderModifier", "ResponseHeaderModifier", "ExtensionRef"]
    """The type of the filter."""
    requestHeaderModifier: HeaderModifier | None = None
    """Changes of the headers of requests."""
    responseHeaderModifier: HeaderModifier | None = None
    """Changes of the headers of responses."""
    extensionRef: ExtensionReference | None = None
    """A filter of the gateway's own, such as a `Middleware` of Traefik, which can authenticate callers or limit requests."""


class HeaderMatch(StrictModel):
    """A header of the requests that a limit counts."""

    name: HeaderNameText
    """The name of the header."""
    type: Literal["Exact", "Distinct"] | None = None
    """Whether the header must have the `value` (`Exact`), or each of its values is counted alone (`Distinct`). Default: `Exact`."""
    value: str | None = field(min_length=1)
    """The value of the header."""


class SourceMatch(StrictModel):
    """The addresses of the clients that a limit counts."""

    value: RangeText
    """The range of addresses."""
    type: Literal["Exact", "Distinct"] | None = None
    """Whether the range is counted together (`Exact`), or each of its addresses alone (`Distinct`). Default: `Exact`."""


class ClientSelector(StrictModel):
    """The requests that a limit counts: those that match all its fields."""

    headers: list[HeaderMatch] | None = field(min_length=1)
    """The headers of the requests."""
    sourceCIDR: SourceMatch | None = None
    """The addresses of the clients."""


class RequestLimit(StrictModel):
    """A number of requests per unit of time."""

    requests: int = field(..., ge=1, le=4294967295)
    """The number of requests."""
    unit: Literal["Second", "Minute", "Hour", "Day"]
    """The unit of time."""


class RateLimitRule(StrictModel):
    """A limit, and the requests that it counts."""

    clientSelectors: list[ClientSelector] | None = field(min_length=1)
    """The requests that the limit counts: those that match all selectors. Default: all requests of the route."""
    limit: RequestLimit
    """The limit."""


class RateLimit(StrictModel):
    """Limits of the requests from outside the cluster. The gateway rejects requests above a limit with the status 429."""

    type: Literal["Local", "Global"]
    """Whether each replica of the gateway counts alone (`Local`), or all of them together (`Global`)."""
    rules: list[RateLimitRule] = field(..., min_length=1)
    """The limits. The strictest limit of a request applies."""
