"""Applications call a model only if its spec lists them: network policies and the mesh are evaluated as a cluster does."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
SOURCE = {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
VENDOR = {
    "provider": "Bureau",
    "product": "Score",
    "contract": {"id": "C-1"},
    "endpoint": {"host": "api.bureau.example"},
}
WEB = {"name": "web", "namespace": "shop", "podSelector": {"matchLabels": {"app": "web"}}, "serviceAccount": "web"}
TILL = {
    "name": "till",
    "namespace": "branch",
    "podSelector": {"matchLabels": {"app": "till"}},
    "serviceAccount": "till",
}
ISTIO = {"kind": "istio", "namespace": "istio-system"}
GATEWAY = {"namespace": "gateways", "name": "public"}
KNATIVE = {"version": "0.20", "mode": "Knative"}
NAME = "kubernetes.io/metadata.name"


def model(kind: str, target: str, source: dict, deploy: dict | None = None, name: str = "one", **more: Any) -> dict:
    deploy = {"target": target, **(deploy or {})}
    environments = {"environments": {"prod": {}}}
    return {**HEAD, "name": name, "type": kind, "source": source, "deploy": deploy, **environments, **more}


STEP = model("ml", "kserve", SOURCE, name="step")
MODELS: dict[str, Callable[[dict], list[dict]]] = {
    "InferenceService": lambda deploy: [model("ml", "kserve", SOURCE, deploy)],
    "InferenceGraph": lambda deploy: [
        model("ensemble", "kserve", {"router": "sequence", "steps": [{"name": "a", "model": "step"}]}, deploy), STEP,
    ],
    "LLMInferenceService": lambda deploy: [
        model("llm", "kserve", {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}, deploy),
    ],
    "Deployment": lambda deploy: [model("heuristic", "kubernetes", PROGRAM, deploy)],
}  # fmt: skip


def only(unit: Any, kind: str) -> dict:
    (document,) = (document for document in unit.documents if document["kind"] == kind)
    return document


def admitted_pods(unit: Any) -> set[tuple[str, str]]:
    """The pods of callers that the network policy admits: namespace and label `app`."""
    peers = [peer for rule in only(unit, "NetworkPolicy")["spec"]["ingress"] for peer in rule["from"]]
    return {
        (peer["namespaceSelector"]["matchLabels"][NAME], peer.get("podSelector", {}).get("matchLabels", {}).get("app", "any"))
        for peer in peers
    }  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_the_network_admits_the_listed_pods_and_no_other(kind, build_unit):
    unit = build_unit(*MODELS[kind]({"callers": [WEB, TILL]}), metrics=None)
    assert unit.reasons == ""
    assert admitted_pods(unit) == {("shop", "web"), ("branch", "till")}
    alone = build_unit(*MODELS[kind]({}), metrics=None)
    assert only(alone, "NetworkPolicy")["spec"]["ingress"] == []


def authorizes(policy: dict, principal: str, method: str = "POST", path: str = "/v2/infer") -> bool:
    """Whether the mesh lets a request through: an ALLOW policy denies what no rule of it matches."""
    assert policy["spec"]["action"] == "ALLOW"
    return any(_matches(rule, principal, method, path) for rule in policy["spec"].get("rules", []))


def _matches(rule: dict, principal: str, method: str, path: str) -> bool:
    sources, operations = (
        [one[key] for one in rule.get(list_, [])] for list_, key in (("from", "source"), ("to", "operation"))
    )
    return (not sources or any(_is_source(source, principal) for source in sources)) and (
        not operations or any(method in one.get("methods", [method]) and path in one.get("paths", [path]) for one in operations)
    )  # fmt: skip


def _is_source(source: dict, principal: str) -> bool:
    namespace = principal.split("/")[2] if principal else ""
    return principal in source.get("principals", [principal]) and namespace in source.get("namespaces", [namespace])


def identity(namespace: str, account: str) -> str:
    return f"cluster.local/ns/{namespace}/sa/{account}"


NOBODY = ""
"""The principal of a request from outside of the mesh."""


@pytest.mark.parametrize("kind", MODELS)
def test_the_mesh_admits_the_listed_service_accounts_and_no_other(kind, build_unit):
    policy = only(build_unit(*MODELS[kind]({"callers": [WEB, TILL]}), mesh=ISTIO), "AuthorizationPolicy")
    assert authorizes(policy, identity("shop", "web"))
    assert authorizes(policy, identity("branch", "till"))
    assert not authorizes(policy, identity("shop", "other"))
    assert not authorizes(policy, identity("branch", "web"))
    assert not authorizes(policy, NOBODY)


@pytest.mark.parametrize("kind", MODELS)
def test_the_mesh_selects_the_pods_that_the_network_policy_selects(kind, build_unit):
    unit = build_unit(*MODELS[kind]({}), mesh=ISTIO)
    assert only(unit, "AuthorizationPolicy")["spec"]["selector"] == only(unit, "NetworkPolicy")["spec"]["podSelector"]


def test_models_that_use_a_model_are_admitted_by_the_account_that_their_target_gives_them(build_unit):
    called = model("ml", "kserve", SOURCE, name="called")
    users = [
        model("heuristic", "kubernetes", PROGRAM, name="program", uses=[{"model": "called", "env": "URL"}]),
        model("ml", "kserve", SOURCE, {"pod": {"serviceAccountName": "reader"}}, "served", uses=[{"model": "called", "env": "URL"}]),
    ]  # fmt: skip
    policy = only(build_unit(called, *users, mesh=ISTIO), "AuthorizationPolicy")
    assert authorizes(policy, identity("models", "program"))
    assert authorizes(policy, identity("models", "reader"))
    assert not authorizes(policy, identity("models", "default"))
    shared = model("ml", "kserve", SOURCE, None, "served", uses=[{"model": "called", "env": "URL"}])
    assert authorizes(
        only(build_unit(called, shared, mesh=ISTIO), "AuthorizationPolicy"), identity("models", "default")
    )


def test_the_gateway_is_admitted_to_exposed_models_alone(build_unit):
    gateway_pod, other_pod = identity("gateways", "public-istio"), identity("gateways", "other")

    def policy(deploy: dict, **gateway: str) -> dict:
        return only(
            build_unit(*MODELS["Deployment"](deploy), mesh=ISTIO, gateway={**GATEWAY, **gateway}), "AuthorizationPolicy"
        )

    exposed = {"expose": {"host": "one.example"}}
    assert not authorizes(policy({}), gateway_pod)
    assert authorizes(policy(exposed), gateway_pod)
    assert authorizes(policy(exposed), other_pod), "without a service account, every pod of the namespace"
    assert authorizes(policy(exposed, serviceAccount="public-istio"), gateway_pod)
    assert not authorizes(policy(exposed, serviceAccount="public-istio"), other_pod)


NODES = {"parallelism": {"data": 2, "dataLocal": 1}, "worker": {}}
ACCOUNTS = {
    "several nodes": (NODES, "user-kserve-mn"),
    "a proxy in front": ({"prefill": {}}, "user-kserve"),
    "an account of its own": ({**NODES, "pod": {"serviceAccountName": "reader"}}, "reader"),
    "one node": ({}, "default"),
}


@pytest.mark.parametrize(("deploy", "account"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_a_language_model_is_admitted_by_the_account_that_kserve_gives_its_servers(build_unit, deploy, account):
    """KServe v0.18.0 to v0.20.0: `expectedMultiNodeMainServiceAccount` in `workload_multi_node.go`, `expectedSingleNodeMainServiceAccount`
    in `workload_single_node.go`. The other accounts of the namespace are not admitted."""
    called = model("ml", "kserve", SOURCE, name="called")
    (user,) = MODELS["LLMInferenceService"](deploy)
    user = {**user, "name": "user", "uses": [{"model": "called", "env": "URL"}]}
    policy = only(build_unit(called, user, mesh=ISTIO), "AuthorizationPolicy")
    accounts = {account for _, account in ACCOUNTS.values()}
    assert {name for name in accounts if authorizes(policy, identity("models", name))} == {account}


def test_a_graph_has_an_account_of_its_own(build_unit, kserve_release):
    """`createInferenceGraphPodSpec` in `raw_ig.go` of KServe v0.18.0 to v0.20.0 passes the service account to the pods of the router."""
    graph, step = MODELS["InferenceGraph"]({"pod": {"serviceAccountName": "router"}})
    unit = build_unit(graph, step)
    assert unit.objects["inferencegraph.yaml"]["spec"]["serviceAccountName"] == "router"
    for release in ("0.18", "0.19", "0.20"):
        assert kserve_release(release)("inferencegraph_v1alpha1", unit.objects["inferencegraph.yaml"]) == ()
    policy = only(build_unit(step, graph, mesh=ISTIO), "AuthorizationPolicy")
    assert authorizes(policy, identity("models", "router"))
    assert not authorizes(policy, identity("models", "default"))


@pytest.mark.parametrize("kind", MODELS)
def test_prometheus_reads_metrics_and_nothing_else(kind, build_unit):
    outside = only(build_unit(*MODELS[kind]({}), mesh=ISTIO), "AuthorizationPolicy")
    assert authorizes(outside, NOBODY, "GET", "/metrics")
    assert not authorizes(outside, NOBODY, "POST", "/metrics")
    assert not authorizes(outside, NOBODY, "GET", "/v2/infer")
    metrics = {"namespace": "monitoring", "serviceAccount": "prometheus"}
    inside = only(build_unit(*MODELS[kind]({}), mesh=ISTIO, metrics=metrics), "AuthorizationPolicy")
    assert authorizes(inside, identity("monitoring", "prometheus"), "GET", "/metrics")
    assert not authorizes(inside, NOBODY, "GET", "/metrics")


@pytest.mark.parametrize("kind", MODELS)
def test_without_callers_the_mesh_denies_every_request(kind, build_unit):
    policy = only(build_unit(*MODELS[kind]({}), mesh=ISTIO, metrics=None), "AuthorizationPolicy")
    assert "rules" not in policy["spec"]
    assert "AuthorizationPolicy" not in {one["kind"] for one in build_unit(*MODELS[kind]({})).documents}


def mutations(policy: dict) -> Iterator[dict]:
    """The policy with one restriction less."""
    for index, rule in enumerate(policy["spec"]["rules"]):
        for key in rule:
            mutated = copy.deepcopy(policy)
            mutated["spec"]["rules"][index].pop(key)
            yield mutated
    yield {**policy, "spec": {**policy["spec"], "rules": [{}]}}


def test_a_hole_in_a_policy_would_be_seen(build_unit):
    policy = only(build_unit(*MODELS["Deployment"]({"callers": [WEB]}), mesh=ISTIO), "AuthorizationPolicy")
    assert len(list(mutations(policy))) == 3
    for mutated in mutations(policy):
        assert authorizes(mutated, identity("elsewhere", "other"))


@pytest.mark.parametrize("kind", MODELS)
def test_every_policy_is_one_that_the_cluster_takes(kind, build_unit, cluster):
    deploy = {"callers": [WEB], "expose": {"host": "a.example"}, "pod": {"serviceAccountName": "reader"}}
    unit = build_unit(*MODELS[kind](deploy), mesh=ISTIO, gateway=GATEWAY)
    assert unit.reasons == ""
    for path in ("networkpolicy.yaml", "authorizationpolicy.yaml"):
        assert cluster("1.34")(unit.keys[path], unit.objects[path]) == ()
        assert cluster("1.34")(unit.keys[path], {**unit.objects[path], "spec": {"selectr": {}}})


NAMELESS = {key: value for key, value in WEB.items() if key != "serviceAccount"}
JOB = {key: value for key, value in PROGRAM.items() if key not in ("port", "health")}
ACCOUNT_MISSING = "the mesh identifies callers by their service account"
REFUSED: dict[str, tuple[dict, dict[str, Any], str]] = {
    "a caller without an account in a mesh": (
        model("ml", "kserve", SOURCE, {"callers": [NAMELESS, TILL]}), {"mesh": ISTIO}, ACCOUNT_MISSING,
    ),
    "a caller of a program without an account in a mesh": (
        model("heuristic", "kubernetes", PROGRAM, {"callers": [NAMELESS]}), {"mesh": ISTIO}, ACCOUNT_MISSING,
    ),
    "Knative": (model("ml", "kserve", SOURCE, {"callers": [WEB]}), {"kserve": KNATIVE}, "no policy can distinguish callers"),
    "a vendor": (model("vendor", "kubernetes", VENDOR, {"callers": [WEB]}), {"hostnameEgress": "cilium"}, "call the vendor directly"),
    "a job": (
        model("heuristic", "kubernetes", JOB, {"batch": {"schedule": "0 3 * * 1"}, "callers": [WEB]}), {}, "a job receives no requests",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "capabilities", "message"), REFUSED.values(), ids=REFUSED)
def test_callers_that_no_policy_can_admit_are_refused_at_their_line(spec, capabilities, message, build_unit):
    unit = build_unit(spec, **capabilities)
    (blamed,) = (line for reason, line in unit.blamed_lines.items() if message in reason)
    assert blamed == "- name: web"


def test_a_caller_needs_no_account_where_there_is_no_mesh(build_unit):
    assert build_unit(model("ml", "kserve", SOURCE, {"callers": [NAMELESS]})).reasons == ""


SHARED_IDENTITY = "every pod of the namespace without an account of its own"
CALLED_MODEL = model("ml", "kserve", SOURCE, name="called")
USES = [{"model": "called", "env": "URL"}]
FRONT = {"transformer": {"image": "registry.example/front:1.0", "digest": PROGRAM["digest"]}}
OWN_ACCOUNT: dict[str, Any] = {"pod": {"serviceAccountName": "reader"}}
DEFAULT_ACCOUNT = {"pod": {"serviceAccountName": "default"}}
IDENTITIES = {
    "a served model": (model("ml", "kserve", SOURCE, None, "user", uses=USES), True),
    "a served model that names the account": (model("ml", "kserve", SOURCE, DEFAULT_ACCOUNT, "user", uses=USES), True),
    "a served model with an account": (model("ml", "kserve", SOURCE, OWN_ACCOUNT, "user", uses=USES), False),
    "a served model that calls nothing": (model("ml", "kserve", SOURCE, None, "user"), False),
    "a graph": (model("ensemble", "kserve", {"router": "sequence", "steps": [{"name": "a", "model": "called"}]}, {}, "user"), True),
    "a transformer": (model("ml", "kserve", SOURCE, FRONT, "user"), True),
    "a transformer with an account": (model("ml", "kserve", SOURCE, {**FRONT, **OWN_ACCOUNT}, "user"), False),
    "a program": (model("heuristic", "kubernetes", PROGRAM, {}, "user", uses=USES), False),
    "a program that names the account": (model("heuristic", "kubernetes", PROGRAM, DEFAULT_ACCOUNT, "user", uses=USES), True),
}  # fmt: skip


@pytest.mark.parametrize(("user", "is_shared"), IDENTITIES.values(), ids=IDENTITIES)
def test_an_identity_that_other_pods_share_is_a_warning_in_a_mesh(user, is_shared, session_findings):
    """KServe sets no account on the pods of a predictor (createRawDeployment in deployment_reconciler.go, v0.20.0). A pod without one has
    the account `default` of its namespace (the admission plugin ServiceAccount of Kubernetes), and the AuthorizationPolicy of the called
    model admits that principal."""
    findings = [
        finding for finding in session_findings(user, CALLED_MODEL, mesh=ISTIO) if SHARED_IDENTITY in finding.message
    ]
    assert [finding.code.id for finding in findings] == ["MY411"] * is_shared
    assert not any(finding.is_blocking for finding in findings)
    assert not [finding for finding in session_findings(user, CALLED_MODEL) if SHARED_IDENTITY in finding.message]


@pytest.mark.parametrize("kind", ["InferenceService", "Deployment"])
def test_a_caller_with_an_identity_that_other_pods_share_is_reported(kind, session_findings):
    """Where tokens are not required of callers, their service account is all that the mesh checks: then it is an error."""
    anonymous = {**WEB, "serviceAccount": "default"}
    caller_findings = session_findings(*MODELS[kind]({"callers": [anonymous]}), mesh=ISTIO)
    assert [finding.code.id for finding in caller_findings if "has the identity `default`" in finding.message] == [
        "MY411"
    ]
    assert not [
        finding
        for finding in session_findings(*MODELS[kind]({"callers": [WEB]}), mesh=ISTIO)
        if "`default`" in finding.message
    ]
    tokens = {"jwtRules": [{"issuer": "https://a.example", "audiences": ["a"], "jwksUri": "https://a.example/keys"}]}
    trusting = {
        "callers": [anonymous],
        "expose": {"host": "one.example"},
        "authentication": {**tokens, "requiredFrom": "gateway"},
    }
    unit = session_findings(*MODELS[kind](trusting), mesh=ISTIO, gateway=GATEWAY)
    assert [finding.is_blocking for finding in unit if "all of these would need no token" in finding.message] == [True]
