"""The table of fields of KServe's samples is true: each field that it calls expressed is rendered from the spec that it names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.kserve_sample_fields import DATA, KINDS, differences, leaf_paths, normalise, object_paths, sample_counts

TABLE: Mapping[str, Any] = yaml.load(DATA.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
ROWS = [row for kind in KINDS for row in TABLE["fields"][kind]]
CAPABILITIES: Mapping[str, Any] = {
    "leaderWorkerSet": True,
    "gateway": {"namespace": "gateways", "name": "public", "inferencePools": True},
}


def paths_of(objects: Mapping[str, Any]) -> set[str]:
    """The paths of all objects: those of routes begin with their kind."""
    paths: set[str] = set()
    for document in objects.values():
        if document["kind"] in KINDS:
            paths |= object_paths(document)
        elif document["kind"] == "HTTPRoute":
            paths |= {f"HTTPRoute {path}" for path in leaf_paths(document["spec"], "spec")}
    return paths


@pytest.mark.parametrize("name", TABLE["specs"])
def test_each_expressed_field_is_rendered(name: str, build_unit: Callable[..., Any]):
    spec = TABLE["specs"][name]
    kserve = {"version": "0.20", "mode": spec.get("mode", "Standard")}
    unit = build_unit(spec["model"], **CAPABILITIES, kserve=kserve)
    assert not [reason for reason in unit.reasons.splitlines() if "does not support" in reason]
    rendered = paths_of(unit.objects)
    wanted = {row.get("renders", row["path"]) for row in ROWS if row.get("spec") == name}
    assert wanted
    assert wanted - rendered == set()


def test_each_row_has_one_decision_and_each_spec_sets_the_field_that_it_shows():
    for row in ROWS:
        assert len({"expressed", "patch", "refused"} & row.keys()) == 1, row
        if "expressed" in row and not row["expressed"].startswith("capabilities."):
            model = TABLE["specs"][row["spec"]]["model"]
            assert sets_field(model, row["expressed"].split(".")), row


def sets_field(node: Any, keys: list[str]) -> bool:
    """Whether a map, or an element of a list, has a value at the keys; the source of a model with several releases is in each."""
    if not keys:
        return True
    if isinstance(node, list):
        return any(sets_field(element, keys) for element in node)
    if not isinstance(node, dict):
        return False
    if keys[0] == "source" and "releases" in node:
        return sets_field(node["releases"], ["*", *keys])
    return any(sets_field(node[key], keys[1:]) for key in node if keys[0] in ("*", key))


def test_a_row_that_is_not_rendered_is_noticed(build_unit: Callable[..., Any]):
    unit = build_unit(TABLE["specs"]["runtime"]["model"], **CAPABILITIES)
    assert "spec.predictor.model.storageUri" in paths_of(unit.objects)
    assert "spec.transformer.containers[].image" not in paths_of(unit.objects)


def test_the_share_of_expressed_uses_does_not_fall():
    uses = sum(row["count"] for row in ROWS)
    expressed = sum(row["count"] for row in ROWS if "expressed" in row)
    assert expressed / uses >= TABLE["share"] / 100


SAMPLE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: a, annotations: {a/b: c}}
spec: {predictor: {sklearn: {storageUri: s3://a}, containers: [{name: a, ports: []}, {name: b}]}}
---
kind: Other
"""


def test_a_checkout_is_counted_by_objects(tmp_path: Path):
    folder = tmp_path / "docs" / "samples"
    folder.mkdir(parents=True)
    (folder / "one.yaml").write_text(SAMPLE + "---\n" + SAMPLE, encoding="utf-8")
    (folder / "broken.yaml").write_text("{{ a }}: [", encoding="utf-8")
    assert sample_counts(tmp_path)["InferenceService"] == {
        "metadata.annotations.a/b": 2,
        "spec.predictor.model.storageUri": 2,
        "spec.predictor.containers[].name": 2,
    }
    data = {"fields": {"InferenceService": [{"path": "spec.predictor.model.storageUri", "count": 1}]}}
    problems = list(differences(data, sample_counts(tmp_path)))
    assert "InferenceService: spec.predictor.model.storageUri is used 2 times, not 1" in problems
    assert "InferenceService: metadata.annotations.a/b is used 2 times and has no decision" in problems


def test_the_configuration_of_a_scheduler_is_one_field():
    assert normalise("spec.router.scheduler.config.inline.plugins[].type") == "spec.router.scheduler.config.inline"
