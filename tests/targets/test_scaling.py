"""How fast replicas are added and removed, and by which metrics.

KServe up to v0.20.0 creates a HorizontalPodAutoscaler with an empty `behavior` (createHPA in hpa_reconciler.go), and copies only the
windows to a ScaledObject of KEDA (createKedaScaledObject in keda_reconciler.go).
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.targets.test_scheduling import ARTIFACT, KSERVE_RELEASES, LLM, PROGRAM, model

RANGE = {"min": 1, "max": 4}
RULES = {
    "stabilizationWindowSeconds": 0,
    "policies": [{"type": "Pods", "value": 2, "periodSeconds": 30}, {"type": "Percent", "value": 50, "periodSeconds": 60}],
    "selectPolicy": "Min",
}  # fmt: skip
WINDOWS = {"scaleUp": {"stabilizationWindowSeconds": 30}, "scaleDown": {"stabilizationWindowSeconds": 600}}
STORE = {
    "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]},
    "files": ["companies.ttl"],
}
WORKLOADS = {
    "a program": model("heuristic", "kubernetes", PROGRAM),
    "a program with a volume": model("heuristic", "kubernetes", PROGRAM, volume={"size": "1Gi"}),
    "an engine": model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}),
    "a store": model("knowledge-graph", "kubernetes", STORE),
}
KEDA = {"options": {"autoscaler": "keda"}}


def scaled(spec: Mapping[str, Any], behavior: Any, **deploy: Any) -> dict[str, Any]:
    scaling = {**RANGE, "behavior": behavior}
    return {**spec, "deploy": {**spec["deploy"], "scaling": scaling, **deploy}}


TRAINED = model("ml", "kserve", {"format": "sklearn", **ARTIFACT})


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_autoscaler_has_the_behavior_that_the_spec_states(name, build_unit, cluster):
    behavior = {"scaleUp": RULES, "scaleDown": {"selectPolicy": "Disabled"}}
    unit = build_unit(scaled(WORKLOADS[name], behavior))
    assert unit.reasons == ""
    scaler = unit.objects["horizontalpodautoscaler.yaml"]
    assert scaler["spec"]["behavior"] == behavior
    assert cluster("1.34")("autoscaling/v2/HorizontalPodAutoscaler", scaler) == ()
    broken = {**scaler, "spec": {**scaler["spec"], "behavior": {"scaleUp": {"policies": [{"type": "Pods"}]}}}}
    assert cluster("1.34")("autoscaling/v2/HorizontalPodAutoscaler", broken)


def test_an_autoscaler_has_no_behavior_of_its_own_without_one(build_unit):
    unit = build_unit(
        {**WORKLOADS["a program"], "deploy": {**WORKLOADS["a program"]["deploy"], "scaling": {"min": 1, "max": 4}}}
    )
    assert "behavior" not in unit.objects["horizontalpodautoscaler.yaml"]["spec"]


@pytest.mark.parametrize("direction", ["scaleUp", "scaleDown"])
def test_a_tolerance_needs_a_release_of_kubernetes_that_enables_it(direction, build_unit):
    """HPAConfigurableTolerance in pkg/features/kube_features.go: alpha and disabled in v1.33.0, beta and enabled in v1.35.0."""
    spec = scaled(WORKLOADS["a program"], {direction: {"tolerance": 0.05}})
    unit = build_unit(spec, kubernetes={"version": "1.35"})
    assert unit.reasons == ""
    assert unit.objects["horizontalpodautoscaler.yaml"]["spec"]["behavior"] == {direction: {"tolerance": 0.05}}
    unit = build_unit(spec, kubernetes={"version": "1.34"})
    assert "Kubernetes accepts a tolerance from 1.35 on" in unit.reasons
    assert "tolerance: 0.05" in unit.blamed_lines.values()


@pytest.mark.parametrize("release", KSERVE_RELEASES)
def test_kserve_passes_the_windows_to_keda(release, build_unit, kserve_release):
    """createKedaScaledObject in keda_reconciler.go, v0.16.0 to v0.20.0."""
    version = release.rpartition(".")[0]
    unit = build_unit(scaled(TRAINED, WINDOWS, **KEDA), keda=True, kserve={"version": version, "mode": "Standard"})
    assert unit.reasons == ""
    served = unit.objects["inferenceservice.yaml"]
    assert served["spec"]["predictor"]["autoScaling"]["behavior"] == WINDOWS
    judge = kserve_release(version)
    assert judge("inferenceservice_v1beta1", served) == ()
    served["spec"]["predictor"]["autoScaling"]["behavior"]["scaleUp"]["window"] = 1
    assert judge("inferenceservice_v1beta1", served)


@pytest.mark.parametrize(
    ("spec", "capabilities", "reason", "line"),
    [
        (scaled(TRAINED, WINDOWS), {}, "creates the HorizontalPodAutoscaler of a model without it", "scaleDown:"),
        (scaled(TRAINED, WINDOWS, options={"autoscaler": "external"}), {}, "without it", "scaleDown:"),
        (scaled(TRAINED, {"scaleUp": RULES}, **KEDA), {"keda": True}, "only `stabilizationWindowSeconds`", "policies:"),
        (scaled(TRAINED, {"scaleDown": {"selectPolicy": "Min"}}, **KEDA), {"keda": True}, "only `stabilizationW", "selectPolicy:"),
        (scaled(TRAINED, {"scaleDown": {"tolerance": 0.2}}, **KEDA), {"keda": True}, "only `stabilizationW", "tolerance:"),
        (scaled(TRAINED, WINDOWS), {"kserve": {"version": "0.20", "mode": "Knative"}}, "Knative has its own windows", "scaleDown:"),
        (scaled(model("llm", "kserve", LLM), WINDOWS, scaling={"behavior": WINDOWS}), {}, "a fixed number of replicas", "scaleDown:"),
        (
            scaled(model("ensemble", "kserve", {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}), WINDOWS), {},
            "an InferenceGraph has no field for it", "scaleDown:",
        ),
        (
            scaled(model("optimization", "kubernetes", {**PROGRAM, "solver": "highs", "limits": {"time": "1m"}, "settingsEnv": "S"}),
                   WINDOWS, batch={"schedule": "0 1 * * *"}, scaling={"behavior": WINDOWS}), {}, "a job has one replica", "scaleDown:",
        ),
    ],
)  # fmt: skip
def test_what_has_no_behavior_is_refused_at_its_line(spec, capabilities, reason, line, build_unit):
    retail = {**TRAINED, "name": "retail"}
    unit = build_unit(spec, retail, **capabilities)
    [message] = [message for message in unit.blamed_lines if reason in message]
    assert unit.blamed_lines[message].startswith(line)


def test_a_fixed_number_of_replicas_has_no_scaled_object(build_unit):
    """KEDA rejects a ScaledObject without a trigger, and createKedaScaledObject would create one for the class `keda`."""
    spec = {**TRAINED, "deploy": {**TRAINED["deploy"], "scaling": {"min": 2, "max": 2}, **KEDA}}
    served = build_unit(spec, keda=True).objects["inferenceservice.yaml"]
    assert served["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "none"


KNATIVE = {"kserve": {"version": "0.20", "mode": "Knative"}}
PROMETHEUS = {"keda": True, "metrics": {"namespace": "monitoring", "url": "http://prometheus.monitoring.svc:9090"}}
FIXED_ACTUATOR = {"kserve": {"version": "0.20", "mode": "Standard", "workloadVariantAutoscaler": "hpa"}}
GRAPH = model("ensemble", "kserve", {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]})
METRICS = [{"name": "backlog", "query": "sum(queue)", "threshold": 20}]
UNUSED = [
    *((spec, {field: "70%"}, {}) for spec in (*WORKLOADS.values(), TRAINED, GRAPH) for field in ("cpu", "memory")),
    *((spec, {"metrics": METRICS}, PROMETHEUS) for spec in (*WORKLOADS.values(), TRAINED)),
    *((spec, {"behavior": WINDOWS}, {}) for spec in WORKLOADS.values()),
    ({**TRAINED, "deploy": {**TRAINED["deploy"], **KEDA}}, {"behavior": WINDOWS}, {"keda": True}),
    (model("llm", "kserve", LLM), {"behavior": WINDOWS}, FIXED_ACTUATOR),
    *((spec, {field: 3}, KNATIVE) for spec in (TRAINED, GRAPH) for field in ("concurrency", "requestsPerSecond")),
]


@pytest.mark.parametrize("replicas", [{"min": 2, "max": 2}, {}])
@pytest.mark.parametrize(("spec", "scaling", "capabilities"), UNUSED)
def test_what_a_fixed_number_of_replicas_does_not_use_is_refused(spec, scaling, capabilities, replicas, build_unit):
    fixed = {**spec, "deploy": {**spec["deploy"], "scaling": {**replicas, **scaling}}}
    unit = build_unit(fixed, {**TRAINED, "name": "retail"}, **capabilities)
    assert "the number of replicas is fixed" in unit.reasons
    ranged = {**spec, "deploy": {**spec["deploy"], "scaling": {"min": 2, "max": 3, **scaling}}}
    assert build_unit(ranged, {**TRAINED, "name": "retail"}, **capabilities).reasons == ""


def test_a_threshold_is_above_zero(build_unit):
    """`validateMetricTarget` in pkg/apis/autoscaling/validation/validation.go of Kubernetes: `averageUtilization` is above 0."""
    for spec in (WORKLOADS["a program"], TRAINED):
        for field in ("cpu", "memory"):
            scaling = {**RANGE, field: "0%"}
            unit = build_unit({**spec, "deploy": {**spec["deploy"], "scaling": scaling}})
            assert "utilisation above 0 percent only" in unit.reasons


def test_a_job_does_not_use_a_threshold_of_cpu(build_unit):
    source = {key: value for key, value in PROGRAM.items() if key not in {"port", "health"}}
    job = model("heuristic", "kubernetes", source, batch={"schedule": "0 1 * * *"}, scaling={"cpu": "70%"})
    assert "the number of replicas is fixed" in build_unit(job).reasons


@pytest.mark.parametrize("more", [{"policies": RULES["policies"]}, {"stabilizationWindowSeconds": 60}])
def test_a_disabled_direction_has_no_other_settings(more, build_unit):
    """`calculateScaleDownLimitWithBehaviors` of Kubernetes returns the current number for `Disabled`."""
    for spec, capabilities in ((WORKLOADS["a program"], {}), (model("llm", "kserve", LLM), FIXED_ACTUATOR)):
        behavior = {"scaleDown": {"selectPolicy": "Disabled", **more}}
        unit = build_unit(scaled(spec, behavior), **capabilities)
        assert "`Disabled` changes no replicas" in unit.reasons


def language_model(behavior: Any = None) -> dict[str, Any]:
    scaling = {**RANGE, **({"behavior": behavior} if behavior else {})}
    return model("llm", "kserve", LLM, scaling=scaling)


@pytest.mark.parametrize("release", KSERVE_RELEASES)
@pytest.mark.parametrize("actuator", ["hpa", "keda"])
def test_a_language_model_has_a_range_of_replicas(actuator, release, build_unit, kserve_release):
    """expectedVA, expectedHPA and expectedScaledObject in scaling.go of llmisvc, v0.18.0 to v0.20.0."""
    version = release.rpartition(".")[0]
    kserve = {"version": version, "mode": "Standard", "workloadVariantAutoscaler": actuator}
    behavior = {"scaleUp": RULES} if actuator == "hpa" else None
    unit = build_unit(language_model(behavior), kserve=kserve)
    assert unit.reasons == ""
    served = unit.objects["llminferenceservice.yaml"]
    assert "replicas" not in served["spec"]
    wva = {"hpa": {"behavior": behavior}} if behavior else {"keda": {}}
    assert served["spec"]["scaling"] == {"minReplicas": 1, "maxReplicas": 4, "wva": wva}
    judge = kserve_release(version)
    assert judge("llminferenceservice_v1alpha2", served) == ()
    served["spec"]["scaling"]["minReplicas"] = 0
    assert judge("llminferenceservice_v1alpha2", served)


def test_a_language_model_with_a_fixed_number_needs_no_autoscaler(build_unit):
    kserve = {"version": "0.20", "mode": "Standard", "workloadVariantAutoscaler": "hpa"}
    spec = build_unit(model("llm", "kserve", LLM, scaling={"min": 2, "max": 2}), kserve=kserve).objects
    assert spec["llminferenceservice.yaml"]["spec"]["replicas"] == 2
    assert "scaling" not in spec["llminferenceservice.yaml"]["spec"]


@pytest.mark.parametrize(
    ("behavior", "kserve", "reason"),
    [
        (None, {}, "the Workload Variant Autoscaler, which the Environment does not declare"),
        (None, {"version": "0.17", "workloadVariantAutoscaler": "hpa"}, "KServe scales language models from 0.18 on"),
        (WINDOWS, {"workloadVariantAutoscaler": "keda"}, "for a HorizontalPodAutoscaler only"),
        (WINDOWS, {}, "a fixed number of replicas in this Environment"),
    ],
)
def test_what_does_not_scale_a_language_model_is_refused(behavior, kserve, reason, build_unit):
    unit = build_unit(language_model(behavior), kserve={"version": "0.20", "mode": "Standard", **kserve})
    assert reason in unit.reasons
