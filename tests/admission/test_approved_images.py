"""Only images, and values of chosen fields, that were rendered for the environment are admitted in its namespaces."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

OTHER_IMAGE = "registry.example/other@sha256:" + "0" * 64
DAY = "2026-12-01"


def is_denied(cluster: Any, request_object: dict[str, Any], resource: str = "") -> bool:
    return "approved" in cluster.server.admit(request_object, DAY, resource=resource).denials


def image_paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [(*path, key)] if key == "image" and isinstance(value, str) else image_paths(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from image_paths(value, (*path, index))


def with_value(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = copy.deepcopy(node)
    parent = copied
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    return copied


def test_every_rendered_object_is_admitted_and_none_with_another_image(sample_cluster: Any) -> None:
    with_images = set()
    for _, path, document in sample_cluster.objects:
        assert not is_denied(sample_cluster, document), path
        for image_path in image_paths(document):
            with_images.add((document["kind"], image_path[-3] if isinstance(image_path[-2], int) else image_path[-2]))
            for image in (OTHER_IMAGE, "", f"\n{OTHER_IMAGE}", with_line_break(document, image_path)):
                assert is_denied(sample_cluster, with_value(document, image_path, image)), (path, image_path, image)
    assert {
        ("InferenceService", "initContainers"),
        ("InferenceService", "containers"),
        ("Deployment", "containers"),
    } <= with_images


def with_line_break(document: Any, path: tuple[Any, ...]) -> str:
    """Two approved images in one text, as the list of approved images contains them."""
    value = document
    for part in path:
        value = value[part]
    return f"{value}\n{value}"


def workload(kind: str, api_version: str, spec: dict[str, Any], namespace: str = "payments-models") -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "stranger", "namespace": namespace},
        "spec": spec,
    }


def pods(containers: str, image: str) -> dict[str, Any]:
    return {"containers": [], containers: [{"name": "a", "image": image}]}


WORKLOADS = {
    "pods": ("Pod", "v1", lambda pod: pod),
    "pods/ephemeralcontainers": ("Pod", "v1", lambda pod: pod),
    "replicationcontrollers": ("ReplicationController", "v1", lambda pod: {"template": {"spec": pod}}),
    "deployments": ("Deployment", "apps/v1", lambda pod: {"template": {"spec": pod}}),
    "daemonsets": ("DaemonSet", "apps/v1", lambda pod: {"template": {"spec": pod}}),
    "jobs": ("Job", "batch/v1", lambda pod: {"template": {"spec": pod}}),
    "cronjobs": ("CronJob", "batch/v1", lambda pod: {"jobTemplate": {"spec": {"template": {"spec": pod}}}}),
}


@pytest.mark.parametrize("resource", WORKLOADS)
@pytest.mark.parametrize("containers", ["containers", "initContainers", "ephemeralContainers"])
def test_containers_of_every_workload_are_compared(sample_cluster: Any, resource: str, containers: str) -> None:
    kind, api_version, spec_of = WORKLOADS[resource]
    [values] = [one for one in sample_cluster.server.parameters if one["metadata"]["namespace"] == "payments-models"]
    approved = values["data"]["images"].split("\n")[1]
    assert is_denied(sample_cluster, workload(kind, api_version, spec_of(pods(containers, OTHER_IMAGE))), resource)
    assert not is_denied(sample_cluster, workload(kind, api_version, spec_of(pods(containers, approved))), resource)
    assert not is_denied(
        sample_cluster, workload(kind, api_version, spec_of(pods(containers, OTHER_IMAGE)), "elsewhere"), resource
    )


def test_an_image_of_another_namespace_is_denied(sample_cluster: Any) -> None:
    images = {
        one["metadata"]["namespace"]: set(one["data"]["images"].split()) for one in sample_cluster.server.parameters
    }
    foreign = min(images["treasury-models"] - images["payments-models"])
    assert is_denied(sample_cluster, workload("Pod", "v1", pods("containers", foreign)))


def schema_paths(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of images in a schema, `[]` for elements of lists."""
    for name, child in schema.get("properties", {}).items():
        if name == "image" and path and path[-1] != "rbd":
            yield (*path, "image", "reference") if child.get("type") == "object" else (*path, "image")
        else:
            yield from schema_paths(child, (*path, name))
    if "items" in schema:
        yield from schema_paths(schema["items"], (*path, "[]"))


