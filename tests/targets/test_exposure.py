"""No model is reachable from outside of the cluster unless its spec exposes it.

What KServe's controllers do was read at the tags v0.18.0, v0.19.0 and v0.20.0, where the functions named below do the same.
"""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A."}
GATEWAY = {"namespace": "gateways", "name": "public"}
KSERVE_LABEL, KNATIVE_LABEL = "networking.kserve.io/visibility", "networking.knative.dev/visibility"
SOURCE = {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}
OPENAI = {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
EXPOSE = {"expose": {"host": "one.example"}}


def model(kind: str, source: dict, deploy: dict | None = None, name: str = "one", target: str = "kserve") -> dict:
    return {
        **HEAD, "name": name, "type": kind, "version": "1.0.0", "source": source,
        "deploy": {"target": target, **(deploy or {})}, "environments": {"prod": {}},
    }  # fmt: skip


STEPS = {"router": "sequence", "steps": [{"name": "a", "model": "step"}]}
STEP = model("ml", SOURCE, name="step")
SPECS: dict[str, tuple[str, dict, dict | None, str, str]] = {
    "InferenceService": ("ml", SOURCE, None, "one", "kserve"),
    "InferenceGraph": ("ensemble", STEPS, None, "one", "kserve"),
    "LLMInferenceService": ("llm", OPENAI, None, "one", "kserve"),
    "Deployment": ("heuristic", PROGRAM, None, "one", "kubernetes"),
}


def specs(kind: str, deploy: dict | None = None) -> list[dict]:
    type_, source, _, name, target = SPECS[kind]
    return [model(type_, source, deploy, name, target), STEP]


def with_canary() -> dict:
    releases = {"1.0.0": {"source": SOURCE}, "1.1.0": {"source": {**SOURCE, "uri": "s3://models/two/"}}}
    return {
        **HEAD, "name": "one", "type": "ml", "releases": releases, "deploy": {"target": "kserve"},
        "environments": {"prod": {"release": "1.0.0", "canary": {"release": "1.1.0", "weight": "10%"}}},
    }  # fmt: skip


def kserve(mode: str) -> dict[str, Any]:
    return {"version": "0.20", "mode": mode}


def served_object(unit: Any, kind: str) -> dict:
    (found,) = (one for one in unit.documents if one["kind"] == kind)
    return found


def visibility_labels(served: dict) -> dict[str, str]:
    labels = served["metadata"]["labels"]
    return {key: labels[key] for key in (KSERVE_LABEL, KNATIVE_LABEL) if key in labels}


def admits_gateway(unit: Any) -> bool:
    policy = served_object(unit, "NetworkPolicy")
    peers = [peer for rule in policy["spec"]["ingress"] for peer in rule.get("from", [])]
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": GATEWAY["namespace"]}}} in peers


@pytest.mark.parametrize(("mode", "label"), [("Standard", KSERVE_LABEL), ("Knative", KNATIVE_LABEL)])
@pytest.mark.parametrize("kind", ["InferenceService", "InferenceGraph"])
def test_controllers_create_no_route_for_a_model(kind, mode, label, build_unit):
    """`Reconcile` in httproute_reconciler.go and kube_ingress_reconciler.go reads the first label of an InferenceService.

    `createIngress` in ingress_reconciler.go reads the second, and both functions `createKnativeService` hand it on to Knative.
    """
    unit = build_unit(*specs(kind), gateway=GATEWAY, kserve=kserve(mode))
    assert unit.reasons == ""
    assert visibility_labels(served_object(unit, kind)) == {label: "cluster-local"}


@pytest.mark.parametrize("kind", ["InferenceService", "InferenceGraph"])
def test_an_exposed_model_has_the_route_of_its_spec_and_no_other(kind, build_unit):
    """KServe's own route would have another host, and every path."""
    unit = build_unit(*specs(kind, EXPOSE), gateway=GATEWAY)
    assert unit.reasons == ""
    assert visibility_labels(served_object(unit, kind)) == {KSERVE_LABEL: "cluster-local"}
    assert served_object(unit, "HTTPRoute")["spec"]["hostnames"] == ["one.example"]


@pytest.mark.parametrize("deploy", [None, EXPOSE], ids=["internal", "exposed"])
def test_a_language_model_has_no_route_of_kserve(deploy, build_unit):
    """`reconcileHTTPRoutes` in router.go deletes the route if `router` is absent.

    `reconcileWorkloadService` in workload.go creates the Service that callers use in any case. With an empty `gateway` the preset
    config-llm-router-route.yaml attaches a route to KServe's own Gateway.
    """
    unit = build_unit(*specs("LLMInferenceService", deploy), gateway=GATEWAY)
    assert unit.reasons == ""
    assert "router" not in served_object(unit, "LLMInferenceService")["spec"]
    routes = [one["spec"] for one in unit.documents if one["kind"] == "HTTPRoute"]
    assert [route["hostnames"] for route in routes] == ([["one.example"]] if deploy else [])
    assert [ref["name"] for route in routes for rule in route["rules"] for ref in rule["backendRefs"]] == (
        ["one-kserve-workload-svc"] if deploy else []
    )


def test_a_canary_in_standard_mode_keeps_the_route_that_splits_its_requests(build_unit, splitting_kserve):
    """KServe splits requests on the HTTPRoute that the label would prevent; in Knative mode Knative splits them behind any route."""
    standard = build_unit(with_canary(), files=splitting_kserve, gateway=GATEWAY, kserve=kserve("Standard"))
    knative = build_unit(with_canary(), gateway=GATEWAY, kserve=kserve("Knative"))
    assert visibility_labels(served_object(standard, "InferenceService")) == {}
    assert visibility_labels(served_object(knative, "InferenceService")) == {KNATIVE_LABEL: "cluster-local"}
    assert admits_gateway(standard)
    without_canary = build_unit(*specs("InferenceService"), gateway=GATEWAY)
    assert visibility_labels(served_object(without_canary, "InferenceService")) == {KSERVE_LABEL: "cluster-local"}
    assert not admits_gateway(without_canary)


@pytest.mark.parametrize("kind", SPECS)
def test_the_network_admits_the_gateway_to_exposed_models_alone(kind, build_unit):
    internal, exposed = (build_unit(*specs(kind, deploy), gateway=GATEWAY) for deploy in (None, EXPOSE))
    assert (internal.reasons, exposed.reasons) == ("", "")
    assert not admits_gateway(internal)
    assert admits_gateway(exposed)
