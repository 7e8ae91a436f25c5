"""Containers in front of the server of a trained model on KServe: transformers, explainers, batches, logs of payloads."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
RELEASES = ("0.18", "0.19", "0.20")
MESH = {"mesh": {"kind": "istio", "namespace": "istio-system"}}
FRONT = {
    "image": "registry.example/front:1.0",
    "digest": DIGEST,
    "args": ["--level=$(LEVEL)"],
    "resources": {"cpu": 1, "memory": "1Gi"},
}
LOG = {"url": "http://payloads.audit.svc:8080", "mode": "request", "metadataHeaders": ["x-request-id"]}
OWN_PODS = {"serving.kserve.io/inferenceservice": "score"}


def score(deploy: dict[str, Any], protocol: str = "v1", **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "modelyard/v1",
        "kind": "Model",
        "name": "score",
        "type": "ml",
        "lifecycle": "production",
        "summary": "Scores.",
        "version": "1.0.0",
        "source": {"format": "sklearn", "uri": "s3://models/score/", "digest": DIGEST},
        "interface": {"protocol": protocol},
        "deploy": {"target": "kserve", "resources": {"cpu": 1, "memory": "1Gi"}, **deploy},
        "environments": {"prod": {}},
        **more,
    }


EVERYTHING = {
    "scaling": {"min": 1, "max": 4},
    "transformer": {
        **FRONT,
        "command": ["python"],
        "env": [{"name": "A", "value": "1"}],
        "scaling": {"min": 2, "max": 4},
    },
    "explainer": {**FRONT, "scaling": {"min": 1, "max": 2}},
    "batcher": {"maxBatchSize": 32, "maxLatency": 5},
    "logger": LOG,
    "egress": [{"url": LOG["url"], "podSelector": {"matchLabels": {"app": "payload-log"}}}],
}
KEPT = {"governance": {"logging": {"retention": "180d"}}}


def spec_of(unit) -> Any:
    assert unit.reasons == ""
    return unit.objects["inferenceservice.yaml"]["spec"]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("mode", ["Standard", "Knative"])
def test_the_definitions_of_each_release_accept_all_fields(build_unit, kserve_release, release, mode):
    unit = build_unit(score(EVERYTHING, **KEPT), kserve={"version": release, "mode": mode})
    judge = kserve_release(release)
    assert spec_of(unit)["transformer"]
    assert judge("inferenceservice_v1beta1", unit.objects["inferenceservice.yaml"]) == ()
    broken = {**unit.objects["inferenceservice.yaml"], "spec": {"predictor": {"batcher": {"size": 1}}}}
    assert judge("inferenceservice_v1beta1", broken) != ()


def test_a_transformer_is_a_pinned_container_with_its_own_replicas(build_unit):
    transformer = spec_of(build_unit(score(EVERYTHING, **KEPT)))["transformer"]
    assert (transformer["minReplicas"], transformer["maxReplicas"]) == (2, 4)
    [container] = transformer["containers"]
    assert container["image"] == f"registry.example/front:1.0@{DIGEST}"
    assert container["args"] == ["--level=$$(LEVEL)"]
    assert container["env"] == [{"name": "PROTOCOL", "value": "v1"}, {"name": "A", "value": "1"}]
    assert container["securityContext"]["runAsNonRoot"] is True


def test_an_image_without_a_digest_is_reported_at_its_line(build_unit):
    unit = build_unit(score({"transformer": {"image": "registry.example/front:1.0"}}))
    assert "registry.example/front:1.0 has no digest" in unit.reasons
    assert "front:1.0" in unit.blamed_lines["registry.example/front:1.0 has no digest"]


def test_callers_and_the_route_reach_the_transformer(build_unit):
    """`createRawTopLevelHTTPRoute` in `httproute_reconciler.go` of v0.20.0 sends requests to the transformer, if there is one."""
    deploy = {"transformer": FRONT, "expose": {"host": "score.bank.example"}}
    unit = build_unit(score(deploy), gateway={"namespace": "gateways", "name": "public"})
    [rule] = unit.objects["httproute.yaml"]["spec"]["rules"]
    assert rule["backendRefs"][0]["name"] == "score-transformer"
    client = {
        **score({"scaling": {"min": 1, "max": 1}}),
        "name": "client",
        "uses": [{"model": "score", "env": "SCORE"}],
    }
    [predictor] = [
        build_unit(client, score({"transformer": FRONT})).objects["inferenceservice.yaml"]["spec"]["predictor"]
    ]
    assert {"name": "SCORE", "value": "http://score-transformer.models.svc.cluster.local"} in predictor["model"]["env"]


def test_payloads_are_logged_and_collected_where_callers_enter(build_unit):
    spec = spec_of(build_unit(score(EVERYTHING, **KEPT)))
    assert spec["transformer"]["logger"] == LOG
    assert spec["transformer"]["batcher"] == {"maxBatchSize": 32, "maxLatency": 5}
    assert "logger" not in spec["predictor"]
    alone = score({"logger": LOG, "egress": EVERYTHING["egress"]}, **KEPT)
    assert spec_of(build_unit(alone))["predictor"]["logger"] == LOG


def test_the_service_of_logs_may_be_called(build_unit):
    deploy = {"logger": LOG, "egress": EVERYTHING["egress"], "options": {"storageCidrs": ["198.51.100.0/24"]}}
    egress = build_unit(score(deploy)).objects["networkpolicy.yaml"]["spec"]["egress"]
    namespaces = [
        peer["namespaceSelector"]["matchLabels"]
        for rule in egress
        for peer in rule["to"]
        if "namespaceSelector" in peer
    ]
    assert {"kubernetes.io/metadata.name": "audit"} in namespaces


def test_a_model_that_logs_payloads_states_how_long_they_are_kept(refusals):
    findings = refusals(score({"logger": LOG}))
    assert any("the records do not know for how long" in text for text in findings)
    findings = refusals(score({"logger": LOG}, **KEPT))
    assert not any("the records do not know for how long" in text for text in findings)


def test_the_containers_may_call_the_predictor(build_unit):
    """`reconcileTransformer` in `transformer.go`: its pods have the label of the InferenceService, as those of the predictor."""
    unit = build_unit(score({"transformer": FRONT, "options": {"storageCidrs": ["198.51.100.0/24"]}}), **MESH)
    spec = unit.objects["networkpolicy.yaml"]["spec"]
    own = {"podSelector": {"matchLabels": OWN_PODS}}
    assert own in spec["ingress"][0]["from"]
    assert {"to": [own]} in spec["egress"]
    [source, *_] = unit.objects["authorizationpolicy.yaml"]["spec"]["rules"][0]["from"]
    assert source["source"]["principals"] == ["cluster.local/ns/models/sa/default"]


CONSTRAINT = {"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
SCHEDULING = {
    "nodeSelector": {"data": "personal"},
    "tolerations": [{"key": "data", "operator": "Exists"}],
    "priorityClassName": "decisions",
    "topologySpreadConstraints": [CONSTRAINT],
}
POD = {
    "labels": {"bank.example/cost": "7"},
    "annotations": {"bank.example/scan": "yes"},
    "terminationGracePeriodSeconds": 90,
}


@pytest.mark.parametrize("part", ["transformer", "explainer"])
def test_the_pods_in_front_of_a_server_are_scheduled_as_those_of_the_server(build_unit, part):
    """`Reconcile` in `components/transformer.go` and `explainer.go` of v0.18.0 to v0.20.0 takes the PodSpec of the component, its
    labels and its annotations; nothing is inherited from the predictor."""
    spec = spec_of(build_unit(score({part: FRONT, "scheduling": SCHEDULING, "pod": POD})))
    for name in ("nodeSelector", "tolerations", "priorityClassName", "terminationGracePeriodSeconds", "labels"):
        assert spec[part][name] == spec["predictor"][name] == {**SCHEDULING, **POD}[name]
    assert spec[part]["annotations"]["bank.example/scan"] == "yes"
    [constraint] = spec[part]["topologySpreadConstraints"]
    assert constraint["labelSelector"] == {"matchLabels": {**OWN_PODS, "component": part}}


def test_only_the_server_has_the_nodes_of_its_accelerator(build_unit):
    types = {
        "accelerators": {
            "a100": {"nodeSelector": {"gpu": "a100"}, "tolerations": [{"key": "gpu", "operator": "Exists"}]}
        }
    }
    wide = {"cpu": 1, "memory": "1Gi", "gpu": 1, "gpuType": "a100"}
    spec = spec_of(build_unit(score({"transformer": FRONT, "resources": wide}), **types))
    assert spec["predictor"]["nodeSelector"] == {"gpu": "a100"}
    assert not {"nodeSelector", "tolerations"} & set(spec["transformer"])
    spec = spec_of(build_unit(score({"transformer": {**FRONT, "resources": wide}}), **types))
    assert spec["transformer"]["nodeSelector"] == {"gpu": "a100"}
    assert "does not declare this type" in build_unit(score({"transformer": {**FRONT, "resources": wide}})).reasons


@pytest.mark.parametrize("part", ["transformer", "explainer"])
def test_the_duration_of_requests_holds_where_callers_enter(build_unit, part):
    """`createKnativeService` in `ksvc_reconciler.go` of v0.18.0 to v0.20.0: each component is a Knative service with its own timeout. The
    limit of concurrent requests is that of the server: one replica of a transformer serves several servers."""
    spec = spec_of(
        build_unit(
            score({part: FRONT, "timeout": "600s", "containerConcurrency": 4}),
            kserve={"version": "0.20", "mode": "Knative"},
        )
    )
    assert spec[part]["timeout"] == spec["predictor"]["timeout"] == 600
    assert "containerConcurrency" not in spec[part]


@pytest.mark.parametrize("part", ["transformer", "explainer"])
def test_a_budget_keeps_the_pods_in_front_of_a_server(build_unit, part, cluster):
    front = {**FRONT, "scaling": {"min": 3, "max": 3}, "disruptionBudget": 2}
    unit = build_unit(score({part: front}))
    assert "poddisruptionbudget.yaml" not in unit.objects
    budget = unit.objects[f"poddisruptionbudget-{part}.yaml"]
    assert budget["metadata"]["name"] == f"score-{part}"
    assert budget["spec"]["minAvailable"] == 2
    assert budget["spec"]["selector"] == {"matchLabels": {**OWN_PODS, "component": part}}
    assert cluster("1.34")("policy/v1/PodDisruptionBudget", budget) == ()
    assert "no node could be drained" in build_unit(score({part: {**front, "disruptionBudget": 3}})).reasons
    knative = {"kserve": {"version": "0.20", "mode": "Knative"}}
    assert "follows the requests" in build_unit(score({part: front}), **knative).reasons


PORTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "the server": ({}, "predictor", "8080"),
    "the transformer": ({"transformer": FRONT}, "transformer", "8080"),
    "the agent of the server": ({"batcher": {"maxBatchSize": 2}}, "predictor", "9081"),
    "the agent of the transformer": ({"transformer": FRONT, "logger": LOG, "egress": EVERYTHING["egress"]}, "transformer", "9081"),
}  # fmt: skip


@pytest.mark.parametrize("case", PORTS)
def test_callers_of_a_headless_service_use_the_port_that_the_service_would_lead_to(build_unit, case):
    """`createDefaultSvc` in `service_reconciler.go` of v0.18.0 to v0.20.0: with a batcher or a logger the target port is that of the agent
    (`InferenceServiceDefaultAgentPort`), and a headless Service translates no ports."""
    deploy, part, port = PORTS[case]
    client = {**score({}), "name": "client", "uses": [{"model": "score", "env": "SCORE"}]}
    for headless, end in ((True, f":{port}"), (False, "")):
        kserve = {"version": "0.20", "mode": "Standard", "headlessServices": headless}
        env = spec_of(build_unit(client, score(deploy, **KEPT), kserve=kserve))["predictor"]["model"]["env"]
        assert {"name": "SCORE", "value": f"http://score-{part}.models.svc.cluster.local{end}"} in env


REFUSALS = {
    "batches of v2": ({"batcher": {"maxBatchSize": 2}}, "v2", "batches requests of the protocol v1 only"),
    "explanations of v2": ({"explainer": FRONT}, "v2", "explanations in the protocol v1 only"),
    "keda": ({"transformer": FRONT, "options": {"autoscaler": "keda"}}, "v1", "no field describes their metrics"),
    "a range alone": ({"transformer": {**FRONT, "scaling": {"max": 2}}}, "v1", "a transformer is scaled by CPU"),
    "an exposed explainer": ({"explainer": FRONT, "expose": {"host": "a.example"}}, "v1", "does not lead to an explainer"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_kserve_would_not_do_is_refused(build_unit, case):
    deploy, protocol, reason = REFUSALS[case]
    assert (
        reason
        in build_unit(score(deploy, protocol), gateway={"namespace": "gateways", "name": "public"}, keda=True).reasons
    )
