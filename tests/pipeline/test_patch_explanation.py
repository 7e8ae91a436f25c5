"""Explanations of values that patches change in rendered objects."""

import pytest

from compiler.commands.common.explanation_text import format_values
from compiler.foundation.errors import UsageError
from compiler.pipeline.explanation import explain_artifact, explain_value
from tests.targets.conftest import project_session

PROGRAM = {
    "apiVersion": "modelyard/v1",
    "kind": "Model",
    "name": "limits",
    "type": "heuristic",
    "lifecycle": "production",
    "summary": "Computes limits.",
    "version": "1.0.0",
    "source": {
        "image": "registry.example/limits:1.0.0",
        "digest": "sha256:" + "0" * 64,
        "port": 8080,
        "health": "/healthz",
    },
    "environments": {"prod": {}},
}
LOG = {
    "name": "log", "image": "registry.example/log:1", "digest": "sha256:" + "0" * 64, "resources": {"cpu": "1", "memory": "1Gi"},
}  # fmt: skip
POD = "spec.template.spec"


def session(*merges: dict, kind: str = "Deployment"):
    patches = [{"target": {"kind": kind}, "merge": merge, "reason": "A test."} for merge in merges]
    deploy = {
        "target": "kubernetes", "resources": {"cpu": "100m"}, "scaling": {"min": 1, "max": 2}, "pod": {"containers": [LOG]},
        "patches": patches,
    }  # fmt: skip
    return project_session([{**PROGRAM, "deploy": deploy}], "risk", {})[0]


def container(**fields: object) -> dict:
    return {"spec": {"template": {"spec": {"containers": [{"name": "model", **fields}]}}}}


def test_a_patched_value_is_explained_by_its_patch_and_by_what_it_replaces() -> None:
    [explanation] = explain_artifact(
        session(container(resources={"requests": {"cpu": "200m"}})),
        "prod/limits/deployment.yaml",
        f"{POD}.containers[0].resources.requests.cpu",
    )
    assert explanation.value == "200m"
    patch, field = explanation.sources
    assert patch.name.startswith("limits.deploy.patches[0].merge.spec")
    assert [(layer.role, layer.value) for layer in patch.layers] == [("set", "200m"), ("overridden", "100m")]
    assert field.name == "limits.deploy.resources.cpu in prod"


def test_a_value_that_a_patch_adds_has_a_line() -> None:
    patched = session(container(stdin=True))
    [explanation] = explain_artifact(patched, "prod/limits/deployment.yaml", f"{POD}.containers[0].stdin")
    assert (explanation.value, len(explanation.sources)) == (True, 1)
    text = patched.render_stage.patch_unit(next(unit for unit in patched.plan_units() if unit.id == "prod/limits"))
    [file] = [file for file in text if file.file.path.endswith("deployment.yaml")]
    line = 1 + [line.strip() for line in file.text.splitlines()].index("stdin: true")
    [by_line] = explain_artifact(patched, "prod/limits/deployment.yaml", str(line))
    assert by_line == explanation


def test_a_value_behind_an_element_that_a_patch_removes_keeps_its_origin() -> None:
    """The first container is removed, so that the other one has another index than in the template."""
    removal = {"spec": {"template": {"spec": {"containers": [{"name": "log", "$patch": "delete"}]}}}}
    patched = session(removal)
    [explanation] = explain_artifact(
        patched, "prod/limits/deployment.yaml", f"{POD}.containers[0].resources.requests.cpu"
    )
    assert [source.name for source in explanation.sources] == ["limits.deploy.resources.cpu in prod"]


def test_a_value_that_a_patch_removes_is_named_with_its_patch() -> None:
    patched = session(container(readinessProbe=None))
    with pytest.raises(UsageError, match="a patch removes it") as error:
        explain_artifact(patched, "prod/limits/deployment.yaml", f"{POD}.containers[0].readinessProbe.periodSeconds")
    assert "it is removed at models/all.yaml:" in (error.value.help or "")


def test_a_field_is_explained_with_the_patched_values_that_come_from_it() -> None:
    patched = session({"spec": {"maxReplicas": 9}}, kind="HorizontalPodAutoscaler")
    [explanation] = explain_value(patched, "limits.deploy.scaling.max", ())
    patch, *layers = explanation.layers
    assert (patch.role, patch.value) == ("patched", 9)
    assert patch.label == "prod/limits/horizontalpodautoscaler.yaml: spec.maxReplicas"
    assert layers[0].value == 2
    assert "◆ patched" in format_values([explanation], colour=False)
    [other] = explain_value(patched, "limits.deploy.scaling.min", ())
    assert "patched" not in {layer.role for layer in other.layers}
