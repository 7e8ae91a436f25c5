"""Requests need a valid token: both objects of Istio are evaluated together, as a proxy does."""

import base64
import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.memory_tree import MemoryTree

from .conftest import project_session
from .test_callers import (
    GATEWAY,
    ISTIO,
    KNATIVE,
    MODELS,
    NOBODY,
    PROGRAM,
    SOURCE,
    TILL,
    VENDOR,
    WEB,
    identity,
    model,
    only,
)

ISSUER = "https://login.bank.example"
RULE = {"issuer": ISSUER, "audiences": ["scores"], "jwksUri": f"{ISSUER}/keys"}
TOKENS = {"jwtRules": [RULE]}
TOKEN = {"iss": ISSUER, "aud": "scores", "sub": "ann", "groups": ["analysts", "staff"]}
EXPOSED = {"host": "one.example"}
GATEWAY_POD = identity("gateways", "public-istio")
WEB_POD = identity("shop", "web")


def encoded(size: int) -> str:
    return base64.urlsafe_b64encode(b"\xc5" * size).decode().rstrip("=")


RSA = {"kty": "RSA", "kid": "a", "n": encoded(256), "e": "AQAB"}
EC = {"kty": "EC", "crv": "P-256", "x": encoded(32), "y": encoded(32)}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": encoded(32)}
DENIED = {
    "no token": None,
    "another issuer": {**TOKEN, "iss": "https://evil.example"},
    "another audience": {**TOKEN, "aud": "other"},
}


def deployed(build_unit: Any, kind: str, deploy: dict, **capabilities: Any) -> tuple[dict, dict]:
    account = {"pod": {"serviceAccountName": "graph"}} if kind == "InferenceGraph" else {}  # it calls other models
    unit = build_unit(
        *MODELS[kind]({"authentication": TOKENS, **account, **deploy}),
        **{"mesh": ISTIO, "gateway": GATEWAY, **capabilities},
    )
    assert unit.reasons == ""
    return only(unit, "RequestAuthentication"), only(unit, "AuthorizationPolicy")


def _is_source(source: dict, principal: str) -> bool:
    namespace = principal.split("/")[2] if principal else ""
    return principal in source.get("principals", [principal]) and namespace in source.get("namespaces", [namespace])


