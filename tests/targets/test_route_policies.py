"""Filters and limits of the route of an exposed model: rendered as the gateway reads them, or refused."""

import copy
from typing import Any

import pytest

from .test_callers import GATEWAY, MODELS, PROGRAM, model, only

ENVOY = {**GATEWAY, "implementation": "envoy-gateway", "globalRateLimit": True}
HEADERS = {
    "type": "RequestHeaderModifier",
    "requestHeaderModifier": {"set": [{"name": "X-Model", "value": "one"}], "remove": ["X-Internal"]},
}
EXTENSION = {"type": "ExtensionRef", "extensionRef": {"group": "traefik.io", "kind": "Middleware", "name": "limits"}}
FILTERS = [HEADERS, EXTENSION]
EACH = {"limit": {"requests": 50, "unit": "Second"}}
BATCH = {
    "clientSelectors": [{"headers": [{"name": "X-Client", "value": "batch"}]}],
    "limit": {"requests": 5, "unit": "Minute"},
}
NETWORK = {"clientSelectors": [{"sourceCIDR": {"value": "203.0.113.0/24"}}], "limit": {"requests": 5, "unit": "Second"}}
PER_CLIENT = {
    "clientSelectors": [{"headers": [{"name": "X-Client", "type": "Distinct"}], "sourceCIDR": {"value": "0.0.0.0/0", "type": "Distinct"}}],
    "limit": {"requests": 5, "unit": "Second"},
}  # fmt: skip
LOCAL = {"type": "Local", "rules": [EACH, BATCH, NETWORK]}
GLOBAL = {"type": "Global", "rules": [EACH, PER_CLIENT]}


def exposed(**more: Any) -> dict:
    return {"expose": {"host": "one.example", **more}}


@pytest.mark.parametrize("kind", MODELS)
def test_the_route_has_the_filters(kind, build_unit, cluster):
    unit = build_unit(*MODELS[kind](exposed(filters=FILTERS)), gateway=GATEWAY)
    assert unit.reasons == ""
    route = only(unit, "HTTPRoute")
    assert route["spec"]["rules"][0]["filters"] == FILTERS
    assert cluster("1.34")("gateway.networking.k8s.io/v1/HTTPRoute", route) == ()
    broken = copy.deepcopy(route)
    broken["spec"]["rules"][0]["filters"][0]["type"] = "HeaderModifier"
    assert cluster("1.34")("gateway.networking.k8s.io/v1/HTTPRoute", broken)
    plain = only(build_unit(*MODELS[kind](exposed()), gateway=GATEWAY), "HTTPRoute")
    assert "filters" not in plain["spec"]["rules"][0]


@pytest.mark.parametrize("limits", [LOCAL, GLOBAL], ids=lambda limits: limits["type"])
@pytest.mark.parametrize("kind", MODELS)
def test_the_limits_apply_to_the_route(kind, limits, build_unit):
    unit = build_unit(*MODELS[kind](exposed(rateLimit=limits)), gateway=ENVOY)
    assert unit.reasons == ""
    policy, route = only(unit, "BackendTrafficPolicy"), only(unit, "HTTPRoute")
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route["metadata"]["name"]}
    assert policy["spec"] == {
        "targetRefs": [target], "rateLimit": {"type": limits["type"], limits["type"].lower(): {"rules": limits["rules"]}},
    }  # fmt: skip
    assert policy["metadata"]["namespace"] == route["metadata"]["namespace"], (
        "a policy applies to routes of its namespace only"
    )


def test_a_suspended_model_has_neither_route_nor_limits(build_unit):
    unit = build_unit(*MODELS["Deployment"]({**exposed(rateLimit=LOCAL), "suspended": True}), gateway=ENVOY)
    assert {one["kind"] for one in unit.documents}.isdisjoint({"HTTPRoute", "BackendTrafficPolicy"})


