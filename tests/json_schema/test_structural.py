"""Schemas of a cluster's own resources."""

import copy
import json
from pathlib import Path

import pytest

from compiler.json_schema.structural import apply_defaults, to_strict_schema
from compiler.json_schema.validator import Validator

WIDGET = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size", "port"],
            "properties": {
                "size": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                "port": {"type": "integer", "format": "int32", "default": 80},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {}}},
                "note": {"type": "string", "nullable": True, "enum": ["x"]},
                "grace": {"type": "string", "format": "duration"},
                "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {"default": {"deep": 1}}}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "either": {
                    "type": "object",
                    "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                    "oneOf": [{"required": ["a"], "properties": {"a": {"minLength": 2}}}, {"required": ["b"]}],
                },
                "ratio": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            },
        }
    },
}
VALIDATOR = Validator(to_strict_schema(WIDGET))


def widget(metadata=None, **spec):
    made = {"apiVersion": "x/v1", "kind": "Widget", "metadata": {"name": "w", **(metadata or {})}}
    return {**made, "spec": {"size": 1, "port": 1, **spec}}


def violations_of(data):
    return [(one.pointer, one.keyword) for one in VALIDATOR.violations(data)]


@pytest.mark.parametrize(
    "spec",
    [
        {"size": "50%"}, {"free": {"a": 1, "b": 2}}, {"note": None}, {"grace": "5m"}, {"labels": {"any": "x"}},
        {"either": {"a": "xx"}}, {"ratio": 0.5},
    ],
)  # fmt: skip
def test_what_the_cluster_takes_is_valid(spec):
    assert violations_of(widget(**spec)) == []


@pytest.mark.parametrize(
    ("spec", "pointer", "keyword"),
    [
        ({"size": 1.5}, ("size",), "type"),
        ({"colour": 1}, ("colour",), "unknown"),
        ({"parts": [{"m": 1}]}, ("parts", 0, "m"), "unknown"),
        ({"note": "y"}, ("note",), "enum"),
        ({"port": 2**31}, ("port",), "maximum"),
        ({"either": {"a": "x"}}, ("either", "a"), "minLength"),
        ({"either": {"a": "xx", "c": "x"}}, ("either", "c"), "unknown"),
        ({"ratio": 0}, ("ratio",), "exclusiveMinimum"),
    ],
)
def test_what_the_cluster_would_drop_or_refuse_is_a_violation(spec, pointer, keyword):
    assert violations_of(widget(**spec)) == [(("spec", *pointer), keyword)]


@pytest.mark.parametrize(
    ("metadata", "pointer"),
    [
        ({"name": "Upper"}, ("name",)),
        ({"namespace": "a.b"}, ("namespace",)),
        ({"labels": {"a": 1}}, ("labels", "a")),
        ({"labels": {"a": "b c"}}, ("labels", "a")),
        ({"labels": {"-a": "b"}}, ("labels", "-a")),
        ({"annotations": {"a": True}}, ("annotations", "a")),
        ({"lables": {}}, ("lables",)),
    ],
)
def test_metadata_is_checked_though_the_schema_leaves_it_open(metadata, pointer):
    assert [place for place, _ in violations_of(widget(metadata))] == [("metadata", *pointer)]


def test_metadata_as_people_write_it_is_valid():
    labels = {"app.kubernetes.io/name": "card-fraud", "tier": "", "v": "3.1.0_b"}
    assert violations_of(widget({"labels": labels, "annotations": {"a.b/c": "any text: é"}, "namespace": "pay"})) == []