def verified(authentication: Mapping[str, Any] | None, token: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The claims that a proxy knows of a request, none of one without a token; None if it rejects the token."""
    if token is None or authentication is None:
        return {}
    for rule in authentication["spec"]["jwtRules"]:
        audiences = rule.get("audiences")
        if rule["issuer"] == token["iss"] and (audiences is None or token["aud"] in audiences):
            return token
    return None


def admits(
    policy: dict, authentication: dict | None, principal: str, token: Mapping[str, Any] | None = None, method: str = "POST",
    path: str = "/v2/infer",
) -> bool:  # fmt: skip
    claims = verified(authentication, token)
    assert policy["spec"]["action"] == "ALLOW"
    return claims is not None and any(
        _matches(rule, claims, principal, method, path) for rule in policy["spec"].get("rules", [])
    )


def _matches(rule: dict, claims: Mapping[str, Any], principal: str, method: str, path: str) -> bool:
    sources, operations = (
        [one[key] for one in rule.get(list_, [])] for list_, key in (("from", "source"), ("to", "operation"))
    )
    return (
        (not sources or any(_is_source(source, principal) for source in sources))
        and (not operations or any(method in one["methods"] and path in one["paths"] for one in operations))
        and all(_holds(condition, claims) for condition in rule.get("when", []))
    )


def _holds(condition: dict, claims: Mapping[str, Any]) -> bool:
    key = condition["key"]
    value = claims.get(
        "aud" if key == "request.auth.audiences" else key.removeprefix("request.auth.claims[").removesuffix("]")
    )
    return any(one in condition["values"] for one in (value if isinstance(value, list) else [value]))


@pytest.mark.parametrize("kind", MODELS)
def test_a_request_without_a_valid_token_is_denied(kind, build_unit):
    authentication, policy = deployed(build_unit, kind, {"expose": EXPOSED, "callers": [WEB]})
    for pod in (GATEWAY_POD, WEB_POD):
        assert admits(policy, authentication, pod, TOKEN)
        for name, token in DENIED.items():
            assert not admits(policy, authentication, pod, token), name
    assert not admits(policy, authentication, NOBODY, TOKEN), "a token does not open the model to everyone"
    assert not admits(policy, authentication, identity("branch", "till"), TOKEN)


@pytest.mark.parametrize("kind", MODELS)
def test_with_the_gateway_alone_callers_are_known_by_their_account(kind, build_unit):
    authentication, policy = deployed(
        build_unit, kind, {"expose": EXPOSED, "callers": [WEB], "authentication": {**TOKENS, "requiredFrom": "gateway"}}
    )
    assert admits(policy, authentication, WEB_POD)
    assert not admits(policy, authentication, WEB_POD, DENIED["another issuer"]), "an invalid token is never accepted"
    assert admits(policy, authentication, GATEWAY_POD, TOKEN)
    assert not admits(policy, authentication, GATEWAY_POD)


def test_a_model_that_uses_another_needs_a_token_too(build_unit):
    called = model("ml", "kserve", SOURCE, {"authentication": TOKENS}, name="called")
    user = model("heuristic", "kubernetes", PROGRAM, name="user", uses=[{"model": "called", "env": "URL"}])
    unit = build_unit(called, user, mesh=ISTIO)
    objects = only(unit, "AuthorizationPolicy"), only(unit, "RequestAuthentication")
    assert admits(*objects, identity("models", "user"), TOKEN)
    assert not admits(*objects, identity("models", "user"))


def test_a_token_must_have_every_listed_claim(build_unit):
    conditions = [
        {"key": "request.auth.claims[groups]", "values": ["analysts", "auditors"]}, {"key": "request.auth.claims[sub]", "values": ["ann"]},
    ]  # fmt: skip
    deploy = {"expose": EXPOSED, "authentication": {**TOKENS, "when": conditions}}
    authentication, policy = deployed(build_unit, "Deployment", deploy)
    assert admits(policy, authentication, GATEWAY_POD, TOKEN)
    for token in (
        {**TOKEN, "groups": ["staff"]},
        {**TOKEN, "sub": "bob"},
        {k: v for k, v in TOKEN.items() if k != "groups"},
    ):
        assert not admits(policy, authentication, GATEWAY_POD, token)


def test_a_token_of_one_issuer_is_not_accepted_with_the_audience_of_another(build_unit):
    rules = [RULE, {"issuer": "https://partner.example", "audiences": ["partners"], "jwks": {"keys": [RSA]}}]
    authentication, policy = deployed(
        build_unit, "Deployment", {"expose": EXPOSED, "authentication": {"jwtRules": rules}}
    )
    partner = {**TOKEN, "iss": "https://partner.example", "aud": "partners"}
    assert admits(policy, authentication, GATEWAY_POD, partner)
    for token in ({**partner, "aud": "scores"}, {**TOKEN, "aud": "partners"}):
        assert not admits(policy, authentication, GATEWAY_POD, token)
        everything = {"spec": {"jwtRules": [{"issuer": ISSUER}, {"issuer": "https://partner.example"}]}}
        assert not admits(policy, everything, GATEWAY_POD, token), (
            "also where an object for the whole mesh accepts more"
        )


@pytest.mark.parametrize("account", [{}, {"serviceAccount": "prometheus"}])
def test_prometheus_needs_no_token_for_metrics_and_gets_nothing_else(account, build_unit):
    metrics = {"namespace": "monitoring", **account}
    authentication, policy = deployed(build_unit, "InferenceService", {"expose": EXPOSED}, metrics=metrics)
    prometheus = identity("monitoring", "prometheus") if account else NOBODY
    assert admits(policy, authentication, prometheus, method="GET", path="/metrics")
    assert not admits(policy, authentication, prometheus)


def mutations(policy: dict) -> Iterator[dict]:
    """The policy without one of the conditions about tokens."""
    for index, rule in enumerate(policy["spec"]["rules"]):
        for position in range(len(rule.get("when", []))):
            mutated = copy.deepcopy(policy)
            mutated["spec"]["rules"][index]["when"].pop(position)
            yield mutated
        if "when" in rule:
            mutated = copy.deepcopy(policy)
            mutated["spec"]["rules"][index].pop("when")
            yield mutated


def test_a_hole_in_either_object_would_be_seen(build_unit):
    authentication, policy = deployed(build_unit, "Deployment", {"expose": EXPOSED})
    lax = {"spec": {"jwtRules": [{"issuer": ISSUER}, {"issuer": "https://evil.example"}]}}
    holes = list(mutations(policy))
    assert len(holes) == 3
    for hole in holes:
        assert any(admits(hole, lax, GATEWAY_POD, token) for token in DENIED.values())
    assert not admits(policy, None, GATEWAY_POD), "without the RequestAuthentication no request has a token"
    assert admits({"spec": {**policy["spec"], "rules": [{}]}}, authentication, GATEWAY_POD), (
        "and it alone denies no request without a token"
    )


@pytest.mark.parametrize("kind", MODELS)
def test_both_objects_select_the_same_pods_and_are_valid(kind, build_unit, cluster):
    authentication, policy = deployed(build_unit, kind, {"expose": EXPOSED, "callers": [WEB, TILL]})
    assert authentication["spec"]["selector"] == policy["spec"]["selector"]
    judge = cluster("1.34")
    assert judge("security.istio.io/v1/AuthorizationPolicy", policy) == ()


def test_keys_are_rendered_as_the_text_that_istio_reads(build_unit):
    rule = {
        "issuer": ISSUER, "jwks": {"keys": [RSA]}, "fromHeaders": [{"name": "X-Token", "prefix": "Token "}], "forwardOriginalToken": True,
    }  # fmt: skip
    unit = build_unit(
        *MODELS["Deployment"]({"expose": EXPOSED, "authentication": {"jwtRules": [rule]}}), mesh=ISTIO, gateway=GATEWAY
    )
    assert "tokens that an issuer made for other services are accepted" in unit.reasons
    (rendered,) = only(unit, "RequestAuthentication")["spec"]["jwtRules"]
    assert json.loads(rendered.pop("jwks")) == {"keys": [RSA]}
    assert rendered == {key: value for key, value in rule.items() if key != "jwks"}


BROKEN: dict[str, tuple[dict, str]] = {
    "a misspelled field": ({"spec": {"jwtRules": [{"issuer": ISSUER, "jwks_uri": "https://a.example"}]}}, "jwks_uri"),
    "keys twice": ({"spec": {"jwtRules": [{**RULE, "jwks": '{"keys": []}'}]}}, "jwks"),
    "no issuer": ({"spec": {"jwtRules": [{"jwksUri": f"{ISSUER}/keys"}]}}, "issuer"),
    "no rules, so that every token is ignored": ({"spec": {"jwtRules": []}}, "jwtRules"),
    "no selector, so that it applies to the namespace": ({"spec": {"selector": None}}, "selector"),
    "keys that are no key set": ({"spec": {"jwtRules": [{"issuer": ISSUER, "jwks": "MIIB"}]}}, "jwks"),
}


@pytest.mark.parametrize("target", ["InferenceService", "Deployment"])
@pytest.mark.parametrize(("patch", "field"), BROKEN.values(), ids=BROKEN)
def test_a_broken_object_is_refused(patch, field, target, refusals):
    replaced = {"listMapKeys": {"spec.jwtRules": []}} if patch["spec"].get("jwtRules") else {}
    patches = [{"target": {"kind": "RequestAuthentication"}, "reason": "A test of it.", "merge": patch, **replaced}]
    specs = MODELS[target]({"expose": EXPOSED, "authentication": TOKENS, "patches": patches})
    found = refusals(*specs, mesh=ISTIO, gateway=GATEWAY)
    assert any("requestauthentication.yaml" in message and field in message for message in found)
    assert not any(
        "requestauthentication" in message
        for message in refusals(*MODELS[target]({"authentication": TOKENS}), mesh=ISTIO)
    )


JOB = {key: value for key, value in PROGRAM.items() if key not in ("port", "health")}
TRANSFORMER = {"image": "registry.example/own:1.0", "digest": "sha256:" + "0" * 64}
GATEWAY_TOKENS = {"authentication": {**TOKENS, "requiredFrom": "gateway"}}


def served(deploy: dict) -> dict:
    return model("ml", "kserve", SOURCE, {"authentication": TOKENS, **deploy})


def program(deploy: dict, source: dict = PROGRAM) -> dict:
    return model("heuristic", "kubernetes", source, {"authentication": TOKENS, **deploy})


REFUSED: dict[str, tuple[dict, dict[str, Any], str]] = {
    "no mesh": (served({}), {}, "only a mesh verifies tokens"),
    "no mesh for a program": (program({}), {}, "only a mesh verifies tokens"),
    "Knative": (served({}), {"kserve": KNATIVE, "mesh": ISTIO}, "from pods of Knative"),
    "a vendor": (
        model("vendor", "kubernetes", VENDOR, {"authentication": TOKENS}), {"hostnameEgress": "cilium"}, "the vendor authenticates",
    ),
    "a job": (program({"batch": {"schedule": "0 3 * * 1"}}, JOB), {}, "a job receives no requests"),
    "no route": (served(GATEWAY_TOKENS), {"mesh": ISTIO}, "the model has no route"),
    "no route to a program": (program(GATEWAY_TOKENS), {"mesh": ISTIO}, "the model has no route"),
    "a transformer with a shared account": (served({"transformer": TRANSFORMER}), {"mesh": ISTIO}, "those would need no token"),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "capabilities", "message"), REFUSED.values(), ids=REFUSED)
def test_what_nothing_could_enforce_is_refused(spec, capabilities, message, build_unit):
    assert message in build_unit(spec, **capabilities).reasons


INVALID: dict[str, tuple[dict, str]] = {
    "two sources of keys": ({**RULE, "jwks": {"keys": [RSA]}}, "jwks"),
    "no source of keys": ({"issuer": ISSUER}, "jwks"),
    "a private key": (
        {"issuer": ISSUER, "jwks": {"keys": [{**RSA, "d": "AQAB"}]}},
        "unknown key `d`: this is a private key",
    ),
    "a private key of EC": (
        {"issuer": ISSUER, "jwks": {"keys": [{**EC, "d": "AQAB"}]}},
        "unknown key `d`: this is a private key",
    ),
    "keys over plain HTTP": ({**RULE, "jwksUri": "http://login.bank.example/keys"}, "an https URL"),
    "a pattern as issuer": ({**RULE, "issuer": "https://*"}, "text without spaces"),
    "a pattern as audience": ({**RULE, "audiences": ["*"]}, "text without spaces"),
}


def mistakes(spec: dict) -> list[str]:
    session, _ = project_session([spec], "risk", {"mesh": ISTIO})
    pointers = {finding: finding.subject.pointer if finding.subject else () for finding in check(session)}
    return [
        f"{finding.message}: {finding.help}" for finding, pointer in pointers.items() if "authentication" in pointer
    ]


@pytest.mark.parametrize(("rule", "message"), INVALID.values(), ids=INVALID)
def test_rules_that_would_accept_too_much_are_no_rules(rule, message):
    (found,) = mistakes(served({"authentication": {"jwtRules": [rule]}}))
    assert message in found
    assert mistakes(served({})) == []


BAD_KEYS: dict[str, tuple[dict, str, str]] = {
    "RSA without exponent": ({"kty": "RSA", "n": RSA["n"]}, "", "`e`"),
    "EC without y": ({**EC, "y": None}, "", "a key of the kind EC needs `y`"),
    "EC without curve": ({**EC, "crv": None}, "", "`crv`"),
    "RSA with the members of EC": ({**EC, "kty": "RSA"}, "", "a key of the kind RSA needs `n`"),
    "OKP with y": ({**OKP, "y": OKP["x"]}, "y", "a key of the kind OKP has no `y`"),
    "a curve of another kind": ({**EC, "crv": "Ed25519"}, "crv", "a key of the kind EC has no curve Ed25519"),
    "a short coordinate": ({**EC, "y": encoded(31)}, "y", "`y` has 31 bytes, but a coordinate of P-256 has 32"),
    "a short modulus": ({**RSA, "n": encoded(128)}, "n", "the modulus has 1024 bits, fewer than 2048"),
    "no base64url": ({**OKP, "x": "AAAAA"}, "x", "`x` has 0 bytes"),
    "an algorithm of another kind": ({**EC, "alg": "RS256"}, "alg", "no signatures of the algorithm RS256: use ES256"),
    "a shared secret": ({"kty": "oct", "k": "AQAB"}, "", "`oct` is a shared secret"),
}


@pytest.mark.parametrize(("key", "member", "message"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_key_that_verifies_no_signature_is_refused_at_its_line(key, member, message):
    given = {name: value for name, value in key.items() if value is not None}
    session, _ = project_session(
        [served({"authentication": {"jwtRules": [{"issuer": ISSUER, "jwks": {"keys": [given]}}]}})],
        "risk",
        {"mesh": ISTIO},
    )
    findings = [finding for finding in check(session) if "keys" in (finding.subject.pointer if finding.subject else ())]
    assert any(message in f"{finding.message}: {finding.help}" for finding in findings)
    if member:
        assert [finding.subject.pointer[-1] for finding in findings if finding.subject] == [member]


@pytest.mark.parametrize(
    "key",
    [
        RSA,
        EC,
        OKP,
        {**EC, "alg": "ES256"},
        {**OKP, "alg": "EdDSA"},
        {**EC, "crv": "P-521", "x": encoded(66), "y": encoded(66)},
    ],
)
def test_a_public_key_is_accepted(key):
    rule = {"issuer": ISSUER, "audiences": ["scores"], "jwks": {"keys": [key]}}
    assert mistakes(served({"authentication": {"jwtRules": [rule]}})) == []


DEFINITION = {
    "type": "object",
    "properties": {"apiVersion": {}, "kind": {}, "metadata": {"type": "object"}, "spec": {"type": "object", "properties": {"other": {}}}},
}  # fmt: skip


def test_the_definition_of_the_project_precedes_the_schema_of_the_target(build_unit):
    files = {"schemas/crds/security.istio.io/requestauthentication_v1.json": json.dumps(DEFINITION).encode()}
    with pytest.raises(AssertionError, match="unknown key `jwtRules`"):
        build_unit(served({}), mesh=ISTIO, files=files)


def test_a_schema_that_is_not_there_is_a_mistake_of_the_emitter():
    emitter = (
        "id: own\ntitle: Own\nfiles:\n"
        "- {path: a.yaml, template: a.yaml.j2, schema: a.example/v1/Thing, fallbackSchema: gone.schema.json, resource: false}\n"
    )
    session = Session(
        MemoryTree(
            {
                "modelyard.yaml": "apiVersion: modelyard/v1\nkind: Project\nname: bank\n",
                "models/team.yaml": "apiVersion: modelyard/v1\nkind: Team\nname: risk\n",
                "templates/records/own/emitter.yaml": emitter,
                "templates/records/own/a.yaml.j2": "a: 1\n",
            }
        )
    )
    assert [one.message for one in session.emitters.findings] == [
        "there is no schema gone.schema.json in templates/records/own"
    ]
