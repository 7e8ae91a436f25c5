"""Public keys of token issuers: the members that each kind of key has, and their lengths."""

import base64
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import PublicKeyData

_MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
)
"""RFC 7518, sections 6.2.1 and 6.3.1; RFC 8037, section 2."""
_CURVES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {"EC": {"P-256": 32, "P-384": 48, "P-521": 66}, "OKP": {"Ed25519": 32}}
)
"""The curves by kind of key, with the bytes of a coordinate."""
_ALGORITHMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        "P-256": ("ES256",),
        "P-384": ("ES384",),
        "P-521": ("ES512",),
        "Ed25519": ("EdDSA",),
    }
)
_MIN_RSA_BITS = 2048
"""RFC 7518, section 3.3: "A key of size 2048 bits or larger MUST be used"."""


class _KeyProblem(NamedTuple):
    """What is wrong with a key, the member that it is about (empty: the key), and what to do."""

    member: str
    message: str
    help: str


def check_public_keys(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """The keys under `deploy.authentication` can verify signatures."""
    authentication = model.data.get("deploy", {}).get("authentication")
    for rule_index, rule in enumerate(authentication["jwtRules"] if authentication else ()):
        for key_index, key in enumerate(rule["jwks"]["keys"] if "jwks" in rule else ()):
            problem = next(_key_problems(key), None)
            if problem is not None:
                pointer = ("deploy", "authentication", "jwtRules", rule_index, "jwks", "keys", key_index)
                member = (problem.member,) if problem.member else ()
                yield model.finding(codes.BAD_PUBLIC_KEY, problem.message, (*pointer, *member), problem.help)


def _key_problems(key: PublicKeyData) -> Iterator[_KeyProblem]:
    kind = key["kty"]
    members = _MEMBERS[kind]
    texts = {name: text for name, text in key.items() if isinstance(text, str)}
    copy_help = "copy the public key from the key set of the issuer"
    for member in members:
        if member not in texts:
            yield _KeyProblem("", f"a key of the kind {kind} needs `{member}`", copy_help)
    for member in texts.keys() & {"n", "e", "crv", "x", "y"} - {*members}:
        help_ = (
            f"remove it, or set `kty` to the kind of the key; {kind} has {', '.join(f'`{name}`' for name in members)}"
        )
        yield _KeyProblem(member, f"a key of the kind {kind} has no `{member}`", help_)
    if kind == "RSA":
        bits = int.from_bytes(_decode(texts["n"])).bit_length()
        if bits < _MIN_RSA_BITS:
            yield _KeyProblem("n", f"the modulus has {bits} bits, fewer than {_MIN_RSA_BITS}", copy_help)
    else:
        yield from _curve_problems(kind, texts, copy_help)
    algorithms = _ALGORITHMS[kind if kind == "RSA" else texts["crv"]]
    if "alg" in texts and texts["alg"] not in algorithms:
        name = kind if kind == "RSA" else texts["crv"]
        message = f"a key of {name} makes no signatures of the algorithm {texts['alg']}"
        yield _KeyProblem("alg", message, f"use {' or '.join(algorithms)}, or remove `alg`")


def _curve_problems(kind: str, texts: Mapping[str, str], copy_help: str) -> Iterator[_KeyProblem]:
    curves = _CURVES[kind]
    if texts["crv"] not in curves:
        yield _KeyProblem("crv", f"a key of the kind {kind} has no curve {texts['crv']}", f"use {', '.join(curves)}")
        return
    for member in {"x", "y"} & {*_MEMBERS[kind]}:
        size = len(_decode(texts[member]))
        if size != curves[texts["crv"]]:
            message = f"`{member}` has {size} bytes, but a coordinate of {texts['crv']} has {curves[texts['crv']]}"
            yield _KeyProblem(member, message, copy_help)


def _decode(text: str) -> bytes:
    """The bytes of base64url without padding, whose alphabet the schema ensures."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if len(text) % 4 != 1 else b""
