"""Namespaces that Argo CD creates admit the pods that KServe creates in them: by Pod Security level, and by quotas."""

from typing import Any

import pytest

HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "owner": "risk"}
DIGEST = "sha256:" + "0" * 64
ENFORCE = "pod-security.kubernetes.io/enforce"
ARGOCD = {"version": "3.5", "namespace": "argocd", "createNamespaces": True}
CAPABILITIES = {
    "kubernetes": {"version": "1.34"},
    "kserve": {"version": "0.20", "mode": "Standard"},
    "argocd": ARGOCD,
    "leaderWorkerSet": True,
    "gateway": {"namespace": "gateways", "name": "public", "inferencePools": True},
}
RESOURCES = {"resources": {"cpu": 8, "memory": "64Gi", "gpu": 8}}
NODES = {**RESOURCES, "parallelism": {"data": 16, "dataLocal": 8}, "worker": {}}
PROMPTS = {**RESOURCES, "expose": {"host": "llm.bank.example"}, "scheduler": {}, "prefill": {}}
BASE = {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}
SCORE = {"format": "sklearn", "uri": "s3://models/score/", "digest": DIGEST}


def model(name: str, kind: str, source: dict, deploy: dict, **more: Any) -> dict[str, Any]:
    whole = {"version": "1.0.0", "source": source, "deploy": {"target": "kserve", **deploy}}
    return {**HEAD, "name": name, "type": kind, **whole, "environments": {"prod": {}}, **more}


def llm(deploy: dict, **more: Any) -> dict[str, Any]:
    return model("summary", "llm", BASE, deploy, **more)


GRAPH = (
    model("graph", "ensemble", {"router": "sequence", "steps": [{"name": "a", "model": "score"}]}, {}),
    model("score", "ml", SCORE, {"resources": {"cpu": 1, "memory": "1Gi"}}),
)
IMAGE = model(
    "score", "ml", {**SCORE, "uri": "oci://registry.example/score:1"}, {"resources": {"cpu": 1, "memory": "1Gi"}}
)
NATIVE = {**IMAGE, "source": {**SCORE, "uri": "oci+native://registry.example/score:1"}}
ISTIO = {"mesh": {"kind": "istio", "namespace": "istio-system"}}
LEVEL = "capabilities that the Pod Security level"
REJECTED: dict[str, tuple[tuple[dict, ...], dict, dict, str]] = {
    "several nodes, by default": ((llm(NODES),), {}, {}, LEVEL),
    "several nodes": ((llm(NODES),), {"podSecurity": "restricted"}, ISTIO, LEVEL),
    "several nodes of prompts": (
        (llm({**PROMPTS, "prefill": {"parallelism": NODES["parallelism"], "worker": {}}}),), {}, {}, LEVEL,
    ),
    "a label": ((llm(NODES),), {"labels": {ENFORCE: "baseline"}, "podSecurity": "privileged"}, {}, LEVEL),
    "a proxy": ((llm(PROMPTS),), {"podSecurity": "restricted"}, {}, "sets no seccomp profile"),
    "a graph": (GRAPH, {"podSecurity": "restricted"}, {}, "sets no seccomp profile"),
}  # fmt: skip
ADMITTED: dict[str, tuple[tuple[dict, ...], dict, dict]] = {
    "several nodes in their namespace": ((llm(NODES),), {"namespaces": {"models": {"podSecurity": "privileged"}}}, {}),
    "several nodes in a mesh without CNI plugin": ((llm(NODES),), {}, ISTIO),
    "a proxy": ((llm(PROMPTS),), {}, {}),
    "a graph in its namespace": (GRAPH, {"podSecurity": "restricted", "namespaces": {"models": {"podSecurity": "baseline"}}}, {}),
    "a server": (GRAPH[1:], {"podSecurity": "restricted"}, {}),
}  # fmt: skip


def environment(settings: dict | None = None, more: dict | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "capabilities": {**CAPABILITIES, **(more or {})},
        **({"namespaceSettings": settings} if settings else {}),
        **fields,
    }


