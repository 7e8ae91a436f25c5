"""Replicas by requests per second: the query is computed from the series that count the requests of a model.

KEDA divides the result by the threshold: a trigger without `metricType` is of the type AverageValue, and getKedaMetrics in
keda_reconciler.go (KServe v0.16.0 to v0.20.0) sets none.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.targets.test_kubernetes_types import AGENT, TOOL_PODS
from tests.targets.test_scaling import KEDA, RULES, TRAINED, WINDOWS, WORKLOADS
from tests.targets.test_scaling_metrics import CLUSTER, METRIC, URL
from tests.targets.test_scheduling import KSERVE_RELEASES, PROGRAM, model

MESH = {**CLUSTER, "mesh": {"kind": "istio", "namespace": "istio-system"}}
RATE = {"min": 2, "max": 8, "requestsPerSecond": 50}
STEPS = {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}
OWN_COUNTERS = {"total": {"metric": "answers_total"}, "errors": {"metric": "failures_total"}}


def scaled(spec: Mapping[str, Any], scaling: Mapping[str, Any] = {}, **deploy: Any) -> dict[str, Any]:
    return {**spec, "deploy": {**spec["deploy"], "scaling": {**RATE, **scaling}, **deploy}}


def with_indicator(spec: Mapping[str, Any], indicator: Mapping[str, Any]) -> dict[str, Any]:
    return {**spec, "slo": {"indicators": {"availability": indicator}}}


@pytest.fixture
def query_result(program, tmp_path: Path):
    """Whether a query has a value, for some series (`values` of promtool), after ten minutes."""

    def run(query: str, series: Mapping[str, str], value: float) -> str:
        record = {"groups": [{"name": "a", "rules": [{"record": "rate", "expr": query}]}]}
        inputs = [{"series": name, "values": values} for name, values in series.items()]
        samples = [{"labels": "rate", "value": value}]
        test = {
            "interval": "30s",
            "input_series": inputs,
            "promql_expr_test": [{"expr": "rate", "eval_time": "10m", "exp_samples": samples}],
        }
        (tmp_path / "rules.yaml").write_text(yaml.dump(record), encoding="utf-8")
        (tmp_path / "test.yaml").write_text(
            yaml.dump({"rule_files": ["rules.yaml"], "tests": [test]}), encoding="utf-8"
        )
        command = [program("promtool", "apt-get install prometheus"), "test", "rules", str(tmp_path / "test.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return f"{done.stdout}{done.stderr}" if done.returncode else ""

    return run


def counted(service: str, pod: str, reporter: str = "destination", **labels: str) -> str:
    more = {
        "reporter": reporter,
        "destination_service_namespace": "models",
        "destination_service_name": service,
        "pod": pod,
    }
    text = ", ".join(f'{name}="{value}"' for name, value in {**more, **labels}.items())
    return f"istio_requests_total{{{text}}}"


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_trigger_of_keda_has_the_rate_of_all_replicas(name, build_unit, cluster, query_result):
    unit = build_unit(scaled(WORKLOADS[name], {"cpu": "70%", "metrics": [METRIC]}), **MESH)
    assert unit.reasons == ""
    assert "horizontalpodautoscaler.yaml" not in unit.objects
    scaler = unit.objects["scaledobject.yaml"]
    requests, backlog, cpu = scaler["spec"]["triggers"]
    assert (requests["name"], requests["metricType"]) == ("requests-per-second", "AverageValue")
    assert (requests["metadata"]["serverAddress"], requests["metadata"]["threshold"]) == (URL, "50")
    assert (backlog["name"], cpu["type"]) == ("backlog", "cpu")
    assert cluster("1.34")("keda.sh/v1alpha1/ScaledObject", scaler) == ()
    series = {
        counted("one", "a"): "0+1800x30",
        counted("one", "b"): "0+900x30",
        counted("one", "c", "source", response_flags="UO"): "0+300x30",
        counted("one", "c", "source", response_flags="-"): "0+2700x30",
        counted("other", "a"): "0+6000x30",
    }
    query = requests["metadata"]["query"]
    assert query_result(query, series, 100) == ""
    assert query_result(query, series, 90) != ""
    assert query_result(query, {counted("other", "a"): "0+6000x30"}, 0) == "", (
        "no request is no reason to keep replicas"
    )


@pytest.mark.parametrize("release", KSERVE_RELEASES)
def test_kserve_gets_the_rate_as_an_external_metric(release, build_unit, kserve_release, query_result):
    version = release.rpartition(".")[0]
    spec = scaled(TRAINED, {"behavior": WINDOWS})
    unit = build_unit(spec, **MESH, kserve={"version": version, "mode": "Standard"})
    assert unit.reasons == ""
    served = unit.objects["inferenceservice.yaml"]
    assert served["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "keda"
    [metric] = served["spec"]["predictor"]["autoScaling"]["metrics"]
    assert metric["external"]["metric"]["serverAddress"] == URL
    assert metric["external"]["target"] == {"type": "Value", "value": "50"}
    judge = kserve_release(version)
    assert judge("inferenceservice_v1beta1", served) == ()
    series = {counted("one-predictor", "a"): "0+600x30", counted("one-predictor-x", "a"): "0+600x30"}
    assert query_result(metric["external"]["metric"]["query"], series, 20) == ""
    metric["external"]["target"]["type"] = "Total"
    assert judge("inferenceservice_v1beta1", served)


def test_the_counters_of_the_model_come_first(build_unit, query_result):
    unit = build_unit(with_indicator(scaled(WORKLOADS["a program"]), OWN_COUNTERS), **MESH)
    query = unit.objects["scaledobject.yaml"]["spec"]["triggers"][0]["metadata"]["query"]
    assert query_result(query, {"answers_total": "0+300x30", "failures_total": "0+30x30"}, 10) == ""


def test_a_store_that_clusters_share_is_queried_for_the_cluster(build_unit):
    shared = {"metrics": {**CLUSTER["metrics"], "externalLabels": {"cluster": "one"}, "ruler": "shared"}}
    unit = build_unit(scaled(WORKLOADS["a program"]), **{**MESH, **shared})
    assert 'cluster="one"' in unit.objects["scaledobject.yaml"]["spec"]["triggers"][0]["metadata"]["query"]


@pytest.mark.parametrize(
    ("spec", "capabilities", "reason"),
    [
        (scaled(WORKLOADS["a program"]), {**MESH, "keda": None}, "only KEDA scales by requests"),
        (scaled(WORKLOADS["a program"]), {**MESH, "metrics": None}, "does not declare where KEDA queries Prometheus"),
        (scaled(WORKLOADS["a program"]), CLUSTER, "no counter of Prometheus counts the requests of the model"),
        (scaled(TRAINED), CLUSTER, "no counter of Prometheus counts the requests of the model"),
        (with_indicator(scaled(TRAINED), {"probe": {"metric": "probe_success"}}), MESH, "no counter of Prometheus counts"),
        (scaled(TRAINED), {**MESH, "keda": None}, "in Standard mode only KEDA scales by requests"),
        (scaled(TRAINED, {"min": 0}), MESH, "nothing would restart a model"),
        (scaled(TRAINED, {"max": 2}), MESH, "the number of replicas is fixed"),
        (scaled(WORKLOADS["a program"], {"max": 2}), MESH, "the number of replicas is fixed"),
        (scaled(TRAINED, {"behavior": {"scaleUp": RULES}}), MESH, "KServe passes only `stabilizationWindowSeconds`"),
        (scaled(TRAINED, options={"autoscaler": "hpa"}), MESH, "in Standard mode only KEDA scales by requests"),
        (scaled(TRAINED, transformer={"image": "registry.example/front:1.0", "digest": PROGRAM["digest"]}), MESH,
         "no field describes their metrics"),
        (scaled(model("ensemble", "kserve", STEPS)), MESH, "no metric of a graph"),
        (scaled(model("agent", "kubernetes", AGENT, egress=[TOOL_PODS])), MESH, "KEDA would start replicas again"),
        (scaled(WORKLOADS["a program"], {"behavior": {"scaleUp": {"tolerance": 0.1}}}), MESH, "not every release of KEDA"),
    ],
)  # fmt: skip
def test_what_cannot_be_scaled_by_requests_is_refused(spec, capabilities, reason, build_unit):
    assert reason in build_unit(spec, {**TRAINED, "name": "retail"}, **capabilities).reasons


def test_knative_counts_requests_itself(build_unit):
    unit = build_unit(scaled(TRAINED), kserve={"version": "0.20", "mode": "Knative"})
    assert unit.reasons == ""
    assert unit.objects["inferenceservice.yaml"]["spec"]["predictor"]["scaleMetric"] == "rps"
    assert KEDA["options"]["autoscaler"] not in unit.texts["inferenceservice.yaml"]
