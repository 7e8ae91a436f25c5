"""Requests and limits of a replica are separate. A request of CPU becomes a limit only where the controller would set its own."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
STORED = {"format": "sklearn", "uri": "s3://models/one/", "digest": DIGEST}
LLM = {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"}
REQUESTS = {"cpu": "2", "memory": "2Gi"}
UNLIMITED = {"kserve": {"version": "0.20", "mode": "Standard", "cpuLimit": "none"}}


def model(kind: str, source: dict, target: str, resources: dict, name: str = "one", **deploy: Any) -> dict:
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": name, "type": kind, "lifecycle": "production", "summary": "A.",
        "version": "1.0.0", "source": source, "deploy": {"target": target, "resources": resources, **deploy}, "environments": {"prod": {}},
    }  # fmt: skip


def containers(value: Any) -> list[dict]:
    """The resources of containers and of graphs in an object."""
    if isinstance(value, dict):
        own = [value["resources"]] if "requests" in value.get("resources", {}) else []
        return own + [one for child in value.values() for one in containers(child)]
    return [one for child in value for one in containers(child)] if isinstance(value, list) else []


def resources(unit: Any, path: str) -> dict:
    assert unit.reasons == ""
    first, *others = containers(unit.objects[path])
    assert all(one == first for one in others)
    return first


STEP = model("ml", STORED, "kserve", {}, "step")
GRAPH_FACTS = {
    "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]},
    "files": ["companies.ttl"],
}
TARGETS: dict[str, tuple[tuple[str, dict, str], dict, str, bool]] = {
    "a program": (("heuristic", PROGRAM, "kubernetes"), {}, "deployment.yaml", False),
    "a job": (
        ("heuristic", {"image": PROGRAM["image"], "digest": DIGEST}, "kubernetes"), {"batch": {"schedule": "0 1 * * *"}},
        "cronjob.yaml", False,
    ),
    "an engine": (("rules", {"engine": "opa", "files": ["policy.rego"], "entrypoint": "a/b"}, "kubernetes"), {}, "deployment.yaml", False),
    "a store": (("knowledge-graph", GRAPH_FACTS, "kubernetes"), {}, "statefulset.yaml", False),
    "an InferenceService": (("ml", STORED, "kserve"), {}, "inferenceservice.yaml", True),
    "an LLMInferenceService": (("llm", LLM, "kserve"), {"scaling": {"min": 1, "max": 1}}, "llminferenceservice.yaml", False),
    "an InferenceGraph": (
        ("ensemble", {"router": "sequence", "steps": [{"name": "a", "model": "step"}]}, "kserve"), {}, "inferencegraph.yaml", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("head", "deploy", "path", "has_controller_limit"), TARGETS.values(), ids=TARGETS)
def test_a_request_of_cpu_is_no_limit(head, deploy, path, has_controller_limit, build_unit):
    """KServe sets its own limit in an InferenceService: setResourceRequirementDefaults in inference_service_defaults.go, v0.20.0."""
    rendered = resources(build_unit(model(*head, REQUESTS, **deploy), STEP), path)
    limits = {"memory": "2Gi", **({"cpu": "2"} if has_controller_limit else {})}
    assert rendered == {"requests": REQUESTS, "limits": limits}
    unlimited = resources(build_unit(model(*head, REQUESTS, **deploy), STEP, **UNLIMITED), path)
    assert unlimited == {"requests": REQUESTS, "limits": {"memory": "2Gi"}}


@pytest.mark.parametrize(("head", "deploy", "path", "_"), TARGETS.values(), ids=TARGETS)
def test_limits_are_rendered_as_they_are(head, deploy, path, _, build_unit):
    limits = {"cpu": "4", "memory": "3Gi", "ephemeralStorage": "1Gi"}
    rendered = resources(build_unit(model(*head, {**REQUESTS, "limits": limits}, **deploy), STEP), path)
    assert rendered == {"requests": REQUESTS, "limits": {"cpu": "4", "memory": "3Gi", "ephemeral-storage": "1Gi"}}
