"""Adopted objects keep their names, namespaces and selectors, and no immutable field of theirs changes."""

import copy
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.pipeline import explanation
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
RULES = {"engine": "opa", "files": ["policy.rego"], "entrypoint": "credit"}
LIVE = {"name": "scorer", "namespace": "fraud", "selector": {"app": "scorer", "tier": "scoring"}}

IMMUTABLE: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("selector",),
    "StatefulSet": ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"),
    "Service": ("clusterIP", "clusterIPs"),
}
"""Immutable fields of a spec (Kubernetes, ValidateDeploymentUpdate, ValidateStatefulSetUpdate, ValidateServiceUpdate)."""


def model(kind: str, source: dict, deploy: dict | None = None, **more: Any) -> dict:
    deploy = {"target": "kubernetes", "resources": {"cpu": 1, "memory": "1Gi"}, "adopt": LIVE, **(deploy or {})}
    return {
        **HEAD,
        "name": "card-fraud",
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


SERVICE = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "scorer", "namespace": "fraud", "labels": {"app": "scorer"}},
    "spec": {
        "clusterIP": "10.96.4.7", "clusterIPs": ["10.96.4.7"], "type": "ClusterIP", "selector": LIVE["selector"],
        "ports": [{"name": "web", "port": 80, "targetPort": 9000, "protocol": "TCP"}],
    },
}  # fmt: skip
PODS = {
    "metadata": {"labels": {**LIVE["selector"], "version": "41"}},
    "spec": {"containers": [{"name": "scorer", "image": "registry.example/scorer:41", "args": ["--old"]}]},
}


def workload(kind: str, **spec: Any) -> dict:
    meta = {"name": "scorer", "namespace": "fraud", "labels": {"app": "scorer", "app.kubernetes.io/managed-by": "Helm"}}
    own = {"replicas": 3, "selector": {"matchLabels": LIVE["selector"]}, "template": PODS, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": own}


CLAIM = {
    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "ssd", "resources": {"requests": {"storage": "5Gi"}}},
}  # fmt: skip
DISK = {"volume": {"size": "5Gi", "storageClass": "ssd"}}
CASES: Mapping[str, tuple[dict, list[dict]]] = {
    "a program": (model("heuristic", PROGRAM), [workload("Deployment"), SERVICE]),
    "decisions": (model("rules", RULES), [workload("Deployment"), SERVICE]),
    "a program with a disk": (
        model("heuristic", PROGRAM, DISK),
        [workload("StatefulSet", serviceName="scorer", volumeClaimTemplates=[CLAIM]), SERVICE],
    ),
    "a program with a disk, and a Service of another name": (
        model("heuristic", PROGRAM, {
            **DISK,
            "patches": [{"target": {"kind": "StatefulSet"}, "merge": {"spec": {"serviceName": "pods"}}, "reason": "It never changes."}],
        }),
        [workload("StatefulSet", serviceName="pods", volumeClaimTemplates=[CLAIM]), SERVICE],
    ),
    "a job by the clock": (
        model("heuristic", {key: PROGRAM[key] for key in ("image", "digest")}, {"batch": {"schedule": "0 3 * * *"}}),
        [{
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "scorer", "namespace": "fraud"},
            "spec": {"schedule": "0 1 * * *", "jobTemplate": {"spec": {"template": PODS}}},
        }],
    ),
    "a served model": (
        {**model("ml", {"format": "sklearn", "uri": "s3://a/b", "digest": DIGEST}), "deploy": {
            "target": "kserve", "adopt": {"name": "scorer", "namespace": "fraud"},
        }},
        [{
            "apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService",
            "metadata": {"name": "scorer", "namespace": "fraud"},
            "spec": {"predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://old"}}},
        }],
    ),
}  # fmt: skip


