"""The fields of `deploy` by which callers are authenticated, in the terms of Istio."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field

ClaimText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[^\s*]+$",
            "maxLength": 253,
            "x-modelyard-expects": "text without spaces and `*`, such as https://login.bank.example",
            "examples": ["https://login.bank.example"],
        }
    ),
]
"""An issuer or an audience. Policies compare it as a whole: `*` would be a pattern."""
KeySetUrlText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^https://[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?$",
            "maxLength": 253,
            "x-modelyard-expects": "an https URL such as https://login.bank.example/keys",
            "examples": ["https://login.bank.example/keys"],
        }
    ),
]
"""Over plain HTTP others could replace the keys on their way."""
ClaimKeyText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^request\.auth\.claims(?:\[[^\[\]\s]+\])+$",
            "maxLength": 253,
            "x-modelyard-expects": "a claim such as request.auth.claims[groups]",
            "examples": ["request.auth.claims[groups]"],
        }
    ),
]
Base64Url = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]


class PublicKey(StrictModel):
    """A public key, in the terms of RFC 7517: of RSA with `n` and `e`, of EC with `crv`, `x` and `y`, of OKP with `crv` and `x`.

    It has no private members.
    """

    model_config = one_of_config("n", "x", n=["e"], e=["n"], x=["crv"], crv=["x"], y=["x"])

    kty: Literal["RSA", "EC", "OKP"]
    """The kind of key."""
    kid: str | None = None
    """The name of the key, by which a token refers to it."""
    alg: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"] | None = None
    """The algorithm of the signatures."""
    use: Literal["sig"] | None = None
    """The use of the key: signatures."""
    n: Base64Url | None = None
    """The modulus of an RSA key."""
    e: Base64Url | None = None
    """The exponent of an RSA key."""
    crv: Literal["P-256", "P-384", "P-521", "Ed25519"] | None = None
    """The curve of an EC or OKP key."""
    x: Base64Url | None = None
    """The x coordinate of an EC key, or an OKP key."""
    y: Base64Url | None = None
    """The y coordinate of an EC key."""


class KeySet(StrictModel):
    """Public keys of an issuer."""

    keys: list[PublicKey] = field(..., min_length=1)
    """The keys."""


class TokenHeader(StrictModel):
    """A header of requests that contains a token."""

    name: str = field(..., pattern=r"^[A-Za-z0-9-]+$")
    """The name of the header."""
    prefix: str | None = field(pattern=r"^[A-Za-z0-9._-]+ ?$")
    """What precedes the token in the header, such as `Bearer` with a space."""


class JwtRule(StrictModel):
    """An issuer whose tokens (JWT) are accepted, and the keys that verify them."""

    model_config = one_of_config("jwksUri", "jwks")

    issuer: ClaimText
    """The issuer: the claim `iss` of its tokens. It identifies the entry when layers are merged."""
    audiences: list[ClaimText] | None = field(min_length=1)
    """The accepted audiences: the claim `aud` of a token must contain one. Default: any, also that of another service."""
    jwksUri: KeySetUrlText | None = None
    """The URL of the issuer's keys. In a mesh Istio's control plane fetches them, unless it leaves that to the proxies."""
    jwks: KeySet | None = None
    """The keys themselves, where the control plane cannot fetch them. A new key of the issuer then needs a change of the spec."""
    fromHeaders: list[TokenHeader] | None = field(min_length=1)
    """The headers that contain a token. Default: `Authorization` with the prefix `Bearer`; without this field Istio also reads the query
    parameter `access_token`.
    """
    forwardOriginalToken: bool | None = None
    """Whether the model receives the token. Default: the token is removed from the request."""


class ClaimCondition(StrictModel):
    """A claim that a token must have, in the terms of Istio."""

    key: ClaimKeyText
    """The claim, such as `request.auth.claims[groups]`. It identifies the entry when layers are merged."""
    values: list[str] = field(..., min_length=1)
    """The accepted values: the claim, or one of its elements, must be one of them. `*` at the start or the end stands for any text."""


class Authentication(StrictModel):
    """The tokens that requests must carry. A request without a valid token is denied."""

    jwtRules: list[JwtRule] = field(..., merge="issuer", min_length=1)
    """The accepted issuers. A token of any of them suffices."""
    when: list[ClaimCondition] | None = field(merge="key")
    """The claims that a token must have, all of them."""
    requiredFrom: Literal["all", "gateway"] | None = None
    """The requests that must carry a token: `all`, also those of models that use this one and of `deploy.callers`; or only those from the
    `gateway`, so that the others are identified by their service account. Default: `all`.
    """