BROKEN: dict[str, tuple[dict, str]] = {
    "a misspelled field": (
        {"rateLimit": {"local": {"rules": [{"limits": {"requests": 1, "unit": "Second"}}]}}},
        "limits",
    ),
    "another unit": ({"rateLimit": {"local": {"rules": [{"limit": {"requests": 1, "unit": "Fortnight"}}]}}}, "unit"),
    "no limits": ({"rateLimit": {"local": {"rules": []}}}, "rules"),
    "the limits of the other type": ({"rateLimit": {"type": "Global"}}, "rateLimit"),
    "no target": ({"targetRefs": []}, "targetRefs"),
    "another target": (
        {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Service", "name": "one"}]},
        "kind",
    ),
}


@pytest.mark.parametrize(("spec", "field"), BROKEN.values(), ids=BROKEN)
def test_a_broken_object_is_refused(spec, field, refusals):
    replaced = {path: [] for path in ("spec.rateLimit.local.rules", "spec.targetRefs") if path.split(".")[1] in spec}
    patches = [
        {
            "target": {"kind": "BackendTrafficPolicy"},
            "reason": "A test of it.",
            "merge": {"spec": spec},
            "listMapKeys": replaced,
        }
    ]
    found = refusals(*MODELS["Deployment"]({**exposed(rateLimit=LOCAL), "patches": patches}), gateway=ENVOY)
    assert any("backendtrafficpolicy.yaml" in message and field in message for message in found)


def limited(kind: str, *rules: dict) -> dict:
    return exposed(rateLimit={"type": kind, "rules": list(rules)})


def header(**more: Any) -> dict:
    return {**BATCH, "clientSelectors": [{"headers": [{"name": "X-Client", **more}]}]}


RANGES = [{"sourceCIDR": {"value": "203.0.113.0/24"}}, {"sourceCIDR": {"value": "198.51.100.0/24"}}]
VALUES = [{"headers": [{"name": "X-Client", "value": value}]} for value in ("a", "b")]
REFUSED: dict[str, tuple[dict, dict, str]] = {
    "another gateway": (limited("Local", EACH), GATEWAY, "only Envoy Gateway has an object for limits"),
    "no service that counts": (limited("Global", EACH), {**ENVOY, "globalRateLimit": False}, "needs the rate limit service"),
    "an empty selector": (limited("Local", {**BATCH, "clientSelectors": [{}]}), ENVOY, "a selector of clients is empty"),
    "a header without value": (limited("Global", header()), ENVOY, "a header needs a value"),
    "each value of one value": (limited("Global", header(type="Distinct", value="a")), ENVOY, "a header needs a value"),
    "each header counted locally": (limited("Local", header(type="Distinct")), ENVOY, "a local limit cannot count each client alone"),
    "each client counted locally": (limited("Local", PER_CLIENT), ENVOY, "a local limit cannot count each client alone"),
    "two ranges of one rule": (limited("Local", {**BATCH, "clientSelectors": RANGES}), ENVOY, "uses the last `sourceCIDR` only"),
    "two values of one header": (limited("Global", {**BATCH, "clientSelectors": VALUES}), ENVOY, "a header has one value"),
    "two limits of all requests": (limited("Local", EACH, EACH), ENVOY, "only one local limit can count all requests"),
    "a shorter unit": (
        limited("Local", {"limit": {"requests": 9, "unit": "Hour"}}, BATCH), ENVOY, "shorter than that of the limit for all requests",
    ),
    "a filter without its field": (exposed(filters=[{**HEADERS, "type": "ExtensionRef"}]), GATEWAY, "not that of its type"),
    "a filter without a change": (exposed(filters=[{**HEADERS, "requestHeaderModifier": {}}]), GATEWAY, "changes no header"),
    "a header set and removed": (
        exposed(filters=[{**HEADERS, "requestHeaderModifier": {"set": [{"name": "X-A", "value": "1"}], "remove": ["X-A"]}}]),
        GATEWAY, "sets and removes one header",
    ),
    "an address": ({"expose": {"host": "10.0.0.1"}}, GATEWAY, "a host name, and no address"),
    "two filters of one type": (exposed(filters=[HEADERS, HEADERS]), GATEWAY, "at most one filter of each type"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["InferenceService", "Deployment"])
@pytest.mark.parametrize(("deploy", "gateway", "message"), REFUSED.values(), ids=REFUSED)
def test_what_no_gateway_could_do_is_refused(deploy, gateway, message, kind, build_unit):
    assert message in build_unit(*MODELS[kind](deploy), gateway=gateway).reasons


def test_limits_are_refused_at_their_line(build_unit):
    unit = build_unit(model("heuristic", "kubernetes", PROGRAM, limited("Local", EACH)), gateway=GATEWAY)
    assert list(unit.blamed_lines.values()) == ["rules:"], "where its content begins"


@pytest.mark.parametrize("selectors", [RANGES, VALUES])
def test_a_selector_that_contradicts_another_is_refused_at_its_line(selectors, session_findings):
    """`buildRateLimitRule` of Envoy Gateway v1.9.0 overwrites `CIDRMatch`, and requires every header."""
    deploy = limited(
        "Local", BATCH, {**BATCH, "clientSelectors": [{"headers": [{"name": "X-A", "value": "1"}]}, *selectors]}
    )
    [finding] = session_findings(*MODELS["Deployment"](deploy), gateway=ENVOY)
    assert finding.subject.pointer == ("deploy", "expose", "rateLimit", "rules", 1, "clientSelectors", 2)


def test_a_second_limit_of_all_requests_is_refused_at_its_line(session_findings):
    [finding] = session_findings(*MODELS["Deployment"](limited("Local", EACH, BATCH, EACH)), gateway=ENVOY)
    assert finding.subject.pointer == ("deploy", "expose", "rateLimit", "rules", 2)