@pytest.fixture
def laid_over(program: Callable[[str], str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """What kustomize makes of live objects with what was rendered laid over those of the same kind, as applying it does."""

    def lay(unit: Any, live: list[dict]) -> subprocess.CompletedProcess[str]:
        kinds = {one["kind"] for one in live}
        patches = []
        for path, found in unit.objects.items():
            if found["kind"] in kinds:
                (tmp_path / path).write_text(unit.texts[path], encoding="utf-8")
                patches.append({"path": path})
        assert len(patches) == len(live)
        (tmp_path / "live.yaml").write_text(yaml.safe_dump_all(live), encoding="utf-8")
        (tmp_path / "kustomization.yaml").write_text(
            yaml.safe_dump({"resources": ["live.yaml"], "patches": patches}), encoding="utf-8"
        )
        return subprocess.run(
            [program("kubectl"), "kustomize", str(tmp_path)], capture_output=True, text=True, check=False
        )

    return lay


@pytest.mark.parametrize(("spec", "live"), CASES.values(), ids=CASES)
def test_live_objects_stay_the_same_objects(spec, live, build_unit, laid_over):
    unit = build_unit(spec)
    assert unit.reasons == ""
    done = laid_over(unit, live)
    assert done.returncode == 0, done.stderr
    after = {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}
    for was in live:
        now = after[was["kind"]]
        assert now["metadata"]["name"] == was["metadata"]["name"] == "scorer"
        assert now["metadata"]["namespace"] == was["metadata"]["namespace"] == "fraud"
        for field in IMMUTABLE.get(was["kind"], ()):
            assert now["spec"].get(field) == was["spec"].get(field), field
        if "selector" in was["spec"]:
            assert LIVE["selector"].items() <= PODS["metadata"]["labels"].items()


@pytest.mark.parametrize(("spec", "live"), CASES.values(), ids=CASES)
def test_the_folder_is_built_into_the_live_namespace(spec, live, build_unit, kustomize_unit):
    built = kustomize_unit(build_unit(spec))
    assert {one["metadata"]["namespace"] for one in built} == {"fraud"}
    assert all(one["metadata"]["name"].split("-")[0] == "scorer" for one in built)


@pytest.mark.parametrize("field", ["name", "namespace", "selector"])
def test_without_it_they_would_be_others(field, build_unit, laid_over):
    spec, live = copy.deepcopy(CASES["a program"])
    del spec["deploy"]["adopt"][field]
    process = laid_over(build_unit(spec), live)
    if field == "selector":
        now = next(one for one in yaml.safe_load_all(process.stdout) if one["kind"] == "Deployment")
        assert now["spec"]["selector"] != live[0]["spec"]["selector"], "a cluster would refuse it"
    else:
        assert process.returncode != 0
        assert "no matches for Id" in process.stderr


def test_replicas_have_the_labels_that_select_them_and_those_of_modelyard(build_unit):
    deployment = build_unit(CASES["a program"][0]).objects["deployment.yaml"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == LIVE["selector"]
    assert LIVE["selector"].items() <= labels.items()
    assert labels["app.kubernetes.io/name"] == "card-fraud"
    assert LIVE["selector"].items() <= deployment["metadata"]["labels"].items(), (
        "monitors find Services by what selects"
    )


def test_everything_that_selects_selects_by_the_live_labels(build_unit):
    spec = copy.deepcopy(CASES["a program"][0])
    spec["deploy"] |= {"scaling": {"min": 2, "max": 4}, "disruptionBudget": 1, "expose": {"host": "a.example"}}
    unit = build_unit(spec, gateway={"namespace": "gateways", "name": "public"})
    assert unit.reasons == ""
    assert unit.objects["service.yaml"]["spec"]["selector"] == LIVE["selector"]
    assert unit.objects["networkpolicy.yaml"]["spec"]["podSelector"]["matchLabels"] == LIVE["selector"]
    assert unit.objects["poddisruptionbudget.yaml"]["spec"]["selector"]["matchLabels"] == LIVE["selector"]
    assert unit.objects["horizontalpodautoscaler.yaml"]["spec"]["scaleTargetRef"]["name"] == "scorer"
    assert unit.objects["httproute.yaml"]["spec"]["rules"][0]["backendRefs"][0]["name"] == "scorer"


def test_a_graph_asks_a_live_model_of_another_namespace_by_its_url(build_unit):
    step = {**CASES["a served model"][0], "name": "step"}
    graph = {**model("ensemble", {"router": "sequence", "steps": [{"name": "one", "model": "step"}]}), "name": "graph"}
    graph["deploy"] = {"target": "kserve"}
    [step_target] = build_unit(graph, step).objects["inferencegraph.yaml"]["spec"]["nodes"]["root"]["steps"]
    assert step_target["serviceUrl"] == "http://scorer-predictor.fraud.svc.cluster.local/v2/models/scorer/infer"


@pytest.mark.parametrize(
    ("field", "value"), [("name", "other"), ("namespace", "elsewhere"), ("selector", {"app": "other"})]
)
def test_it_is_part_of_what_runs(field, value):
    def digests(spec: dict) -> tuple[str, str]:
        model_, _ = Session(MemoryTree(tree(spec))).fleet.resolve("card-fraud", "prod")
        return model_.runtime_digest, model_.governance_digest

    spec = CASES["a program"][0]
    changed = copy.deepcopy(spec)
    changed["deploy"]["adopt"][field] = value
    assert digests(changed)[0] != digests(spec)[0]
    assert digests(changed)[1] == digests(spec)[1]


def test_a_target_that_cannot_keep_it_says_so_at_its_line(build_unit):
    served = {**CASES["a served model"][0], "deploy": {"target": "kserve", "adopt": LIVE}}
    unit = build_unit(served)
    [message] = [message for message in unit.blamed_lines if "selector" in message]
    assert "KServe does not support this: it cannot keep the selector of existing objects" in message
    assert (
        "app: scorer" in unit.blamed_lines[message]
        or "tier: scoring" in unit.blamed_lines[message]
        or "selector" in unit.blamed_lines[message]
    )


def test_a_name_that_nothing_can_have_is_refused_whoever_says_it(build_unit):
    spec = copy.deepcopy(CASES["a program"][0])
    spec["deploy"]["adopt"]["name"] = "1st"
    assert "begins with a letter" in build_unit(spec).reasons


def tree(*models: dict, **fields: Any) -> dict[str, bytes]:
    project = {"apiVersion": "modelyard/v1", "kind": "Project", "name": "bank", "environments": ["prod"]}
    team = {"apiVersion": "modelyard/v1", "kind": "Team", "name": "risk", "contacts": {"email": "a@b.example"}}
    known = {"kubernetes": {"version": "1.34"}, "kserve": {"version": "0.20", "mode": "Standard"}}
    prod = {
        "apiVersion": "modelyard/v1", "kind": "Environment", "name": "prod", "stage": "prod", "namespace": "models",
        "capabilities": known, **fields,
    }  # fmt: skip
    documents = [team, prod, *({**one, "owner": "risk"} for one in models)]
    texts = {"modelyard.yaml": yaml.safe_dump(project), "models/all.yaml": yaml.safe_dump_all(documents)}
    return {path: text.encode() for path, text in texts.items()}


def shared_object_findings(*models: dict) -> list[tuple[str, str]]:
    """Findings about models that share objects, and the text of each finding's line."""
    run = Session(MemoryTree(tree(*models)))
    found = [one for one in check(run) if one.code.id == "MY421"]
    lines = run.read_text("models/all.yaml").splitlines()
    return [(one.message, lines[one.location.line - 1].strip()) for one in found]


def adopting_model(called: str, /, **adopt: Any) -> dict:
    spec = {**copy.deepcopy(CASES["a program"][0]), "name": called}
    spec["deploy"]["adopt"] = adopt
    return spec if adopt else {**spec, "deploy": {k: v for k, v in spec["deploy"].items() if k != "adopt"}}


def test_two_models_cannot_be_one_object():
    assert shared_object_findings(adopting_model("b"), adopting_model("a", name="b")) == [
        ("the objects of a and b would both have the name b in the namespace models", "name: b")
    ]
    assert shared_object_findings(adopting_model("b"), adopting_model("a", name="b", namespace="other")) == []
    assert len(shared_object_findings(adopting_model("b", name="live"), adopting_model("a", name="live"))) == 1, (
        "it is reported for one of the two"
    )
    assert shared_object_findings(adopting_model("a"), adopting_model("b")) == []


@pytest.mark.parametrize(
    "selector",
    [{"app.kubernetes.io/part-of": "bank"}, {"app.kubernetes.io/name": "b", "app.kubernetes.io/part-of": "bank"}],
)
def test_a_selector_finds_no_other_models_replicas(selector):
    [(message, line)] = shared_object_findings(adopting_model("b"), adopting_model("a", selector=selector))
    assert message == "the selector of a or of b also matches the replicas of the other"
    assert line.split(":")[0] in selector


def test_a_selector_of_ones_own_finds_ones_own_alone():
    assert (
        shared_object_findings(
            adopting_model("b"), adopting_model("a", selector={"app": "a"}), adopting_model("c", selector={"app": "c"})
        )
        == []
    )
    assert (
        len(
            shared_object_findings(
                adopting_model("a", selector={"app": "a"}), adopting_model("c", selector={"app": "a", "tier": "x"})
            )
        )
        == 1
    )


def test_an_overlay_of_one_environment_is_seen():
    spec = adopting_model("a")
    spec["environments"] = {"prod": {"deploy": {"adopt": {"name": "b"}}}}
    assert len(shared_object_findings(adopting_model("b"), spec)) == 1


def test_no_label_of_modelyards_own_selects_live_replicas():
    run = Session(MemoryTree(tree(adopting_model("a", selector={"modelyard/owner": "risk"}))))
    assert [one.code.id for one in check(run)] == ["MY101"]


def test_a_line_of_what_was_rendered_leads_back_to_what_was_adopted():
    run = Session(MemoryTree(tree(CASES["a program"][0])))
    path = "prod/card-fraud/deployment.yaml"
    for where, field in {
        "metadata.name": "name", "metadata.namespace": "namespace", "spec.selector.matchLabels.app": "selector",
    }.items():  # fmt: skip
        [place] = explanation.explain_artifact(run, path, where)
        assert place.sources[0].name == f"card-fraud.deploy.adopt.{field} in prod"
        assert place.sources[0].layers[0].location.path == "models/all.yaml"
