"""What the shipped targets make, and what they refuse."""

import copy
from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
BASE = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
OPA = {"engine": "opa", "files": ["policy.rego", "data.json"], "entrypoint": "credit/decision"}
GORULES = {"engine": "gorules", "files": ["pricing.json"], "entrypoint": "pricing.json"}
SKLEARN = {"format": "sklearn", "uri": "s3://models/a/1.0.0/", "digest": DIGEST}
VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
OWN_RUNTIME = {
    "image": "registry.example/own:1.0",
    "digest": DIGEST,
    "port": 9000,
    "health": "/ready",
    "args": ["--quiet"],
}
FULL = {
    "resources": {"cpu": "500m", "memory": "1Gi"},
    "scaling": {"min": 2, "max": 4, "cpu": "70%"},
    "disruptionBudget": 1,
    "secrets": [{"name": "token", "key": "risk/store/token", "env": "TOKEN"}],
    "env": [{"name": "LEVEL", "value": "no: [#"}],
}


def model(name, kind, source, target, deploy=(), **more):
    deploy = {"target": target, **dict(deploy)}
    return {
        **BASE,
        "name": name,
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


def rules(source=OPA, deploy=FULL, **more):
    return model("policy", "rules", source, "kubernetes", deploy, **more)


def ml(deploy=FULL, **more):
    source = {**SKLEARN, **more.pop("source", {})}
    return model("scorer", "ml", {k: v for k, v in source.items() if v is not None}, "kserve", deploy, **more)


def vendor(**more):
    return model("bureau", "vendor", VENDOR, "kubernetes", **more)


def with_canary(spec, source=SKLEARN):
    """The model with a second release that takes a tenth of the requests."""
    second = {**source, "uri": "s3://models/a/1.1.0/"} if "uri" in source else source
    return {
        **{key: value for key, value in spec.items() if key not in {"version", "source"}},
        "releases": {"1.0.0": {"source": source}, "1.1.0": {"source": second}},
        "environments": {"prod": {"release": "1.0.0", "canary": {"release": "1.1.0", "weight": "10%"}}},
    }


def agent(**more):
    runtime = {"image": "registry.example/agent:1", "digest": DIGEST}
    return rules(GORULES, {"scaling": {"min": 1, "max": 1}}, runtime=runtime, **more)


KNATIVE = {"kserve": {"version": "0.20", "mode": "Knative"}}
KNATIVE_GATEWAY = {"version": "0.20", "mode": "Knative", "gateways": ["istio-system"]}
CILIUM = {"hostnameEgress": "cilium"}
ONE_WAY_OUT = {"egress": ["https://features.example:8443"]}
STORE = {"options": {"storageCidrs": ["198.51.100.0/24"]}, "pod": {"serviceAccountName": "store-reader"}}
UNITS = {
    "opa": ([rules()], {}),
    "opa-small": (
        [
            rules(
                deploy={
                    "options": {"decisionLog": True, "authorization": "custom"},
                    "scheduling": {"priorityClassName": "high"},
                }
            )
        ],
        {},
    ),
    "opa-alone": ([rules(deploy={})], {"gateway": None, "metrics": None}),
    "opa-cilium": ([rules(deploy=ONE_WAY_OUT)], CILIUM),
    "opa-caller": ([rules(uses=[{"model": "bureau", "env": "BUREAU"}]), vendor()], {}),
    "gorules": ([agent()], {}),
    "vendor": ([vendor(), rules(uses=[{"model": "bureau", "env": "BUREAU"}])], {}),
    "vendor-cilium": ([vendor()], CILIUM),
    "ml": ([ml()], {}),
    "ml-bare": ([ml({})], {"gateway": None, "metrics": None}),
    "ml-own": ([ml(runtime=OWN_RUNTIME)], {}),
    "ml-grpc": ([ml(source={"format": "onnx"}, interface={"protocol": "grpc-v2"}, runtime={"port": 9000})], {}),
    "ml-gpu": ([ml({**STORE, "resources": {"cpu": 1, "memory": "8Gi", "gpu": 2}})], {}),
    "ml-closed": ([ml({**STORE, **ONE_WAY_OUT})], CILIUM),
    "vendor-probe": (
        [vendor()],
        {"blackboxExporter": {"url": "exporter.monitoring.svc:9115", "module": "http_vendor"}},
    ),
    "opa-knative": ([rules(uses=[{"model": "scorer", "env": "SCORER"}]), ml({})], {"kserve": KNATIVE_GATEWAY}),
    "ml-file": (
        [ml(source={"format": "onnx", "files": ["data.json"], "uri": None, "digest": None}, runtime=OWN_RUNTIME)],
        {},
    ),
    "ml-knative": ([ml({"scaling": {"min": 1, "max": 3}})], KNATIVE),
}


@pytest.fixture(params=list(UNITS))
def unit(request, build_unit):
    models, capabilities = UNITS[request.param]
    found = build_unit(*models, **capabilities)
    assert found.reasons == ""
    return found


def mutants(key: str, data: Any):
    """The object with a field that there is not, and with fields of a wrong type."""
    unknown = copy.deepcopy(data)
    place = unknown if "data" in unknown or "spec" not in unknown else unknown["spec"]
    yield {**unknown, "unknownField": 1} if place is unknown else {**unknown, "spec": {**place, "unknownField": 1}}
    yield {**copy.deepcopy(data), "metadata": "text"}
    if "spec" in data:
        yield {**copy.deepcopy(data), "spec": [1]}


@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_a_cluster_takes_each_object_and_no_mutant_of_it(unit, cluster, version):
    judge = cluster(version)
    keys = {path: key for path, key in unit.keys.items() if "/" in key and not key.startswith("cilium.io/")}
    assert keys
    for path, key in keys.items():
        assert judge(key, unit.objects[path]) == (), path
        for mutant in mutants(key, unit.objects[path]):
            assert judge(key, mutant), (path, mutant)


def test_the_folder_builds_as_a_kustomization(unit, kustomize_unit):
    listed = unit.objects["kustomization.yaml"]["resources"]
    assert listed == sorted(set(unit.texts) - {"kustomization.yaml"})
    built = kustomize_unit(unit)
    assert {one["metadata"]["namespace"] for one in built} == {"models"}
    assert len(built) == len(listed)


def test_an_owners_edit_reaches_no_pod_and_no_selector(build_unit):
    for models, capabilities in UNITS.values():
        before, changed_unit = (
            build_unit(*models, **capabilities),
            build_unit(*models, owner="new-team", **capabilities),
        )
        for path, data in before.objects.items():
            assert data.get("spec") == changed_unit.objects[path].get("spec"), path
            assert data.get("data") == changed_unit.objects[path].get("data"), path
            if data["kind"] == "InferenceService":
                assert data == changed_unit.objects[path]


def test_nothing_rendered_names_an_owner_where_it_is_handed_on_to_pods(build_unit):
    made_of_ml = build_unit(ml()).objects["inferenceservice.yaml"]
    assert made_of_ml["metadata"]["labels"] == {
        "app.kubernetes.io/name": "scorer",
        "app.kubernetes.io/part-of": "bank",
        "networking.kserve.io/visibility": "cluster-local",
    }


def test_pods_keep_the_restricted_pod_security_standard(build_unit):
    for one in (rules(), agent()):
        pod = build_unit(one).objects["deployment.yaml"]["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        (container,) = pod["containers"]
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "@sha256:" in container["image"]


def test_an_autoscaler_and_a_fixed_number_of_replicas_exclude_each_other(build_unit):
    scaled, fixed = build_unit(rules()), build_unit(rules(deploy={"scaling": {"min": 3, "max": 3}}))
    assert "horizontalpodautoscaler.yaml" in scaled.objects
    assert "replicas" not in scaled.objects["deployment.yaml"]["spec"]
    assert "horizontalpodautoscaler.yaml" not in fixed.objects
    assert fixed.objects["deployment.yaml"]["spec"]["replicas"] == 3


def test_a_model_without_dependents_accepts_no_traffic(build_unit):
    alone = {"gateway": None, "metrics": None}
    assert build_unit(rules(), **alone).objects["networkpolicy.yaml"]["spec"]["ingress"] == []
    assert build_unit(ml(), **alone).objects["networkpolicy.yaml"]["spec"]["ingress"] == []


def test_a_user_may_call_and_reaches_what_it_uses(build_unit):
    caller = ml(uses=[{"model": "policy", "env": "POLICY"}])
    (rule,) = build_unit(rules(), caller, gateway=None, metrics=None).objects["networkpolicy.yaml"]["spec"]["ingress"]
    (peer,) = rule["from"]
    assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "scorer"
    env = build_unit(caller, rules()).objects["inferenceservice.yaml"]["spec"]["predictor"]["model"]["env"]
    assert env[0] == {"name": "POLICY", "value": "http://policy.models.svc.cluster.local/v1/data/credit/decision"}


def test_a_caller_of_a_vendor_is_let_out_to_its_ranges(build_unit):
    caller = rules(uses=[{"model": "bureau", "env": "BUREAU"}])
    way_out = {"to": [{"ipBlock": {"cidr": "203.0.113.0/25"}}], "ports": [{"port": 443, "protocol": "TCP"}]}
    assert way_out in build_unit(caller, vendor()).objects["networkpolicy.yaml"]["spec"]["egress"]
    policy = build_unit(vendor(), caller).objects["networkpolicy.yaml"]["spec"]
    assert way_out in policy["egress"]
    assert policy["podSelector"]["matchExpressions"][0]["values"] == ["bureau", "policy"]


def test_with_cilium_names_are_looked_up_under_its_own_policy_alone(build_unit):
    unit = build_unit(rules(deploy=ONE_WAY_OUT), **CILIUM)
    assert unit.objects["networkpolicy.yaml"]["spec"]["egress"] == []
    names, out = unit.objects["ciliumnetworkpolicy.yaml"]["spec"]["egress"]
    assert names["toPorts"][0]["rules"] == {"dns": [{"matchPattern": "*"}]}
    assert out["toFQDNs"] == [{"matchName": "features.example"}]
    assert out["toPorts"][0]["ports"] == [{"port": "8443", "protocol": "TCP"}]


def test_changed_decisions_change_the_name_that_pods_mount(build_unit):
    unit = build_unit(rules())
    name = unit.objects["configmap.yaml"]["metadata"]["name"]
    mounted = unit.objects["deployment.yaml"]["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"]
    assert mounted == name
    assert name != build_unit(rules({**OPA, "files": ["policy.rego"]})).objects["configmap.yaml"]["metadata"]["name"]


def test_files_for_gorules_are_mounted_one_by_one(build_unit):
    (container,) = build_unit(agent()).objects["deployment.yaml"]["spec"]["template"]["spec"]["containers"]
    (mount,) = container["volumeMounts"]
    assert (mount["mountPath"], mount["subPath"]) == ("/decisions/policy/pricing.json", "pricing.json")


REFUSED_CASES = {
    "no artifact beside the spec": (
        ml(source={"files": ["data.json"], "uri": None, "digest": None}),
        {},
        "KServe treats a model without a URI as a multi-model server, which waits for models to be loaded",
    ),
    "no scaling to nothing": (
        ml({"scaling": {"min": 0, "max": 1}}),
        {},
        "nothing would restart a model that was scaled to zero",
    ),
    "no budget with Knative": (
        ml({"disruptionBudget": 1, "scaling": {"min": 2, "max": 2}}),
        KNATIVE,
        "the number of Knative replicas follows the requests",
    ),
    "no CPU target with Knative": (
        ml({"scaling": {"min": 1, "max": 2, "cpu": "70%"}}),
        KNATIVE,
        "the Knative autoscaler measures requests",
    ),
    "no canary that gets no requests": (with_canary(ml()), {}, "but sends them no requests"),
    "no canary before there is a field": (
        with_canary(ml()),
        {"kserve": {"version": "0.18", "mode": "Standard"}},
        "but sends them no requests",
    ),
    "no old names of modes": (ml(), {"kserve": {"version": "0.15", "mode": "Standard"}}, "older than 0.16"),
    "no gRPC of a format": (
        ml(interface={"protocol": "grpc-v2"}, runtime={"port": 9000}),
        {},
        "no runtime for this format supports gRPC",
    ),
    "no gRPC without a port": (
        ml(source={"format": "onnx"}, interface={"protocol": "grpc-v2"}),
        {},
        "each runtime has its own port for gRPC, and `runtime.port` does not change it",
    ),
    "no v1 of mlflow": (
        ml(source={"format": "mlflow"}, interface={"protocol": "v1"}),
        {},
        "no runtime for this format supports v1",
    ),
    "no OpenAI of a runtime": (ml(interface={"protocol": "openai"}), {}, "its runtimes support v1, v2 or grpc-v2 only"),
    "no store of that scheme": (ml(source={"uri": "ftp://models/a"}), {}, "KServe does not support this URI scheme"),
    "no secrets without a way": (
        ml(),
        {"externalSecrets": None},
        "the model uses secrets, but the Environment declares no secret store",
    ),
    "no closed egress to names": (ml({**STORE, **ONE_WAY_OUT}), {}, "no host names"),
    "no canary of rules": (with_canary(rules(), OPA), {}, "two releases"),
    "no rules that sleep": (
        rules(deploy={"scaling": {"min": 0, "max": 1}}),
        {},
        "Kubernetes does not restart a workload that was scaled to zero",
    ),
    "no accelerator for rules": (
        rules(deploy={"resources": {"cpu": 1, "memory": "1Gi", "gpu": 1}}),
        {},
        "decision engines use no accelerator",
    ),
    "no budget that blocks": (rules(deploy={"disruptionBudget": 2, "scaling": {"min": 2, "max": 2}}), {}, "be drained"),
    "no names out of Kubernetes": (rules(deploy=ONE_WAY_OUT), {}, "no host names"),
    "no autoscaling without a request": (rules(deploy={"scaling": {"min": 1, "max": 2}}), {}, "requests none"),
    "no dotted entrypoint": (rules({**OPA, "entrypoint": "credit.decision"}, {}), {}, "with slashes"),
    "no agent of GoRules made up": (
        rules(GORULES, {}),
        {},
        "the release needs the GoRules agent, but the model names no image of it",
    ),
    "no resources of a vendor": (
        vendor(deploy={"resources": {"cpu": 1}}),
        {},
        "a vendor model has no pod that could use resources",
    ),
    "no replicas of a vendor": (vendor(deploy={"scaling": {"min": 1}}), {}, "a vendor model has no replicas"),
    "no secrets of a vendor": (
        vendor(deploy={"secrets": FULL["secrets"]}),
        {},
        "a vendor model has no pod that could use a secret; give it to its callers",
    ),
    "no way to a vendor": (
        model("bureau", "vendor", {**VENDOR, "egress": None}, "kubernetes"),
        {},
        "the release names no IP ranges of the vendor",
    ),
}


@pytest.mark.parametrize("name", list(REFUSED_CASES))
def test_what_a_target_cannot_do_is_refused_with_its_reason(build_unit, name):
    one, capabilities, reason = REFUSED_CASES[name]
    if "source" in one:
        one = {**one, "source": {key: value for key, value in one["source"].items() if value is not None}}
    found = build_unit(one, **capabilities)
    assert reason in found.reasons
    assert found.objects == {}


def test_an_option_that_there_is_not_is_refused(build_unit):
    assert "priorityClas" in build_unit(rules(deploy={"options": {"priorityClas": "high"}})).reasons