def test_defaults_are_filled_in_before_what_is_required_is_judged():
    data = {"apiVersion": "x/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 1, "parts": [{}]}}
    before = copy.deepcopy(data)
    full = apply_defaults(WIDGET, data)
    assert full["spec"] == {"size": 1, "port": 80, "parts": [{"n": {"deep": 1}}]}
    assert data == before
    assert violations_of(full) == []


def test_a_null_that_the_schema_does_not_take_is_filled_in_and_another_kept():
    full = apply_defaults(WIDGET, {"spec": {"port": None, "note": None}})
    assert full == {"spec": {"port": 80, "note": None}}


def test_only_what_changes_is_copied():
    data = {"spec": {"port": 1, "parts": [{"n": 1}], "free": {"a": [1]}}}
    assert apply_defaults(WIDGET, data) is data
    changed = apply_defaults(WIDGET, {"spec": {"size": 1, "free": data["spec"]["free"]}})
    assert changed["spec"]["free"] is data["spec"]["free"]


def test_a_schema_is_not_changed_by_making_it_strict():
    before = copy.deepcopy(WIDGET)
    to_strict_schema(WIDGET)
    assert before == WIDGET


def load(folder: Path, name: str):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_an_inference_service_is_checked_by_its_own_schema(external_schemas):
    schema = load(external_schemas, "k8s-crd/serving.kserve.io/inferenceservice_v1beta1.json")
    model = {"modelFormat": {"name": "xgboost"}, "storageUri": "s3://a/b", "resources": {"limits": {"memory": "1Gi"}}}
    service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "card-fraud", "namespace": "payments"},
        "spec": {"predictor": {"minReplicas": 1, "model": model}},
    }
    validator = Validator(to_strict_schema(schema))
    assert validator.violations(apply_defaults(schema, service)) == ()
    bad = copy.deepcopy(service)
    bad["spec"]["predictor"]["model"] |= {"storageUrl": "x"}
    bad["spec"]["predictor"]["minReplicas"] = "1"
    bad["spec"]["predictr"] = {}
    assert [(one.pointer[1:], one.keyword) for one in validator.violations(bad)] == [
        (("predictor", "minReplicas"), "type"),
        (("predictor", "model", "storageUrl"), "unknown"),
        (("predictr",), "unknown"),
    ]


def test_a_route_is_checked_with_its_defaults(external_schemas):
    schema = load(external_schemas, "k8s-crd/gateway.networking.k8s.io/httproute_v1.json")
    backend = {"name": "a", "port": 80}
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "r"},
        "spec": {"parentRefs": [{"name": "gateway"}], "rules": [{"backendRefs": [backend]}]},
    }
    validator = Validator(to_strict_schema(schema))
    full = apply_defaults(schema, route)
    assert full["spec"]["rules"][0]["backendRefs"][0]["kind"] == "Service"
    assert validator.violations(full) == ()
    backend["port"] = 0
    assert [one.message for one in validator.violations(route)] == ["expected at least 1, found 0"]


def test_a_deployment_is_checked_by_strict_definitions_given_as_a_resource(external_schemas):
    definitions = load(external_schemas, "kubernetes/v1.34.0-strict/_definitions.json")
    uri = definitions["$id"]
    schema = {"$ref": f"{uri}#/$defs/io.k8s.api.apps.v1.Deployment"}
    container = {"name": "c", "image": "i", "resources": {"limits": {"cpu": "500m"}}}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    deployment["spec"] = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    validator = Validator(schema, resources={uri: definitions})
    assert validator.violations(deployment) == ()
    container |= {"ports": {}}
    del deployment["spec"]["selector"]
    deployment["spec"]["selectr"] = {}
    [key, ports] = validator.violations(deployment)
    assert key.pointer == ("spec", "selectr")
    assert key.help
    assert key.help.startswith("did you mean `selector`?")
    assert ports.pointer == ("spec", "template", "spec", "containers", 0, "ports")


@pytest.mark.slow
def test_every_schema_of_the_collection_can_be_made_strict(external_schemas):
    files = sorted((external_schemas / "k8s-crd").rglob("*.json"))
    assert files
    for file in files:
        Validator(to_strict_schema(json.loads(file.read_text(encoding="utf-8"))))
