"""Names and labels of objects: declared for the check of collisions, and valid in Kubernetes."""

import re

import pytest
import yaml

DIGEST = "sha256:" + "0" * 64
MODEL = {
    "apiVersion": "modelyard/v1",
    "kind": "Model",
    "name": "scorer",
    "lifecycle": "production",
    "summary": "Scores.",
    "environments": {"prod": {}},
}
SERVED = {
    **MODEL, "type": "ml", "source": {"format": "sklearn", "uri": "s3://models/a/", "digest": DIGEST}, "deploy": {"target": "kserve"},
}  # fmt: skip
PROGRAM = {
    **MODEL, "type": "heuristic", "source": {"image": "registry.example/x:1", "digest": DIGEST, "port": 8080, "health": "/"},
    "deploy": {"target": "kubernetes", "resources": {"cpu": 1, "memory": "1Gi"}},
}  # fmt: skip
LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
CONTENT_NAME = re.compile(r"-(?:[0-9a-f]{10}|authorization-1)$")
"""Names that change with the content of an object, which no other model can have."""


def label_maps(value):
    if isinstance(value, dict):
        for key, child in value.items():
            if key in {"labels", "matchLabels"} and isinstance(child, dict):
                yield child
            yield from label_maps(child)
    elif isinstance(value, list):
        for child in value:
            yield from label_maps(child)


@pytest.mark.parametrize("version", ["1.0.0-rc.", "1.0.0-a-", "1.0.0-" + "a" * 80, "1.0.0-rc.1+build." + "7" * 60])
@pytest.mark.parametrize("model", [SERVED, PROGRAM], ids=["served", "program"])
def test_labels_are_valid_for_every_version(build_unit, model, version):
    unit = build_unit({**model, "version": version})
    assert unit.reasons == ""
    values = [value for document in unit.documents for labels in label_maps(document) for value in labels.values()]
    assert len(values) > 4
    assert [value for value in values if not LABEL_VALUE.fullmatch(value)] == []


def test_targets_declare_the_names_of_all_objects_that_they_render(sample_session, sample_build):
    """A kind that a target renders and does not declare would escape the check of collisions."""
    targets = {one.id: one for one in sample_session.emitters.by_id.values() if one.is_target and one.is_builtin}
    declared = {
        (one.id, kind, entry.get("suffix", ""))
        for one in targets.values()
        for entry in one.data["objectNames"]
        for kind in entry["kinds"]
    }
    undeclared, rendered = set(), set()
    for unit in sample_build.units:
        name, files = unit.id.rpartition("/")[2], [file for file in unit.files if file.path.endswith(".yaml")]
        for file in files:
            emitter = next((one for one in targets.values() if file.emitter == one.id), None)
            for document in yaml.safe_load_all(file.content) if emitter else ():
                called = document["metadata"]["name"]
                rendered.add(document["kind"])
                own = (emitter.id, document["kind"], called.removeprefix(name))
                if not CONTENT_NAME.search(called) and not called.startswith(f"{name}.") and own not in declared:
                    undeclared.add(own)
    assert undeclared == set()
    assert {
        "Deployment",
        "InferenceService",
        "LLMInferenceService",
        "InferenceGraph",
        "CronJob",
        "NetworkPolicy",
    } <= rendered