@pytest.mark.parametrize(("models", "settings", "more", "message"), REJECTED.values(), ids=REJECTED)
def test_a_model_whose_pods_its_namespace_rejects_is_refused(deliver, models, settings, more, message):
    """KServe v0.18.0 to v0.20.0: `config-llm-worker-data-parallel.yaml`, `config-llm-prefill-worker-data-parallel.yaml` (IPC_LOCK,
    SYS_RAWIO, NET_RAW), `config-llm-decode-template.yaml` and `createInferenceGraphPodSpec` in `raw_ig.go` (no seccomp profile)."""
    wrong = deliver(*models, environment=environment(settings, more)).wrong
    assert any(message in text for text, _ in wrong)


@pytest.mark.parametrize(("models", "settings", "more"), ADMITTED.values(), ids=ADMITTED)
def test_a_model_whose_pods_its_namespace_admits_is_built(deliver, models, settings, more):
    assert deliver(*models, environment=environment(settings, more)).wrong == []


def test_the_refusal_says_what_to_set_and_that_is_rendered_for_one_namespace(deliver):
    tenants = {"namespace": None, "namespaces": {"wide": "wide-models", "small": "small-models"}}
    settings = {"namespaces": {"wide-models": {"podSecurity": "privileged"}}, "labels": {ENFORCE: "restricted"}}
    built = deliver(
        llm(NODES, tenant="wide"), {**GRAPH[1], "tenant": "small"}, environment=environment(settings, **tenants)
    )
    assert built.wrong == []
    levels = {
        one["metadata"]["name"]: one["metadata"]["labels"][ENFORCE]
        for one in built.documents("prod/_namespaces/namespaces.yaml")
    }
    assert levels == {"wide-models": "privileged", "small-models": "restricted"}
    narrow = {"namespaces": {"small-models": {"podSecurity": "privileged"}}}
    ((message, line),) = deliver(
        llm(NODES, tenant="wide"), {**GRAPH[1], "tenant": "small"}, environment=environment(narrow, **tenants)
    ).wrong
    assert "Pod Security level" in message
    assert line.startswith("worker")


def test_settings_of_an_unknown_namespace_are_reported(deliver):
    built = deliver(GRAPH[1], environment=environment({"namespaces": {"model": {"podSecurity": "privileged"}}}))
    assert any("prod has no namespace `model`" in one.message for one in built.findings)


def test_an_image_as_a_model_is_reported_where_its_containers_are_rejected(deliver):
    """`CreateModelcarContainer` and `CreateModelcarInitContainer` in `pkg/utils/storage.go` of KServe v0.18.0 to v0.20.0."""
    restricted = environment({"podSecurity": "restricted"})
    assert any("serves an image as a model" in one.message for one in deliver(IMAGE, environment=restricted).findings)
    assert not any(
        "serves an image as a model" in one.message for one in deliver(IMAGE, environment=environment()).findings
    )
    assert not any(
        "serves an image as a model" in one.message for one in deliver(NATIVE, environment=restricted).findings
    )


REQUESTS = {"cpu": "50m", "memory": "64Mi"}
QUOTAS: dict[str, tuple[dict, dict, bool]] = {
    "a quota": ({"headroom": "25%"}, {}, False),
    "a quota of the namespace": ({"namespaces": {"models": {"cpu": 400, "memory": "4Ti"}}}, {}, False),
    "a quota with a default of CPU alone": ({"headroom": "25%"}, {"defaultRequest": {"cpu": "50m"}}, False),
    "a quota with default requests": ({"headroom": "25%"}, {"defaultRequest": REQUESTS}, True),
    "a quota with default limits": ({"headroom": "25%"}, {"default": {"cpu": "64", "memory": "512Gi"}}, True),
}


@pytest.mark.parametrize(("quota", "limits", "is_admitted"), QUOTAS.values(), ids=QUOTAS)
def test_a_quota_needs_default_requests_for_kserves_proxy(deliver, quota, limits, is_admitted):
    """`config-llm-decode-template.yaml` of KServe v0.18.0 to v0.20.0: the resources of `llm-d-routing-sidecar` are empty. Kubernetes,
    "Resource Quotas": every container must request what a quota of requests limits."""
    settings = {"limitRange": limits} if limits else None
    built = deliver(llm(PROMPTS), environment=environment(settings, quota=quota))
    assert (built.wrong == []) is is_admitted
    assert deliver(llm(RESOURCES), environment=environment(quota=quota)).wrong == []
