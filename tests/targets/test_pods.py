"""The fields of `deploy.pod`, rollouts, timeouts and commands: rendered on every workload, restricted, or refused with the reason."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from .test_pod_security import broken_controls
from .test_scheduling import ARTIFACT, DIGEST, KSERVE_RELEASES, PROGRAM, WORKLOADS, changed, model, pod_of, server

IMAGE = {"image": "tools/proxy:1.2", "digest": DIGEST, "resources": {"cpu": "100m", "memory": "64Mi"}}
VOLUMES: list[Mapping[str, Any]] = [
    {"name": "flags", "configMap": {"name": "feature-flags", "optional": True}},
    {"name": "certificates", "secret": {"secretName": "store-certificates"}},
    {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}},
    {"name": "cache", "persistentVolumeClaim": {"claimName": "tokenizers", "readOnly": True}},
]
MOUNTS = [
    {"name": "shm", "mountPath": "/dev/shm"},
    {"name": "flags", "mountPath": "/etc/flags", "subPath": "a.json", "readOnly": True},
    {"name": "certificates", "mountPath": "/etc/certificates"},
    {"name": "cache", "mountPath": "/var/cache/tokenizers"},
]
WAIT = {**IMAGE, "name": "wait", "command": ["/wait"], "args": ["--for=$(HOST)"], "volumeMounts": [MOUNTS[1]]}
PROXY = {**IMAGE, "name": "proxy", "env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}
LOGS = {**IMAGE, "name": "logs", "restartPolicy": "Always", "env": [{"name": "LEVEL", "value": "in$fo"}]}
POD: Mapping[str, Any] = {
    "labels": {"bank.example/portfolio": "cards"},
    "annotations": {"bank.example/note": "a: b"},
    "serviceAccountName": "store-reader",
    "imagePullSecrets": [{"name": "registry"}],
    "terminationGracePeriodSeconds": 90,
    "volumes": VOLUMES,
    "volumeMounts": MOUNTS,
    "initContainers": [WAIT, LOGS],
    "containers": [PROXY],
}
FIELD_VARIABLE = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
PROBE = {"initialDelaySeconds": 5, "periodSeconds": 7, "timeoutSeconds": 3, "failureThreshold": 9}
REQUEST = {"path": "/alive", "port": 9001, "scheme": "HTTPS"}
OWN = {
    "image": "registry.example/own:1.0",
    "digest": DIGEST,
    "port": 9000,
    "health": "/ready",
    "command": ["/serve", "$x"],
}
WITH_CONTAINERS = tuple(name for name in WORKLOADS if name != "StatefulSet of a store")
OWN_SERVER = {**model("ml", "kserve", {"format": "sklearn", **ARTIFACT}), "runtime": OWN}
ISVC = ("inferenceservice.yaml", ("spec", "predictor"))


def pod_for(kind: str) -> dict[str, Any]:
    """What a workload accepts of the fields."""
    spec = WORKLOADS[kind][0]
    unsupported = {"labels"} if spec["type"] == "llm" else {"containers"} if "batch" in spec["deploy"] else set()
    return {key: copy.deepcopy(value) for key, value in POD.items() if key not in unsupported}


@pytest.mark.parametrize("kind", WITH_CONTAINERS)
def test_a_pod_has_the_fields_that_the_spec_sets(kind, build_unit):
    spec, path, keys = WORKLOADS[kind]
    fields = pod_for(kind)
    unit = build_unit(changed(spec, pod=fields, env=[FIELD_VARIABLE]))
    pod = pod_of(unit, path, keys)
    for key in ("serviceAccountName", "imagePullSecrets", "terminationGracePeriodSeconds"):
        assert pod[key] == POD[key]
    assert [volume for volume in pod["volumes"] if volume in VOLUMES] == VOLUMES
    assert [mount for mount in server(pod)["volumeMounts"] if mount in MOUNTS] == MOUNTS
    wait, logs = pod["initContainers"]
    assert wait["image"] == f"tools/proxy:1.2@{DIGEST}"
    assert (wait["command"], wait["args"]) == (["/wait"], ["--for=$$(HOST)"])
    assert wait["volumeMounts"] == [MOUNTS[1]]
    assert logs["restartPolicy"] == "Always"
    assert logs["env"] == [{"name": "LEVEL", "value": "in$$fo"}]
    assert logs["resources"] == {"requests": IMAGE["resources"], "limits": {"memory": "64Mi"}}
    assert FIELD_VARIABLE in server(pod)["env"]
    if "containers" in fields:
        assert pod["containers"][-1]["env"] == PROXY["env"]


@pytest.mark.parametrize("kind", WITH_CONTAINERS)
def test_added_containers_keep_the_restricted_pod_security_standard(kind, build_unit):
    spec, path, keys = WORKLOADS[kind]
    pod = pod_of(build_unit(changed(spec, pod=pod_for(kind))), path, keys)
    added = {
        "initContainers": pod["initContainers"],
        "containers": [one for one in pod.get("containers", []) if one["name"] == "proxy"],
    }
    assert broken_controls(added) == []
    added["initContainers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    assert broken_controls(added) == ["privilege escalation"]


@pytest.mark.parametrize("kserve", KSERVE_RELEASES)
@pytest.mark.parametrize("kind", WITH_CONTAINERS)
def test_a_cluster_accepts_the_pod_and_rejects_a_misspelled_one(kind, kserve, build_unit, cluster):
    spec, path, keys = WORKLOADS[kind]
    unit = build_unit(changed(spec, pod=pod_for(kind), env=[FIELD_VARIABLE]))
    judge = cluster("1.34", kserve)
    assert judge(unit.keys[path], unit.objects[path]) == ()
    for place, field in (("volumes", "emptydir"), ("initContainers", "imag")):
        mutant = copy.deepcopy(unit.objects[path])
        pod_of(type(unit)({path: mutant}, {}, {}, "", {}), path, keys)[place][0][field] = {}
        assert judge(unit.keys[path], mutant), place


def test_labels_and_annotations_reach_pods_and_leave_selectors_alone(build_unit):
    for kind in ("Deployment", "StatefulSet", "CronJob", "StatefulSet of a store"):
        spec, path, keys = WORKLOADS[kind]
        fields = {key: POD[key] for key in ("labels", "annotations")}
        before, after = (build_unit(changed(spec, **more)) for more in ({}, {"pod": fields}))
        template = pod_of(after, path, keys[:-1])["metadata"]
        assert template["labels"].items() >= POD["labels"].items()
        assert template["annotations"] == POD["annotations"]
        assert after.objects[path]["spec"].get("selector") == before.objects[path]["spec"].get("selector")
    predictor = pod_of(
        build_unit(changed(WORKLOADS["InferenceService"][0], pod={**pod_for("InferenceService")})), *ISVC
    )
    assert predictor["labels"] == POD["labels"]
    assert predictor["annotations"].items() >= POD["annotations"].items()


def test_an_existing_service_account_replaces_that_of_the_model(build_unit):
    spec = changed(WORKLOADS["Deployment"][0], pod={"serviceAccountName": "store-reader"})
    assert "serviceaccount.yaml" not in build_unit(spec).objects
    assert "serviceaccount.yaml" in build_unit(WORKLOADS["Deployment"][0]).objects


def test_the_volume_of_shared_memory_of_a_language_model_can_be_resized(build_unit):
    """Volumes merge by name with those of config-llm-template, where `dshm` is /dev/shm (config_merge.go, v0.18.1 to v0.20.0)."""
    spec, path, keys = WORKLOADS["LLMInferenceService"]
    volume = {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}}
    assert pod_of(build_unit(changed(spec, pod={"volumes": [volume]})), path, keys)["volumes"] == [volume]


@pytest.mark.parametrize(
    ("spec", "path", "keys"), [(OWN_SERVER, *ISVC), WORKLOADS["Deployment"], WORKLOADS["Deployment of an engine"]]
)
def test_probes_have_the_timings_and_requests_of_the_spec(spec, path, keys, build_unit):
    probes = {
        "livenessProbe": {**PROBE, "httpGet": REQUEST},
        "readinessProbe": PROBE,
        "startupProbe": {"failureThreshold": 99},
    }
    container = server(pod_of(build_unit(changed(spec, pod=probes)), path, keys))
    assert container["livenessProbe"] == {**PROBE, "httpGet": REQUEST}
    assert container["readinessProbe"].items() >= PROBE.items()
    assert container["readinessProbe"]["httpGet"]["path"] != "/alive"
    assert container["startupProbe"]["failureThreshold"] == 99


def test_probes_of_a_language_model_merge_into_those_of_kserve(build_unit, cluster):
    spec, path, keys = WORKLOADS["LLMInferenceService"]
    unit = build_unit(changed(spec, pod={"livenessProbe": PROBE, "startupProbe": {**PROBE, "httpGet": REQUEST}}))
    container = server(pod_of(unit, path, keys))
    assert (container["livenessProbe"], container["startupProbe"]) == (PROBE, {**PROBE, "httpGet": REQUEST})
    for release in KSERVE_RELEASES:
        assert cluster("1.34", release)(unit.keys[path], unit.objects[path]) == ()


@pytest.mark.parametrize("strategy", [
    {"type": "Recreate"}, {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 1}},
])  # fmt: skip
def test_a_rollout_follows_the_strategy(strategy, build_unit, cluster):
    for kind, field in (
        ("InferenceService", "deploymentStrategy"),
        ("Deployment", "strategy"),
        ("Deployment of an engine", "strategy"),
    ):
        spec, path, keys = WORKLOADS[kind]
        unit = build_unit(changed(spec, strategy=strategy))
        assert pod_of(unit, path, keys[:2] if kind == "InferenceService" else keys[:1])[field] == strategy
        for release in KSERVE_RELEASES:
            assert cluster("1.34", release)(unit.keys[path], unit.objects[path]) == ()


def test_the_command_of_a_server_and_of_a_program_is_passed_on(build_unit):
    assert pod_of(build_unit(OWN_SERVER), *ISVC)["containers"][0]["command"] == ["/serve", "$$x"]
    runtime = changed(OWN_SERVER, options={"imageAs": "runtime"})
    assert build_unit(runtime).objects["servingruntime.yaml"]["spec"]["containers"][0]["command"] == ["/serve", "$$x"]
    program = model("heuristic", "kubernetes", {**PROGRAM, "command": ["/run"]})
    assert pod_of(build_unit(program), *WORKLOADS["Deployment"][1:])["containers"][0]["command"] == ["/run"]


GATEWAY = {"gateway": {"namespace": "gateways", "name": "public"}}
EXPOSED = {"expose": {"host": "a.example"}}
KNATIVE = {"kserve": {"version": "0.20", "mode": "Knative"}}


@pytest.mark.parametrize("kind", ["InferenceService", "LLMInferenceService", "Deployment"])
def test_a_route_ends_long_requests(kind, build_unit):
    unit = build_unit(changed(WORKLOADS[kind][0], timeout="90s", **EXPOSED), **GATEWAY)
    assert unit.objects["httproute.yaml"]["spec"]["rules"][0]["timeouts"] == {"request": "90000ms"}
    assert "a route" in build_unit(changed(WORKLOADS[kind][0], timeout="90s"), **GATEWAY).reasons


def test_knative_limits_requests(build_unit):
    """ContainerConcurrency and TimeoutSeconds are fields of a revision (createKnativeService in ksvc_reconciler.go, v0.20.0)."""
    limited = changed(WORKLOADS["InferenceService"][0], timeout="90s", containerConcurrency=4)
    predictor = pod_of(build_unit(limited, **KNATIVE), *ISVC)
    assert (predictor["timeout"], predictor["containerConcurrency"]) == (90, 4)
    assert "only Knative limits concurrent requests" in build_unit(limited).reasons


ML, SERVICE = WORKLOADS["InferenceService"][0], WORKLOADS["Deployment"][0]
JOB, LLM = WORKLOADS["CronJob"][0], WORKLOADS["LLMInferenceService"][0]


@pytest.mark.parametrize(
    ("spec", "pod", "reason", "line"),
    [
        (ML, {"containers": [{**PROXY, "name": "kserve-container"}]}, "has a container of this name", "- digest"),
        (SERVICE, {"initContainers": [{**WAIT, "name": "model"}]}, "has a container of this name", ""),
        (ML, {"containers": [PROXY], "initContainers": [{**LOGS, "name": "proxy"}]}, "an init container has the same name", ""),
        (SERVICE, {"volumes": [{"name": "data", "emptyDir": {}}]}, "has a volume of this name", ""),
        (ML, {"volumes": VOLUMES, "volumeMounts": [{"name": "shm", "mountPath": "/mnt/models"}]}, "mounts a volume at this path", ""),
        (ML, {"volumeMounts": MOUNTS}, "the pod has no volume of this name", ""),
        (SERVICE, {"initContainers": [WAIT]}, "mounts a volume that the pod does not have", ""),
        (ML, {"labels": {"app": "x"}}, "the label is reserved", ""),
        (SERVICE, {"labels": {"app.kubernetes.io/name": "x"}}, "the label is reserved", ""),
        (SERVICE, {"annotations": {"sidecar.istio.io/inject": "false"}}, "the annotation is reserved", ""),
        (ML, {"annotations": {"serving.kserve.io/stop": "true"}}, "the annotation is reserved", ""),
        (ML, {"livenessProbe": PROBE}, "the probe has no path or no port", ""),
        (LLM, {"livenessProbe": {"httpGet": {"scheme": "HTTPS"}}}, "needs its path and its port", ""),
        (LLM, {"labels": {"a": "b"}}, "KServe adds them to the selector", ""),
        (LLM, {"annotations": {"a": "{{ .Name }}"}}, "KServe executes the object as a template of Go", ""),
        (JOB, {"containers": [PROXY]}, "a job ends when all of its containers end", ""),
        (JOB, {"readinessProbe": PROBE}, "a job receives no requests", ""),
        (WORKLOADS["StatefulSet of a store"][0], {"containers": [PROXY]}, "the pods of a graph run its store only", ""),
    ],
)  # fmt: skip
def test_what_a_pod_cannot_have_is_refused(spec, pod, reason, line, build_unit):
    unit = build_unit(changed(spec, pod=copy.deepcopy(pod)))
    [message] = [text for text in unit.blamed_lines if reason in text]
    assert line in unit.blamed_lines[message]


@pytest.mark.parametrize(
    ("deploy", "feature"),
    [
        ({"pod": {"initContainers": [LOGS]}}, "podspec-init-containers"),
        ({"pod": {"volumes": [VOLUMES[3]]}}, "podspec-persistent-volume-claim"),
        ({"env": [FIELD_VARIABLE]}, "podspec-fieldref"),
        ({"pod": {"terminationGracePeriodSeconds": 9}}, "set `deploy.timeout`"),
        ({"strategy": {"type": "Recreate"}}, "has no deployment strategy"),
    ],
)
def test_knative_rejects_what_its_features_do_not_enable(deploy, feature, build_unit):
    """PodSpecMask in pkg/apis/serving/fieldmask.go of Knative Serving; validateScalingKPACompExtension of KServe v0.20.0."""
    spec = changed(ML, **copy.deepcopy(deploy))
    assert feature in build_unit(spec, **KNATIVE).reasons
    assert build_unit(spec).reasons == ""


@pytest.mark.parametrize(
    "strategy",
    [
        {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}},
    ],
)
def test_a_rollout_that_cannot_proceed_is_refused(strategy, build_unit):
    assert build_unit(changed(SERVICE, strategy=strategy)).reasons


def test_a_sidecar_that_starts_first_needs_kubernetes_1_29(build_unit):
    spec = changed(SERVICE, pod={"initContainers": [LOGS]})
    assert "from 1.29 on" in build_unit(spec, kubernetes={"version": "1.28"}).reasons
