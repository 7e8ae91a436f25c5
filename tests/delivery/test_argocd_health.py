"""What Argo CD says of KServe's objects: scripts in Lua 5.1 with the libraries that Argo CD gives them, on statuses that KServe sets."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from lupa.lua51 import LuaRuntime

from compiler.json_schema.structural import to_strict_schema
from compiler.json_schema.validator import Validator

MODES = {
    "standard": {"serving.kserve.io/deploymentMode": "Standard"},
    "knative": {"serving.kserve.io/deploymentMode": "Knative"},
}


def condition(name: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    fields = {"lastTransitionTime": "2026-11-03T10:00:00Z", "type": name, "status": status}
    return fields | ({"reason": reason} if reason else {}) | ({"message": message} if message else {})


def service(*conditions: Mapping[str, str], mode: str = "standard", **status: Any) -> dict[str, Any]:
    """An InferenceService as its controller leaves it."""
    whole = {"conditions": list(conditions), "deploymentMode": mode.capitalize(), "observedGeneration": 1, **status}
    return {"metadata": {"name": "card-fraud", "namespace": "payments", "annotations": MODES[mode]}, "status": whole}


def stopping(resource: dict[str, Any]) -> dict[str, Any]:
    """The object with the annotation that stops it."""
    annotations = {**resource["metadata"]["annotations"], "serving.kserve.io/stop": "true"}
    return {**resource, "metadata": {**resource["metadata"], "annotations": annotations}}


RUNNING_CONDITIONS = (
    *(condition(name, "True") for name in ("IngressReady", "PredictorReady", "Ready")),
    condition("Stopped", "False"),
)
UNAVAILABLE = "Deployment does not have minimum availability."
STARTING = (
    condition("IngressReady", "False", "Predictor ingress not created"),
    condition("PredictorReady", "False", "MinimumReplicasUnavailable", UNAVAILABLE),
    condition("Ready", "False", "MinimumReplicasUnavailable", UNAVAILABLE),
    condition("Stopped", "False"),
)
STOPPED = (
    *(condition(name, "False", "Stopped") for name in ("PredictorReady", "Ready")),
    condition("Stopped", "True"),
)
TIMEOUT_MESSAGE = 'ReplicaSet "card-fraud-predictor-5d4" has timed out progressing.'
FULL = 'pods "card-fraud-predictor-5d4-" is forbidden: exceeded quota: models, requested: requests.cpu=4, limited: 40'
WAITING_MESSAGE = 'Configuration "card-fraud-predictor" is waiting for a Revision to become ready.'
FAILURE_MESSAGE = 'Revision "card-fraud-predictor-00002" failed with message: Container failed with: exit status 1.'
CRASH = {
    "location": "card-fraud-predictor-00002",
    "reason": "ModelLoadFailed",
    "message": "xgboost.core.XGBoostError",
    "exitCode": 1,
}


def canary(transition: str, **model: Any) -> list[dict[str, Any]]:
    is_ready = transition == "UpToDate"
    return [
        {
            "name": "canary",
            "ready": is_ready,
            "trafficPercent": 10,
            "modelStatus": {"transitionStatus": transition, **model},
        }
    ]


def failing_conditions(reason: str, message: str) -> tuple[Mapping[str, str], ...]:
    failed = (condition(name, "False", reason, message) for name in ("PredictorReady", "Ready"))
    return (condition("IngressReady", "True"), *failed)


INFERENCE_SERVICES: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "nothing is reported": ({"metadata": {"name": "card-fraud"}}, "Progressing", "has not reported"),
    "no condition is reported": ({"metadata": {}, "status": {"url": "http://a.example"}}, "Progressing", "has not reported"),
    "it starts": (service(*STARTING, modelStatus={"transitionStatus": "InProgress"}), "Progressing", UNAVAILABLE),
    "it runs": (service(*RUNNING_CONDITIONS, modelStatus={"transitionStatus": "UpToDate"}), "Healthy", ""),
    "its status is of an older KServe": (service(*RUNNING_CONDITIONS), "Healthy", ""),
    "it is rolled out": (service(*RUNNING_CONDITIONS, modelStatus={"transitionStatus": "InProgress"}), "Progressing", "being loaded"),
    "it is stopped": (stopping(service(*STOPPED)), "Healthy", "stopped"),
    "it is being stopped": (stopping(service(*RUNNING_CONDITIONS)), "Progressing", "stops it"),
    "it is started again": (service(*STOPPED), "Progressing", "again"),
    "its pods come too late": (service(*failing_conditions("ProgressDeadlineExceeded", TIMEOUT_MESSAGE)), "Degraded", TIMEOUT_MESSAGE),
    "its pods are over the quota": (service(*failing_conditions("FailedCreate", FULL)), "Degraded", "exceeded quota"),
    "its pods cannot be removed": (service(*failing_conditions("FailedDelete", "no")), "Degraded", "no"),
    "its artifact does not load": (
        service(*STARTING, modelStatus={"transitionStatus": "BlockedByFailedLoad", "lastFailureInfo": CRASH}), "Degraded", "XGBoostError",
    ),
    "a new release does not load, and the old one serves": (
        service(*RUNNING_CONDITIONS, modelStatus={"transitionStatus": "BlockedByFailedLoad"}), "Degraded", "BlockedByFailedLoad",
    ),
    "no runtime takes it": (
        service(*STARTING, modelStatus={"transitionStatus": "InvalidSpec", "lastFailureInfo": {"reason": "NoSupportingRuntime"}}),
        "Degraded", "NoSupportingRuntime",
    ),
    "its canary starts": (
        service(*RUNNING_CONDITIONS, condition("CanaryPredictorReady", "False", "MinimumReplicasUnavailable", UNAVAILABLE),
                canaryStatuses=canary("InProgress")),
        "Progressing", "CanaryPredictorReady",
    ),
    "its canary runs": (
        service(*RUNNING_CONDITIONS, condition("CanaryPredictorReady", "True"),
                canaryStatuses=canary("UpToDate")),
        "Healthy", "",
    ),
    "its canary does not load": (
        service(*RUNNING_CONDITIONS, condition("CanaryPredictorReady", "False"),
                canaryStatuses=canary("BlockedByFailedLoad", lastFailureInfo=CRASH)),
        "Degraded", "canary canary: BlockedByFailedLoad: xgboost",
    ),
    "Knative makes a revision": (
        service(*(condition(name, "Unknown", "RevisionMissing", WAITING_MESSAGE) for name in ("PredictorReady", "Ready")),
                mode="knative", modelStatus={"transitionStatus": "InProgress"}),
        "Progressing", WAITING_MESSAGE,
    ),
    "a revision of Knative fails": (
        service(*failing_conditions("RevisionFailed", FAILURE_MESSAGE), mode="knative"), "Degraded", FAILURE_MESSAGE,
    ),
    "Knative runs it": (service(*RUNNING_CONDITIONS, mode="knative", modelStatus={"transitionStatus": "UpToDate"}), "Healthy", ""),
    "Knative has scaled it to nothing": (
        service(*RUNNING_CONDITIONS, mode="knative",
        modelStatus={"transitionStatus": "InProgress", "copies": {"failedCopies": 0, "totalCopies": 0}}),
        "Healthy", "",
    ),
    "Knative rolls it out": (
        service(*RUNNING_CONDITIONS, mode="knative",
        modelStatus={"transitionStatus": "InProgress", "copies": {"failedCopies": 0, "totalCopies": 2}}),
        "Progressing", "being loaded",
    ),
    "an older KServe calls Knative Serverless": (
        {"metadata": {},
        "status": {"conditions": list(failing_conditions("RevisionFailed", FAILURE_MESSAGE)), "deploymentMode": "Serverless"}},
        "Degraded", FAILURE_MESSAGE,
    ),
}  # fmt: skip


def llm(*conditions: Mapping[str, str], **annotations: str) -> dict[str, Any]:
    meta = {"name": "complaint-summary", "namespace": "service"}
    stop = {"serving.kserve.io/stop": annotations["stop"]} if annotations else {}
    return {
        "metadata": {**meta, **({"annotations": stop} if stop else {})},
        "status": {"conditions": list(conditions)},
    }


def llm_failing(name: str, reason: str, message: str) -> dict[str, Any]:
    return llm(condition(name, "False", reason, message), condition("Ready", "False", reason, message))


LLMS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "nothing is reported": ({"metadata": {"name": "complaint-summary"}}, "Progressing", "has not reported"),
    "it starts": (
        llm(condition("MainWorkloadReady", "False", "MinimumReplicasUnavailable", UNAVAILABLE), condition("PresetsCombined", "True"),
            condition("Ready", "False", "MinimumReplicasUnavailable", UNAVAILABLE), condition("WorkloadsReady", "False")),
        "Progressing", UNAVAILABLE,
    ),
    "it waits for its gateway": (
        llm(condition("GatewaysReady", "False", "GatewaysNotReady", "models is not programmed"), condition("Ready", "Unknown")),
        "Progressing", "Ready: Unknown",
    ),
    "it runs": (
        llm(condition("MainWorkloadReady", "True"), condition("PresetsCombined", "True"), condition("Ready", "True"),
            condition("RouterReady", "True"), condition("WorkloadsReady", "True")),
        "Healthy", "",
    ),
    "it is stopped": (
        llm(condition("MainWorkloadReady", "False", "Stopped", "Service is stopped"), condition("Ready", "False", "Stopped"), stop="true"),
        "Healthy", "stopped",
    ),
    "it is started again": (llm(condition("Ready", "True"), stop="false"), "Healthy", ""),
    **{
        f"it fails for {reason}": (llm_failing("PresetsCombined", reason, "not found"), "Degraded", "PresetsCombined: not found")
        for reason in (
            "CombineBaseError", "ConfigNotFound", "FailedCreate", "FailedDelete", "InvalidRenderedConfig", "ProgressDeadlineExceeded",
            "ScalingCRDNotFound",
        )
    },
}  # fmt: skip


def graph(*conditions: Mapping[str, str], mode: str = "standard") -> dict[str, Any]:
    return {"metadata": {"name": "route", "annotations": MODES[mode]}, "status": {"conditions": list(conditions)}}


GRAPHS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "nothing is reported": ({"metadata": {"name": "route"}}, "Progressing", "has not reported"),
    "only whether it is stopped is reported": (graph(condition("Stopped", "False")), "Progressing", "has not reported"),
    "it runs": (graph(condition("Ready", "True"), condition("Stopped", "False")), "Healthy", ""),
    "it is stopped": (stopping(graph(condition("Stopped", "True"), condition("Ready", "False", "Stopped"))), "Healthy", "stopped"),
    "it is being stopped": (stopping(graph(condition("Ready", "True"), condition("Stopped", "False"))), "Progressing", "stops it"),
    # Reconcile in pkg/controller/v1alpha1/inferencegraph/controller.go of v0.20.0 appends a second condition.
    "it is started again": (
        graph(condition("Stopped", "True"), condition("Ready", "False", "Stopped"), condition("Stopped", "False")),
        "Progressing", "Stopped",
    ),
    "it is not ready yet": (graph(condition("Ready", "False", "Waiting")), "Progressing", "Waiting"),
    "Knative makes a revision": (
        graph(condition("Ready", "Unknown", "RevisionMissing", WAITING_MESSAGE), mode="knative"), "Progressing", WAITING_MESSAGE,
    ),
    "a revision of Knative fails": (graph(condition("Ready", "False", "RevisionFailed", FAILURE_MESSAGE),
    mode="knative"), "Degraded", FAILURE_MESSAGE),
}  # fmt: skip
RUNTIMES: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "it is there": ({"metadata": {"name": "scorer"}, "spec": {"multiModel": False}}, "Healthy", ""),
    "it is off": ({"metadata": {"name": "scorer"}, "spec": {"disabled": True}}, "Suspended", "disabled"),
}
APPLICATIONS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "nothing is judged": ({"metadata": {"name": "bank.prod"}}, "Progressing", "not judged"),
    "it has no health yet": ({"metadata": {}, "status": {"sync": {"status": "Unknown"}}}, "Progressing", "not judged"),
    "it is degraded": (
        {"status": {"health": {"status": "Degraded", "message": "a pod crashes"}}},
        "Degraded",
        "a pod crashes",
    ),
    "it is healthy": ({"status": {"health": {"status": "Healthy"}}}, "Healthy", ""),
}
KINDS = {
    "serving.kserve.io_InferenceService": INFERENCE_SERVICES,
    "serving.kserve.io_LLMInferenceService": LLMS,
    "serving.kserve.io_InferenceGraph": GRAPHS,
    "serving.kserve.io_ServingRuntime": RUNTIMES,
    "argoproj.io_Application": APPLICATIONS,
}
CASES = {
    f"{kind.partition('_')[2]}: {name}": (kind, *case) for kind, cases in KINDS.items() for name, case in cases.items()
}


@pytest.fixture(scope="session")
def scripts(sample) -> Mapping[str, str]:
    """The scripts by group and kind."""
    data = sample.read("prod/_argocd/health/argocd-cm.yaml")["data"]
    return {key.removeprefix("resource.customizations.health."): text for key, text in data.items()}


def run_health_script(script: str, manifest: Mapping[str, Any]) -> tuple[str, str]:
    """What a script says of an object; Argo CD gives scripts the base library and that of tables (util/lua/lua.go)."""
    lua = LuaRuntime(register_eval=False, register_builtins=False)
    for name in ("string", "math", "io", "os", "debug", "coroutine", "python"):
        lua.globals()[name] = None
    lua.globals()["obj"] = lua.table_from(manifest, recursive=True)
    health = lua.execute(script)
    return health["status"], health["message"]


@pytest.mark.parametrize(("kind", "resource", "status", "message"), CASES.values(), ids=CASES)
def test_the_health_of_an_object_is_what_its_controller_means(kind, resource, status, message, scripts):
    """Stopped objects are Healthy: a step of a rollout ends only when its Applications are Healthy (`UpdateApplicationSetApplicationStatus`
    in `applicationset/progressivesync/progressive_sync.go` of Argo CD v3.5.1, whose own script for CronJobs does the same)."""
    health = run_health_script(scripts[kind], resource)
    assert health[0] == status
    assert message in health[1]


def test_every_health_script_has_a_case_for_each_of_its_statuses(scripts):
    assert set(scripts) == set(KINDS)
    for kind, text in scripts.items():
        statuses = {status for _, status, _ in KINDS[kind].values()}
        assert statuses == {
            status for status in ("Healthy", "Progressing", "Degraded", "Suspended") if f'"{status}"' in text
        } | ({"Healthy", "Degraded"} if kind.startswith("argoproj") else set())


OF_KSERVE = {name: case for name, case in CASES.items() if case[0].startswith("serving") and "status" in case[1]}


@pytest.mark.parametrize(("kind", "resource", "status", "message"), OF_KSERVE.values(), ids=OF_KSERVE)
def test_the_statuses_are_what_kserve_can_set(kind, resource, status, message, external_schemas: Path):
    group, _, name = kind.partition("_")
    version = {"InferenceService": "v1beta1", "LLMInferenceService": "v1alpha2"}.get(name, "v1alpha1")
    path = external_schemas / "k8s-crd" / group / f"{name.lower()}_{version}.json"
    whole = to_strict_schema(json.loads(path.read_bytes()))
    assert Validator(whole["properties"]["status"]).violations(resource["status"]) == ()


MUTANTS: Mapping[str, tuple[str, str, str]] = {
    "a stop": ("InferenceService", 'is("Stopped", "True")', 'is("Stopped", "False")'),
    "a stop by annotation": ("InferenceService", '["serving.kserve.io/stop"] == "true"', '["serving.kserve.io/stop"] == "yes"'),
    "a stop of a graph by annotation": ("InferenceGraph", '["serving.kserve.io/stop"] == "true"', '["serving.kserve.io/stop"] == "yes"'),
    "a failed load": ("InferenceService", '"BlockedByFailedLoad"', '"UpToDate"'),
    "a spec that is invalid": ("InferenceService", '"InvalidSpec"', '"Other"'),
    "a canary": ("InferenceService", "obj.status.canaryStatuses", "nil"),
    "a canary that is not ready": ("InferenceService", "CanaryPredictorReady ~= nil", "CanaryPredictorReady == 1"),
    "Knative": ("InferenceService", 'mode == "Knative"', 'mode == "None"'),
    "Serverless": ("InferenceService", 'mode == "Serverless"', 'mode == "None"'),
    "a deadline": ("InferenceService", "ProgressDeadlineExceeded = true", "Other = true"),
    "a quota": ("InferenceService", "FailedCreate = true", "Other = true"),
    "pods that stay": ("InferenceService", "FailedDelete = true", "Other = true"),
    "readiness": ("InferenceService", 'not is("Ready", "True")', "false"),
    "a rollout": ("InferenceService", '"InProgress"', '"Other"'),
    "nothing left of a model of Knative": ("InferenceService", "(copies.totalCopies or 0) == 0", "false"),
    "a stop of a language model": ("LLMInferenceService", '== "true"', '== "yes"'),
    "readiness of a language model": ("LLMInferenceService", 'condition.status == "True"', "false"),
    "a stop of a graph": ("InferenceGraph", 'condition.type == "Stopped" and', "false and"),
    "readiness of a graph": ("InferenceGraph", 'ready.status == "True"', "true"),
    "a graph of Knative": ("InferenceGraph", '== "Knative"', '== "None"'),
    "a model has either a custom server or a KServe runtime": ("ServingRuntime", "obj.spec.disabled == true", "false"),
    "an application": ("Application", "health.status = obj.status.health.status", ""),
    **{
        f"{reason} of a language model": ("LLMInferenceService", f"{reason} = true", "Other = true")
        for reason in (
            "CombineBaseError", "ConfigNotFound", "FailedCreate", "FailedDelete", "InvalidRenderedConfig", "ProgressDeadlineExceeded",
            "ScalingCRDNotFound",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new"), MUTANTS.values(), ids=MUTANTS)
def test_a_script_that_looks_away_is_found_out(kind, old, new, scripts):
    [(key, text)] = [(key, text) for key, text in scripts.items() if key.endswith(f"_{kind}")]
    assert old in text
    mutant = text.replace(old, new)
    assert any(run_health_script(mutant, found)[0] != status for found, status, _ in KINDS[key].values())


def test_it_is_taken_into_what_installs_argo_cd_and_takes_nothing_away(
    sample, tmp_path: Path, program: Callable[[str], str]
):
    import subprocess  # noqa: PLC0415 - here alone

    import yaml  # noqa: PLC0415 - likewise

    sample.write(tmp_path / "tree")
    own_values = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm"},
        "data": {"url": "https://cd.bank.example"},
    }
    (tmp_path / "argocd-cm.yaml").write_text(yaml.dump(own_values, Dumper=yaml.CSafeDumper), encoding="utf-8")
    whole = {"namespace": "argocd", "resources": ["argocd-cm.yaml"], "components": ["tree/prod/_argocd/health"]}
    (tmp_path / "kustomization.yaml").write_text(yaml.dump(whole, Dumper=yaml.CSafeDumper), encoding="utf-8")
    done = subprocess.run([program("kubectl"), "kustomize", str(tmp_path)], capture_output=True, text=True, check=True)
    rendered_config = yaml.load(done.stdout, Loader=yaml.CSafeLoader)
    assert rendered_config["data"]["url"] == "https://cd.bank.example"
    assert len(rendered_config["data"]) == 6
    assert (
        run_health_script(
            rendered_config["data"]["resource.customizations.health.serving.kserve.io_InferenceService"],
            service(*RUNNING_CONDITIONS),
        )[0]
        == "Healthy"
    )


def test_a_cluster_without_kserve_gets_no_health_scripts_of_kserve(deliver, a_model):
    known = {"kubernetes": {"version": "1.34"}, "argocd": {"version": "3.5", "namespace": "argocd"}}
    made = deliver(a_model("one"), environment={"capabilities": known})
    data = made.read("prod/_argocd/health/argocd-cm.yaml")["data"]
    assert set(data) == {"resource.customizations.health.argoproj.io_Application"}
