"""Accelerators, other resources of nodes, and the nodes that pods run on."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
SOLVER = {
    "image": "registry.example/own:1.0", "digest": DIGEST, "solver": "highs", "limits": {"time": "1m"}, "settingsEnv": "S",
}  # fmt: skip
ARTIFACT = {"uri": "s3://models/one/1.0.0/", "digest": DIGEST}
LLM = {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}
ACCELERATORS = {
    "a100": {
        "nodeSelector": {"nvidia.com/gpu.product": "A100", "pool": "gpu"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    },
    "a100-mig": {"resource": "nvidia.com/mig-1g.10gb"},
    "mi300": {"resource": "amd.com/gpu"},
}
SPREAD = {
    "topologyKey": "topology.kubernetes.io/zone",
    "maxSkew": 2,
    "whenUnsatisfiable": "DoNotSchedule",
    "minDomains": 3,
}
SCHEDULING = {
    "nodeSelector": {"pool": "reserved", "node-role.kubernetes.io/models": ""},
    "tolerations": [{"key": "dedicated", "value": "models", "effect": "NoExecute", "tolerationSeconds": 60}],
    "priorityClassName": "models-critical",
    "topologySpreadConstraints": [SPREAD],
}
KSERVE_RELEASES = ("0.18.1", "0.19.0", "0.20.0")


def model(kind: str, target: str, source: Mapping[str, Any], **deploy: Any) -> dict[str, Any]:
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "one", "type": kind, "lifecycle": "production", "summary": "A.",
        "version": "1.0.0", "source": dict(source), "environments": {"prod": {}},
        "deploy": {"target": target, "resources": {"cpu": 1, "memory": "1Gi", **deploy.pop("resources", {})}, **deploy},
    }  # fmt: skip


WORKLOADS: Mapping[str, tuple[dict[str, Any], str, tuple[str | int, ...]]] = {
    "InferenceService": (
        model("ml", "kserve", {"format": "sklearn", **ARTIFACT}), "inferenceservice.yaml", ("spec", "predictor"),
    ),
    "LLMInferenceService": (model("llm", "kserve", LLM), "llminferenceservice.yaml", ("spec", "template")),
    "Deployment": (model("heuristic", "kubernetes", PROGRAM), "deployment.yaml", ("spec", "template", "spec")),
    "StatefulSet": (
        model("heuristic", "kubernetes", PROGRAM, volume={"size": "1Gi"}), "statefulset.yaml", ("spec", "template", "spec"),
    ),
    "CronJob": (
        model("optimization", "kubernetes", SOLVER, batch={"schedule": "0 1 * * *"}),
        "cronjob.yaml", ("spec", "jobTemplate", "spec", "template", "spec"),
    ),
    "Deployment of an engine": (
        model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}), "deployment.yaml", ("spec", "template", "spec"),
    ),
    "StatefulSet of a store": (
        model("knowledge-graph", "kubernetes", {
            "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]}, "files": ["companies.ttl"],
        }), "statefulset.yaml", ("spec", "template", "spec"),
    ),
}  # fmt: skip
WITH_ACCELERATOR = tuple(WORKLOADS)[:5]


@pytest.fixture(params=WORKLOADS)
def workload(request):
    return WORKLOADS[request.param]


def changed(spec: dict[str, Any], resources: Mapping[str, Any] | None = None, **deploy: Any) -> dict[str, Any]:
    spec = copy.deepcopy(spec)
    if "batch" in spec["deploy"] and "scheduling" in deploy:
        deploy["scheduling"] = {
            key: value for key, value in deploy["scheduling"].items() if key != "topologySpreadConstraints"
        }
    spec["deploy"].update(deploy)
    spec["deploy"]["resources"].update(resources or {})
    return spec


def pod_of(unit, path: str, keys: tuple[str | int, ...]) -> Any:
    assert unit.reasons == ""
    value = unit.objects[path]
    for key in keys:
        value = value[key]
    return value


def server(pod: Mapping[str, Any]) -> Any:
    return pod["model"] if "model" in pod else pod["containers"][0]


def test_pods_run_on_the_nodes_that_the_spec_selects(workload, build_unit):
    spec, path, keys = workload
    pod = pod_of(build_unit(changed(spec, scheduling=SCHEDULING)), path, keys)
    assert pod["nodeSelector"] == SCHEDULING["nodeSelector"]
    assert pod["tolerations"] == SCHEDULING["tolerations"]
    assert pod["priorityClassName"] == "models-critical"
    if "batch" not in spec["deploy"]:
        [constraint] = pod["topologySpreadConstraints"]
        labels = constraint.pop("labelSelector")["matchLabels"]
        assert constraint == SPREAD
        assert "one" in labels.values()


def test_a_spread_and_a_budget_count_the_servers_without_their_transformers(build_unit):
    """`buildObjectMeta` in components/predictor.go and `Reconcile` in transformer.go of v0.18.0 to v0.20.0 set both labels on pods."""
    spec, path, keys = WORKLOADS["InferenceService"]
    transformer = {"image": "registry.example/features:1", "digest": f"sha256:{'0' * 64}"}
    more = {
        "scheduling": SCHEDULING,
        "transformer": transformer,
        "scaling": {"min": 2, "max": 2},
        "disruptionBudget": 1,
    }
    unit = build_unit(changed(spec, **more))
    servers = {"serving.kserve.io/inferenceservice": "one", "component": "predictor"}
    [constraint] = pod_of(unit, path, keys)["topologySpreadConstraints"]
    assert constraint["labelSelector"]["matchLabels"] == servers
    [budget] = [document for document in unit.objects.values() if document["kind"] == "PodDisruptionBudget"]
    assert budget["spec"]["selector"]["matchLabels"] == servers


@pytest.mark.parametrize("kind", WITH_ACCELERATOR)
def test_the_environment_maps_a_type_of_accelerator_to_nodes_and_a_model_overrides_them(kind, build_unit):
    spec, path, keys = WORKLOADS[kind]
    typed = changed(spec, {"gpu": 1, "gpuType": "a100"})
    pod = pod_of(build_unit(typed, accelerators=ACCELERATORS), path, keys)
    assert pod["nodeSelector"] == ACCELERATORS["a100"]["nodeSelector"]
    assert pod["tolerations"] == ACCELERATORS["a100"]["tolerations"]
    assert server(pod)["resources"]["limits"]["nvidia.com/gpu"] == "1"
    own = pod_of(build_unit(changed(typed, scheduling=SCHEDULING), accelerators=ACCELERATORS), path, keys)
    assert own["nodeSelector"] == {"nvidia.com/gpu.product": "A100", **SCHEDULING["nodeSelector"]}
    assert own["tolerations"] == [*ACCELERATORS["a100"]["tolerations"], *SCHEDULING["tolerations"]]


@pytest.mark.parametrize("kind", WITH_ACCELERATOR)
def test_a_share_of_an_accelerator_and_other_devices_are_resources_of_the_container(kind, build_unit):
    spec, path, keys = WORKLOADS[kind]
    resources = {"gpu": 2, "gpuType": "a100-mig", "extended": {"rdma/roce_gdr": 1}, "ephemeralStorage": "20Gi"}
    rendered = server(pod_of(build_unit(changed(spec, resources), accelerators=ACCELERATORS), path, keys))["resources"]
    limits = rendered["limits"]
    assert {name: limits[name] for name in limits if "/" in name} == {
        "nvidia.com/mig-1g.10gb": "2",
        "rdma/roce_gdr": "1",
    }
    assert limits["ephemeral-storage"] == rendered["requests"]["ephemeral-storage"] == "20Gi"
    other = changed(spec, {"gpu": 1, "gpuType": "mi300"}, options={"gpuResource": "amd.com/gpu.shared"})
    assert (
        server(pod_of(build_unit(other, accelerators=ACCELERATORS), path, keys))["resources"]["limits"][
            "amd.com/gpu.shared"
        ]
        == "1"
    )


@pytest.mark.parametrize("kserve", KSERVE_RELEASES)
def test_a_cluster_accepts_the_fields_and_rejects_a_misspelled_one(workload, kserve, build_unit, cluster):
    spec, path, keys = workload
    unit = build_unit(changed(spec, {"ephemeralStorage": "1Gi"}, scheduling=SCHEDULING))
    judge = cluster("1.34", kserve)
    assert judge(unit.keys[path], unit.objects[path]) == ()
    for field, broken in (("tolerations", [{"keys": "a"}]), ("nodeSelector", ["a"])):
        mutant = copy.deepcopy(unit.objects[path])
        pod_of(type(unit)({path: mutant}, {}, {}, "", {}), path, keys)[field] = broken
        assert judge(unit.keys[path], mutant), field


def test_a_graph_has_a_node_selector_and_tolerations_only(build_unit, cluster):
    steps = {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}
    graph = model("ensemble", "kserve", steps)
    retail = {**model("ml", "kserve", {"format": "sklearn", **ARTIFACT}), "name": "retail"}
    placed = {key: SCHEDULING[key] for key in ("nodeSelector", "tolerations")}
    unit = build_unit(changed(graph, scheduling=placed), retail)
    spec = pod_of(unit, "inferencegraph.yaml", ("spec",))
    assert {key: spec[key] for key in placed} == placed
    for release in KSERVE_RELEASES:
        assert cluster("1.34", release)(unit.keys["inferencegraph.yaml"], unit.objects["inferencegraph.yaml"]) == ()
    reasons = build_unit(changed(graph, scheduling=SCHEDULING), retail).reasons
    assert "an InferenceGraph has no priority class" in reasons
    assert "an InferenceGraph has no topology spread constraints" in reasons


ML = WORKLOADS["InferenceService"][0]


@pytest.mark.parametrize(
    ("deploy", "reason", "line"),
    [
        ({"resources": {"gpu": 1, "gpuType": "h100"}}, "the Environment does not declare this type of accelerator", "gpuType: h100"),
        ({"resources": {"gpuType": "a100"}}, "the model requests no accelerator", "gpuType: a100"),
        (
            {"resources": {"gpu": 1, "gpuType": "mi300", "extended": {"amd.com/gpu": 1}}},
            "`gpu` already requests this resource", "",
        ),
        ({"resources": {"extended": {"x.kubernetes.io/a": 1}}}, "reserves the names below kubernetes.io", ""),
        ({"scheduling": {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}}, "`Exists` has no value", ""),
        ({"scheduling": {"tolerations": [{"effect": "NoSchedule"}]}}, "needs the operator `Exists`", ""),
        ({"scheduling": {"tolerations": [{"key": "a", "tolerationSeconds": 3}]}}, "only a toleration of the effect `NoExecute`", ""),
        (
            {"scheduling": {"topologySpreadConstraints": [{**SPREAD, "whenUnsatisfiable": "ScheduleAnyway"}]}},
            "`minDomains` needs `whenUnsatisfiable: DoNotSchedule`", "",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["InferenceService", "Deployment"])
def test_what_no_node_could_satisfy_is_refused(kind, deploy, reason, line, build_unit):
    unit = build_unit(changed(WORKLOADS[kind][0], **copy.deepcopy(deploy)), accelerators=ACCELERATORS)
    [message] = [text for text in unit.blamed_lines if reason in text]
    assert line in unit.blamed_lines[message]


@pytest.mark.parametrize(
    ("deploy", "feature"),
    [
        ({"scheduling": {"nodeSelector": {"a": "b"}}}, "kubernetes.podspec-nodeselector"),
        ({"resources": {"gpu": 1, "gpuType": "a100"}}, "kubernetes.podspec-nodeselector"),
        ({"resources": {"gpu": 1, "gpuType": "a100"}}, "kubernetes.podspec-tolerations"),
        ({"scheduling": {"tolerations": [{"key": "a"}]}}, "kubernetes.podspec-tolerations"),
        ({"scheduling": {"priorityClassName": "a"}}, "kubernetes.podspec-priorityclassname"),
        ({"scheduling": {"topologySpreadConstraints": [SPREAD]}}, "kubernetes.podspec-topologyspreadconstraints"),
    ],
)
def test_in_knative_mode_a_field_needs_its_feature(deploy, feature, build_unit):
    """PodSpecMask in pkg/apis/serving/fieldmask.go of Knative Serving 0.48; its webhook rejects the fields of disabled features."""
    spec = changed(ML, **copy.deepcopy(deploy))
    knative = {"version": "0.20", "mode": "Knative"}
    assert feature in build_unit(spec, kserve=knative, accelerators=ACCELERATORS).reasons
    features = [
        f"kubernetes.podspec-{name}"
        for name in ("nodeselector", "tolerations", "priorityclassname", "topologyspreadconstraints")
    ]
    assert build_unit(spec, kserve={**knative, "knativeFeatures": features}, accelerators=ACCELERATORS).reasons == ""