def spec_with(path: tuple[str, ...], value: str) -> Any:
    if not path:
        return value
    inner = spec_with(path[1:], value)
    return [inner] if path[0] == "[]" else {path[0]: inner}


@pytest.mark.parametrize(
    ("kind", "version"),
    [("InferenceService", "v1beta1"), ("ServingRuntime", "v1alpha1"), ("LLMInferenceService", "v1alpha2")],
)
def test_every_image_in_the_official_schemas_of_kserve_is_compared(
    sample_cluster: Any, external_schemas: Path, kind: str, version: str
) -> None:
    file = external_schemas / "k8s-crd-versions/serving.kserve.io/0.20.0" / f"{kind.lower()}_{version}.json"
    paths = [path for path in schema_paths(json.loads(file.read_bytes())) if path[0] == "spec"]
    assert len(paths) > 3
    for path in paths:
        request_object = workload(kind, f"serving.kserve.io/{version}", spec_with(path[1:], OTHER_IMAGE))
        assert is_denied(sample_cluster, request_object), path


def test_a_chosen_field_must_have_a_rendered_value(sample_cluster: Any) -> None:
    servers = [
        one
        for _, _, one in sample_cluster.objects
        if one["kind"] == "InferenceService" and "model" in one["spec"]["predictor"]
    ]
    assert servers
    for server in servers:
        copied = with_value(server, ("spec", "predictor", "model", "storageUri"), "s3://elsewhere/model/")
        assert is_denied(sample_cluster, copied)
    containers_only = {
        one["metadata"]["namespace"]
        for _, _, one in sample_cluster.objects
        if one["kind"] == "InferenceService" and "model" not in one["spec"]["predictor"]
    }
    [other] = [one for one in servers if one["metadata"]["namespace"] not in containers_only][:1]
    without = copy.deepcopy(other)
    del without["spec"]["predictor"]["model"]["storageUri"]
    assert is_denied(sample_cluster, without)


def test_without_the_parameters_nothing_is_admitted(sample_cluster: Any) -> None:
    server = copy.copy(sample_cluster.server)
    server.parameters = []
    [document] = [one for _, path, one in sample_cluster.objects if path == "prod/dispute-agent/deployment.yaml"]
    assert "approved" in server.admit(document, DAY).denials


SERVER = {"predictor": {"model": {"image": OTHER_IMAGE}}}
WITNESSES = [
    workload("Pod", "v1", pods("initContainers", OTHER_IMAGE)),
    workload("InferenceService", "serving.kserve.io/v1beta1", SERVER),
    workload("Pod", "v1", {"volumes": [{"name": "a", "image": {"reference": OTHER_IMAGE}}], "containers": []}),
    workload(
        "InferenceService", "serving.kserve.io/v1beta1", {"predictor": {"model": {"storageUri": "s3://elsewhere/"}}}
    ),
]
"""Objects that one of the expressions alone denies, in their order."""


@pytest.mark.parametrize("index", range(len(WITNESSES)))
def test_each_expression_denies_what_no_other_denies(sample_cluster: Any, index: int) -> None:
    assert is_denied(sample_cluster, WITNESSES[index])
    server = copy.copy(sample_cluster.server)
    server.policies = copy.deepcopy(server.policies)
    validations = server.policies["bank.prod.approved"]["spec"]["validations"]
    assert len(validations) == len(WITNESSES)
    validations[index]["expression"] = "true"
    assert "approved" not in server.admit(WITNESSES[index], DAY).denials


def test_images_in_addition_are_admitted(start_cluster: Any, sample_files: dict[str, bytes]) -> None:
    path = "models/environments/dev.yaml"
    text = (
        sample_files[path]
        .decode()
        .replace(
            "capabilities:", "capabilities:\n  admission: {approved: {additionalImages: [" + OTHER_IMAGE + "]}}", 1
        )
    )
    cluster = start_cluster({**sample_files, path: text.encode()}, "dev")
    namespace = cluster.server.parameters[0]["metadata"]["namespace"]
    assert not is_denied(cluster, workload("Pod", "v1", pods("containers", OTHER_IMAGE), namespace))
    assert is_denied(cluster, workload("Pod", "v1", pods("containers", OTHER_IMAGE + "1"), namespace))
