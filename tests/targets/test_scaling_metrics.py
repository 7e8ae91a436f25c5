"""Replicas by metrics of Prometheus, with KEDA: the queries are those of the spec, and the Environment names the Prometheus.

KServe copies the address, the query and the threshold to a trigger (getKedaMetrics in keda_reconciler.go, v0.16.0 to v0.20.0).
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.targets.test_kubernetes_types import AGENT, TOOL_PODS
from tests.targets.test_scaling import KEDA, RULES, TRAINED, WINDOWS, WORKLOADS
from tests.targets.test_scheduling import KSERVE_RELEASES, LLM, PROGRAM, model

URL = "http://prometheus-operated.monitoring.svc:9090"
QUERY = 'sum(rabbitmq_queue_messages_ready{queue="{{ $a }}"}) # "b"'
METRIC = {"name": "backlog", "query": QUERY, "threshold": 20}
CLUSTER = {"keda": True, "metrics": {"namespace": "monitoring", "url": URL}}


def scaled(spec: Mapping[str, Any], scaling: Mapping[str, Any], **deploy: Any) -> dict[str, Any]:
    low = {"min": 1, "max": 4, "metrics": [METRIC]}
    scaling = {key: value for key, value in {**low, **scaling}.items() if value is not None}
    return {**spec, "deploy": {**spec["deploy"], "scaling": scaling, **deploy}}


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_scaled_object_replaces_the_autoscaler_of_kubernetes(name, build_unit, cluster):
    more = {"cpu": "70%", "memory": "80%", "behavior": {"scaleUp": RULES}}
    unit = build_unit(scaled(WORKLOADS[name], more), **CLUSTER)
    assert unit.reasons == ""
    assert "horizontalpodautoscaler.yaml" not in unit.objects
    scaler = unit.objects["scaledobject.yaml"]
    [workload] = [one for one in unit.documents if one["kind"] in {"Deployment", "StatefulSet"}]
    assert scaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": workload["kind"], "name": "one"}
    assert "replicas" not in workload["spec"]
    assert (scaler["spec"]["minReplicaCount"], scaler["spec"]["maxReplicaCount"]) == (1, 4)
    assert scaler["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == {"scaleUp": RULES}
    assert scaler["spec"]["triggers"] == [
        {
            "type": "prometheus", "name": "backlog", "metricType": "AverageValue",
            "metadata": {"serverAddress": URL, "query": QUERY, "threshold": "20"},
        },
        {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}},
        {"type": "memory", "metricType": "Utilization", "metadata": {"value": "80"}},
    ]  # fmt: skip
    judge = cluster("1.34")
    assert judge("keda.sh/v1alpha1/ScaledObject", scaler) == ()
    scaler["spec"]["triggers"][0]["metadata"]["threshold"] = 20
    assert judge("keda.sh/v1alpha1/ScaledObject", scaler)


def test_a_metric_that_exists_without_a_replica_starts_the_first_one(build_unit):
    metric = {**METRIC, "threshold": 0.5, "activationThreshold": 3}
    unit = build_unit(scaled(WORKLOADS["a program"], {"min": 0, "metrics": [metric]}), **CLUSTER)
    assert unit.reasons == ""
    assert unit.objects["scaledobject.yaml"]["spec"]["minReplicaCount"] == 0
    [trigger] = unit.objects["scaledobject.yaml"]["spec"]["triggers"]
    assert (trigger["metadata"]["threshold"], trigger["metadata"]["activationThreshold"]) == ("0.5", "3")


def test_a_fixed_number_of_replicas_has_no_scaler(build_unit):
    unit = build_unit(scaled(WORKLOADS["a program"], {"min": 2, "max": 2, "metrics": None}), **CLUSTER)
    assert unit.reasons == ""
    assert not {"scaledobject.yaml", "horizontalpodautoscaler.yaml"} & unit.objects.keys()
    assert "replicas" in unit.objects["deployment.yaml"]["spec"]


def test_the_scaler_of_a_suspended_workload_is_paused_at_no_replica(build_unit):
    """`reconcileScaledObject` of KEDA v2.20.0 deletes the autoscaler and stops scaling.

    Without the object, the one in the cluster would start replicas until its removal is confirmed.
    `health.lua` of Argo CD for ScaledObjects calls a paused one suspended.
    """
    unit = build_unit(scaled(WORKLOADS["a program"], {}, suspended=True), **CLUSTER)
    assert unit.reasons == ""
    assert unit.objects["deployment.yaml"]["spec"]["replicas"] == 0
    assert unit.objects["scaledobject.yaml"]["metadata"]["annotations"] == {
        "autoscaling.keda.sh/paused-replicas": "0",
        "argocd.argoproj.io/ignore-healthcheck": "true",
    }
    running = build_unit(scaled(WORKLOADS["a program"], {}), **CLUSTER)
    assert "annotations" not in running.objects["scaledobject.yaml"]["metadata"]


def test_the_name_of_a_model_leaves_room_for_that_of_the_autoscaler(build_unit):
    """`verifyName` in apis/keda/v1alpha1/scaledobject_webhook.go of v2.20.0: at most 63 characters."""
    for length, is_refused in ((54, False), (55, True)):
        unit = build_unit({**scaled(WORKLOADS["a program"], {}), "name": "a" * length}, **CLUSTER)
        assert ("KEDA derives a name" in unit.reasons) is is_refused


@pytest.mark.parametrize("release", KSERVE_RELEASES)
def test_kserve_gets_an_external_metric_of_keda(release, build_unit, kserve_release):
    version = release.rpartition(".")[0]
    spec = scaled(TRAINED, {"min": 0, "memory": "80%", "behavior": WINDOWS})
    unit = build_unit(spec, **CLUSTER, kserve={"version": version, "mode": "Standard"})
    assert unit.reasons == ""
    served = unit.objects["inferenceservice.yaml"]
    predictor = served["spec"]["predictor"]
    assert served["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "keda"
    assert "scaleMetric" not in predictor
    assert predictor["minReplicas"] == 0
    external, memory = predictor["autoScaling"]["metrics"]
    assert external == {
        "type": "External",
        "external": {
            "metric": {"backend": "prometheus", "serverAddress": URL, "query": QUERY},
            "target": {"type": "Value", "value": "20"},
        },
    }
    assert memory["resource"]["name"] == "memory"
    assert predictor["autoScaling"]["behavior"] == WINDOWS
    judge = kserve_release(version)
    assert judge("inferenceservice_v1beta1", served) == ()
    external["external"]["metric"]["backend"] = "datadog"
    assert judge("inferenceservice_v1beta1", served)


@pytest.mark.parametrize(
    ("spec", "capabilities", "reason"),
    [
        (scaled(WORKLOADS["a program"], {}), {"metrics": CLUSTER["metrics"]}, "the Environment does not declare it"),
        (scaled(WORKLOADS["a program"], {}), {"keda": True}, "does not declare where KEDA queries Prometheus"),
        (scaled(TRAINED, {}), {"metrics": CLUSTER["metrics"]}, "the Environment does not declare it"),
        (scaled(TRAINED, {}), {"keda": True}, "does not declare where KEDA queries Prometheus"),
        (scaled(WORKLOADS["a program"], {"cpu": "70%"}, resources={"memory": "1Gi"}), CLUSTER, "the requested CPU"),
        (scaled(TRAINED, {"cpu": "70%"}, resources={"memory": "1Gi"}), CLUSTER, "the requested CPU"),
        (scaled(WORKLOADS["a program"], {"metrics": [{**METRIC, "activationThreshold": 1}]}), CLUSTER, "always has one"),
        (scaled(WORKLOADS["a program"], {"behavior": {"scaleUp": {"tolerance": 0.1}}}), CLUSTER, "not every release of KEDA"),
        (scaled(model("agent", "kubernetes", AGENT, egress=[TOOL_PODS]), {}), CLUSTER, "KEDA would start replicas again"),
        (scaled(TRAINED, {"min": 0, "metrics": [{**METRIC, "activationThreshold": 1}]}), CLUSTER, "starts the first replica above 0"),
        (scaled(TRAINED, {"behavior": {"scaleUp": RULES}}), CLUSTER, "KServe passes only `stabilizationWindowSeconds`"),
        (scaled(TRAINED, {}, options={"autoscaler": "hpa"}), CLUSTER, "only KEDA scales by metrics of Prometheus"),
        (scaled(TRAINED, {}), {**CLUSTER, "kserve": {"version": "0.20", "mode": "Knative"}}, "Knative has its own autoscaler"),
        (scaled(model("llm", "kserve", LLM), {}), CLUSTER, "no metric of a language model"),
        (scaled(model("ensemble", "kserve", {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}), {}), CLUSTER,
         "no metric of a graph"),
        (scaled(TRAINED, {}, transformer={"image": "registry.example/front:1.0", "digest": PROGRAM["digest"]}), CLUSTER,
         "no field describes their metrics"),
        (scaled(TRAINED, {"min": 0, "metrics": None}, **KEDA), CLUSTER, "nothing would restart a model"),
        (scaled(WORKLOADS["a program"], {"min": 0, "metrics": None}), CLUSTER, "does not restart a workload"),
    ],
)  # fmt: skip
def test_what_no_scaler_can_do_is_refused(spec, capabilities, reason, build_unit):
    assert reason in build_unit(spec, {**TRAINED, "name": "retail"}, **capabilities).reasons
