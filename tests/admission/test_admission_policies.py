"""Rendered admission policies decide as `check --rendered` does, about every object and about broken variants of it."""

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import kubernetes_validate
import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.pipeline.unit_selection import select_units
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
DIGEST = "sha256:" + "1" * 64
TODAY = "2026-12-01"


def broken_variants(node: Any) -> Iterator[Any]:
    """Copies of a value in each of which one part is missing, or another value of its type."""
    if isinstance(node, dict):
        for key in node:
            yield {name: value for name, value in node.items() if name != key}
            yield from ({**node, key: variant} for variant in broken_variants(node[key]))
    elif isinstance(node, list):
        yield []
        for index, element in enumerate(node):
            yield from ([*node[:index], variant, *node[index + 1 :]] for variant in broken_variants(element))
    elif isinstance(node, str):
        yield "other"
    elif not isinstance(node, bool):
        yield node * 10 + 1


def variants(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An object, and broken ones with the same identity."""
    yield dict(document)
    for variant in broken_variants(
        {key: document[key] for key in document if key not in {"apiVersion", "kind", "metadata"}}
    ):
        yield {**{key: document[key] for key in ("apiVersion", "kind", "metadata")}, **copy.deepcopy(variant)}
    for variant in broken_variants({key: document["metadata"].get(key, {}) for key in ("labels", "annotations")}):
        yield {**document, "metadata": {**document["metadata"], **variant}}


def differences(cluster: Any, day: str = TODAY, *, are_mandatory: bool = True) -> list[tuple[str, str]]:
    """The objects about which the server and the check decide differently.

    A condition that cannot be evaluated is a mistake of the policy: a check reports it always, a server only while the policy is mandatory.
    """
    different = []
    for model, path, document in cluster.objects:
        for variant in variants(document):
            found = [one for one in cluster.check(model, path, variant) if one.status.value == "open"]
            response = cluster.server.admit(variant, day)
            failed = {one.message.split(":")[0] for one in found if one.code.id == "MY303"}
            if failed and not are_mandatory:
                continue
            expected = {one.code.id for one in found if one.is_blocking and one.code.id != "MY303"} | failed
            advised = {one.code.id for one in found if not one.is_blocking}
            denied = set(response.denials) - {"approved"}
            if denied != expected or set(response.warnings) != advised:
                different.append(
                    (path, f"denied {denied}, found {expected}; warned {set(response.warnings)}, found {advised}")
                )
    return different


def test_every_object_of_the_sample_and_every_broken_one_gets_the_same_decision(sample_cluster: Any) -> None:
    policies = sample_cluster.server.policies.values()
    names = {one["metadata"]["annotations"]["modelyard/policy"] for one in policies if "annotations" in one["metadata"]}
    pack = "supply-chain/pinned-images"
    assert names >= {pack, f"{pack}-of-jobs", f"{pack}-of-servers"}
    assert differences(sample_cluster) == []


def test_objects_of_the_sample_are_valid_for_kubernetes(sample_cluster: Any) -> None:
    objects = [
        *sample_cluster.server.policies.values(),
        *sample_cluster.server.bindings,
        *sample_cluster.server.parameters,
    ]
    assert {one["kind"] for one in objects} == {
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ConfigMap",
    }
    for one in objects:
        kubernetes_validate.validate(one, "1.34", strict=True)
    broken = copy.deepcopy(objects[0])
    broken["spec"]["matchConstraints"]["resourceRules"][0]["resource"] = "pods"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.34", strict=True)


def policy(
    expression: str, good: str, bad: str, message: str = "it is wrong", more: str = "", kinds: str = "[Deployment]"
) -> str:
    """A policy with one rule; `good` and `bad` are the examples."""
    rules = yaml.safe_dump([{"expression": expression, "message": message}], width=1000)
    return policy_of(f"rules:\n{rules}", good, bad, more, kinds)


def policy_of(conditions: str, good: str, bad: str, more: str = "", kinds: str = "[Deployment]") -> str:
    return f"""{HEAD}kind: Policy
name: rule
title: About replicas
scope: object
objects: {{kinds: {kinds}}}
{more}{conditions}remedy: fix it
examples:
  good: [{good}]
  bad: [{bad}]
"""


def replicas(number: int, more: str = "") -> str:
    """An example with a number of replicas."""
    return f"{{object: {{kind: Deployment, metadata: {{name: two}}, spec: {{replicas: {number}}}}}{more}}}"


def model(name: str, **fields: Any) -> str:
    document = {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": name, "type": "heuristic", "owner": "risk", "lifecycle": "production",
        "summary": "A.", "version": "1.0.0", "source": {"image": "shop.example/a:1", "digest": DIGEST, "port": 9000, "health": "/ready"},
        "deploy": {"target": "kubernetes", "resources": {"cpu": "1", "memory": "1Gi"}, **fields.pop("deploy", {})},
        "environments": {"prod": {}}, **fields,
    }  # fmt: skip
    return yaml.safe_dump(document, sort_keys=False)


def project(
    *policies: str, models: tuple[str, ...] = (), waivers: str = "", admission: str = "{}", version: str = "1.34"
) -> dict[str, bytes]:
    base = f"""{HEAD}kind: Team
name: risk
approvalRoles: [model-risk]
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: models
cluster: prod-1
capabilities: {{kubernetes: {{version: "{version}"}}, admission: {admission}}}
"""
    documents = [base, *(models or (model("one"), model("two", deploy={"scaling": {"min": 2, "max": 2}}))), *policies]
    return {
        "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [prod]\npolicies: [rule]\n".encode(),
        "models/all.yaml": "---\n".join([*documents, *([waivers] if waivers else [])]).encode(),
    }


CONTAINERS = "object.spec.template.spec.containers"
GOOD_CONTAINER = (
    "{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {limits: {memory: 1Gi}}}]}}}}}"
)
BAD_CONTAINER = (
    "{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {limits: {cpu: 1}}}]}}}}}"
)
SCALED_MODEL = ", model: {owner: risk, deploy: {scaling: {min: 2}}}"
OWNED_OBJECT = "{object: {kind: Deployment, metadata: {labels: {modelyard/owner: OWNER}}}, model: {owner: risk}, team: {name: risk}}"
MORE_THAN_FIVE = ("object.spec.replicas > 5", replicas(6), replicas(5))
FEATURES = {
    "the object alone": policy(f"{CONTAINERS}.all(c, has(c.resources.limits.memory))", GOOD_CONTAINER, BAD_CONTAINER),
    "a message with values": policy("object.spec.replicas == 2", replicas(2), replicas(3), "it has {object.spec.replicas} replicas, not 2"),
    "values of the Environment": policy(
        "environment.stage != 'prod' || (has(environment.cluster) && has(object.spec.replicas) && object.spec.replicas > 1)",
        replicas(2, ", environment: {stage: prod, cluster: a}"), replicas(1, ", environment: {stage: prod, cluster: a}"),
    ),
    "values of models": policy(
        "!has(model.deploy.scaling) || object.spec.replicas >= model.deploy.scaling.min",
        replicas(2, SCALED_MODEL), replicas(1, SCALED_MODEL), "fewer than {model.deploy.scaling.min}",
    ),
    "texts of models": policy(
        "object.metadata.labels['modelyard/owner'] == model.owner && team.name == model.owner",
        OWNED_OBJECT.replace("OWNER", "risk"), OWNED_OBJECT.replace("OWNER", "other"),
    ),
    "a narrow match": policy(
        MORE_THAN_FIVE[0], replicas(6, SCALED_MODEL), replicas(5, SCALED_MODEL), more="match: {when: has(model.deploy.scaling)}\n"
    ),
    "a match on the object": policy(*MORE_THAN_FIVE, more="match: {when: \"object.metadata.name == 'two'\"}\n"),
    "an advisory policy": policy(*MORE_THAN_FIVE, more="enforcement: advisory\n"),
    "advisory in production": policy(*MORE_THAN_FIVE, more="enforcementIn: {prod: advisory}\n"),
    "all kinds": policy(
        "has(object.metadata.labels) && object.kind != 'Service'",
        "{object: {kind: Deployment, metadata: {labels: {}}}}", "{object: {kind: Service, metadata: {labels: {}}}}",
    ).replace("objects: {kinds: [Deployment]}\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_of_policies_gets_the_same_decisions(start_cluster: Callable[..., Any], feature: str) -> None:
    cluster = start_cluster(project(FEATURES[feature]), "prod", date(2026, 12, 1))
    assert len(cluster.server.policies) == 1
    assert len(cluster.objects) > 5
    assert differences(cluster, are_mandatory="advisory" not in feature) == []
    for one in (*cluster.server.policies.values(), *cluster.server.bindings, *cluster.server.parameters):
        kubernetes_validate.validate(one, "1.34", strict=True)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_changed_expression_changes_a_decision(start_cluster: Callable[..., Any], feature: str) -> None:
    cluster = start_cluster(project(FEATURES[feature]), "prod", date(2026, 12, 1))
    [spec] = [one["spec"] for one in cluster.server.policies.values()]
    spec["validations"][0]["expression"] = f"!({spec['validations'][0]['expression']})"
    assert differences(cluster, are_mandatory="advisory" not in feature)


DATES = {
    "mandatory from a day": ("mandatoryFrom: '2027-01-01'\n", ["2026-12-31", "2027-01-01"]),
    "in force for a period": (
        "inForce: {from: '2026-12-10', to: '2027-01-10'}\n", ["2026-12-09", "2026-12-10", "2027-01-10", "2027-01-11"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("feature", "day"), [(name, day) for name, (_, days) in DATES.items() for day in days])
def test_dates_of_policies_count_on_the_day_of_the_request(
    start_cluster: Callable[..., Any], feature: str, day: str
) -> None:
    files = project(policy(*MORE_THAN_FIVE, more=DATES[feature][0]))
    cluster = start_cluster(files, "prod", date.fromisoformat(day))
    assert differences(cluster, day, are_mandatory=False) == []
    assert any(cluster.check(*one) for one in cluster.objects) == (day not in {"2026-12-09", "2027-01-11"})


WAIVER = f"""{HEAD}kind: Waiver
name: once
policies: [rule]
models: {{names: [one]}}
reason: It moves in spring.
ticket: SHOP-12
approvedBy: [{{team: risk, role: model-risk, date: "2026-12-01"}}]
validFrom: "2026-12-05"
expires: "2027-06-30"
"""


@pytest.mark.parametrize(
    ("day", "denied_models"),
    [("2026-12-04", {"one", "two"}), ("2026-12-05", {"two"}), ("2027-06-30", {"two"}), ("2027-07-01", {"one", "two"})],
)
def test_a_waiver_exempts_objects_of_its_models_until_it_expires(
    start_cluster: Callable[..., Any], day: str, denied_models: set[str]
) -> None:
    files = project(policy(*MORE_THAN_FIVE), waivers=WAIVER)
    cluster = start_cluster(files, "prod", date.fromisoformat(day))
    assert differences(cluster, day, are_mandatory=False) == []
    names = {name for name, _, one in cluster.objects if cluster.server.admit(one, day).denials}
    assert names == denied_models
    later = start_cluster(files, "prod", date(2028, 1, 1))
    assert later.server.policies == cluster.server.policies, "no rendered byte depends on the day of the build"


def test_without_a_time_in_the_object_no_waiver_applies(start_cluster: Callable[..., Any]) -> None:
    cluster = start_cluster(project(policy(*MORE_THAN_FIVE), waivers=WAIVER), "prod", date(2027, 1, 1))
    [spec] = [one["spec"] for one in cluster.server.policies.values()]
    [condition] = [one for one in spec["matchConditions"] if one["name"] == "waiver.once"]
    condition["expression"] = condition["expression"].replace("managedFields", "noFields")
    assert "one" in {name for name, _, one in cluster.objects if cluster.server.admit(one, "2027-01-01").denials}


def test_a_waiver_for_one_path_is_refused(start_cluster: Callable[..., Any]) -> None:
    waiver = WAIVER.replace("reason:", "paths: [deploy.scaling]\nreason:")
    cluster = start_cluster(project(policy(*MORE_THAN_FIVE), waivers=waiver), "prod", date(2027, 1, 1))
    assert [line for _, line in cluster.refusals] == ["paths: [deploy.scaling]"]


def test_objects_that_are_not_rendered_are_evaluated_too(start_cluster: Callable[..., Any]) -> None:
    files = project(policy(*MORE_THAN_FIVE), waivers=WAIVER)
    cluster = start_cluster(files, "prod", date(2027, 1, 1))
    [one] = [one for name, _, one in cluster.objects if name == "one" and one["kind"] == "Deployment"]
    stranger = {**one, "metadata": {**one["metadata"], "name": "stranger"}}
    assert not cluster.server.admit(one, "2027-01-01").denials
    assert cluster.server.admit(stranger, "2027-01-01").denials
    elsewhere = {**stranger, "metadata": {**stranger["metadata"], "namespace": "elsewhere"}}
    assert not cluster.server.admit(elsewhere, "2027-01-01").denials


def test_an_object_that_is_being_deleted_may_lose_its_finalizers(start_cluster: Callable[..., Any]) -> None:
    cluster = start_cluster(project(policy(*MORE_THAN_FIVE)), "prod", date(2027, 1, 1))
    [one] = [one for name, _, one in cluster.objects if name == "one" and one["kind"] == "Deployment"]
    assert cluster.server.admit(one).denials
    leaving = {**one, "metadata": {**one["metadata"], "deletionTimestamp": "2027-01-01T00:00:00Z"}}
    assert not cluster.server.admit(leaving, operation="UPDATE").denials


def test_the_message_shows_values_and_the_audit_log_names_the_policy(start_cluster: Callable[..., Any]) -> None:
    cluster = start_cluster(project(FEATURES["a message with values"]), "prod", date(2026, 12, 1))
    [one] = [one for name, _, one in cluster.objects if name == "one" and one["kind"] == "Deployment"]
    response = cluster.server.admit({**one, "spec": {**one["spec"], "replicas": 7}})
    assert response.denials == {"rule": "rule: it has 7 replicas, not 2"}
    assert response.annotations == {"rule": "rule: About replicas"}


EXAMPLES = ("{object: {kind: Deployment, a: 1}}", "{object: {kind: Deployment, a: 2}}")
LISTS = "object.b.all(a, object.b.all(b, object.b.all(c, object.b.all(d, a.x == d.x && b.x == c.x))))"
REFUSALS = {
    "schema": (policy_of("schema: {properties: {a: {const: 1}}}\n", *EXAMPLES), "no JSON Schema", "schema: "),
    "today": (policy("object.a == 1 || today > '2099-01-01'", *EXAMPLES), "differs from day to day", "expression:"),
    "lists": (policy("object.a == 1 || datasets.size() == 1", *EXAMPLES), "all of `datasets`", "expression:"),
    "maps": (policy("object.a == 1 || (has(model.deploy) && model.deploy == object)", *EXAMPLES), "not a single value", "expression:"),
    "mixed": (policy("object.a in [1, '1']", *EXAMPLES), "mixes int and string", "expression:"),
    "reserved": (policy("object.a == 1 || (has(object.namespace) && object.namespace == 'x')", *EXAMPLES), "reserved word", "expression:"),
    "cost": (policy(f"object.a == 1 || (has(object.b) && {LISTS})", *EXAMPLES), "steps", "expression:"),
    "shadowed": (policy("[object.a].all(model, model == 1)", *EXAMPLES), "names its variable `model`", "expression:"),
    "backticks": (policy("object.`a` == 1", *EXAMPLES), "backticks", "expression:"),
    "a match": (policy("object.a == 1", *EXAMPLES, more="match: {when: \"object.a in [1, '2', 2]\"}\n"), "mixes int and string", "match:"),
    "unknown kind": (
        policy("object.a == 1", *(one.replace("Deployment", "Widget") for one in EXAMPLES), kinds="[Widget]"),
        "resource of the kind Widget is unknown", "objects: {kinds: [Widget]}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_a_cluster_cannot_evaluate_is_refused_at_its_line(start_cluster: Callable[..., Any], name: str) -> None:
    text, reason, line = REFUSALS[name]
    cluster = start_cluster(project(text), "prod", date(2026, 12, 1))
    [(message, reported)] = cluster.refusals
    assert reason in message
    assert line in reported
    excluded = start_cluster(project(text, admission="{except: [rule]}"), "prod", date(2026, 12, 1))
    assert excluded.refusals == []
    assert excluded.server.policies == {}


def test_a_resource_is_named_by_the_environment_or_by_its_definition(start_cluster: Callable[..., Any]) -> None:
    text = REFUSALS["unknown kind"][0]
    with_name = start_cluster(
        project(text, admission="{resources: {example.com/v1/Widget: widgets}}"), "prod", date(2026, 12, 1)
    )
    definition = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, schema: {openAPIV3Schema: {type: object}}}]
"""
    defined = start_cluster(
        {**project(text), "schemas/crds/widget.yaml": definition.encode()}, "prod", date(2026, 12, 1)
    )
    for cluster in (with_name, defined):
        [one] = cluster.server.policies.values()
        [resource_rule] = one["spec"]["matchConstraints"]["resourceRules"]
        assert (resource_rule["apiGroups"], resource_rule["apiVersions"], resource_rule["resources"]) == (
            ["example.com"],
            ["v1"],
            ["widgets"],
        )


def test_an_exception_that_names_no_policy_is_reported(start_cluster: Callable[..., Any]) -> None:
    cluster = start_cluster(
        project(FEATURES["the object alone"], admission="{except: [rules]}"), "prod", date(2026, 12, 1)
    )
    assert any(one.message == "there is no policy `rules`" for one in cluster.result.findings)


def test_a_cluster_before_the_first_release_with_admission_policies_is_refused(
    start_cluster: Callable[..., Any],
) -> None:
    cluster = start_cluster(project(FEATURES["the object alone"], version="1.29"), "prod", date(2026, 12, 1))
    assert any("from Kubernetes 1.30 on" in one.message for one in cluster.result.findings if one.is_blocking)


def test_nothing_is_rendered_unless_the_environment_asks_for_it(sample_build: Any) -> None:
    assert not [file.path for unit in sample_build.units for file in unit.files if "_admission" in file.path]


def test_a_build_of_one_model_renders_the_same_policies(start_cluster: Callable[..., Any]) -> None:
    files = project(FEATURES["values of models"], waivers=WAIVER)
    everything = start_cluster(files, "prod", date(2027, 1, 1))
    part = build(Session(MemoryTree(files), date(2027, 1, 1)), select_units(["one"], []))
    contents = {file.path: file.content for unit in part.units for file in unit.files}
    assert "prod/two/deployment.yaml" not in contents
    policies = list(yaml.load_all(contents["prod/_admission/policies.yaml"], Loader=yaml.CSafeLoader))
    assert policies == list(everything.server.policies.values())
