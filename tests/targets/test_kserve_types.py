"""What the target `kserve` makes of statistical models, language models and ensembles, and what it refuses of them."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
GATEWAY = {"namespace": "gateways", "name": "public"}
KNATIVE = {"version": "0.20", "mode": "Knative"}
STORED_ARTIFACT = {"uri": "s3://models/one/1.0.0/", "digest": DIGEST}
SCALED_DEPLOY = {"resources": {"cpu": "500m", "memory": "1Gi"}, "scaling": {"min": 2, "max": 4}}
OWN_RUNTIME = {"runtime": {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}}
LLM = {
    "baseModel": {"name": "bank/base-8b", "revision": "1", "license": "Apache-2.0"}, "uri": "hf://bank/base-8b",
    "adapters": [{"name": "letters", "uri": "s3://models/letters"}],
}  # fmt: skip
FIXED_GPU_DEPLOY = {"resources": {"cpu": 4, "memory": "24Gi", "gpu": 2}, "scaling": {"min": 2, "max": 2}}


def model(kind: str, source: dict, deploy: dict | None = None, name: str = "one", **more: Any) -> dict:
    deploy = {"target": "kserve", **(deploy or {})}
    return {
        **HEAD,
        "name": name,
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


RETAIL = model("ml", {"format": "sklearn", **STORED_ARTIFACT}, name="retail")
RULES = model(
    "rules",
    {"engine": "opa", "files": ["policy.rego"], "entrypoint": "credit/decision"},
    {"target": "kubernetes"},
    "policy",
)
PMML = {"method": "scorecard", "format": "pmml"}


def ensemble(router: str, *steps: dict, **deploy: Any) -> list[dict]:
    named = [{"name": f"s{index}", **step} for index, step in enumerate(steps)]
    return [model("ensemble", {"router": router, "steps": named}, deploy), RETAIL, RULES]


MODELS = {
    "statistical from a store": [model("statistical", {**PMML, **STORED_ARTIFACT}, SCALED_DEPLOY)],
    "statistical with a server of its own": [model("statistical",
    {"method": "a", "format": "pickle", **STORED_ARTIFACT}, SCALED_DEPLOY, **OWN_RUNTIME)],
    "a file for a server of one's own": [model("ml", {"format": "onnx", "files": ["policy.rego"]}, SCALED_DEPLOY, **OWN_RUNTIME)],
    "llm": [model("llm", LLM, FIXED_GPU_DEPLOY)],
    "sequence": ensemble("sequence", {"model": "retail"}, {"model": "policy", "data": "response"}),
    "splitter": ensemble("splitter", {"model": "retail", "weight": "70%"}, {"model": "policy", "weight": "30%"}),
    "ensemble": ensemble("ensemble", {"model": "retail", "required": True}, {"model": "policy", "required": False}),
    "switch": ensemble(
        "switch", {"model": "retail", "when": {"field": "segment", "op": "==", "value": "retail"}}, {"model": "policy"}, **SCALED_DEPLOY
    ),
}  # fmt: skip


def scaled_deploy(**more: Any) -> dict:
    return {"resources": {"cpu": 1, "memory": "1Gi"}, "scaling": {"min": 1, "max": 3}, **more}


SKLEARN = {"format": "sklearn", **STORED_ARTIFACT}
EXTRA_CASES: dict[str, tuple[list[dict], dict]] = {
    "a runtime of its own": (
        [
            model(
                "statistical",
                {"method": "a", "format": "custom", **STORED_ARTIFACT},
                scaled_deploy(options={"imageAs": "runtime"}),
                **OWN_RUNTIME,
            )
        ],
        {},
    ),
    "scaled by KEDA": (
        [
            model(
                "ml",
                SKLEARN,
                scaled_deploy(
                    scaling={"min": 1, "max": 3, "cpu": "60%", "memory": "70%"}, options={"autoscaler": "keda"}
                ),
            )
        ],
        {"keda": True},
    ),
    "scaled by two metrics": (
        [model("ml", SKLEARN, scaled_deploy(scaling={"min": 1, "max": 3, "cpu": "60%", "memory": "70%"}))],
        {},
    ),
    "scaled by something else": ([model("ml", SKLEARN, scaled_deploy(options={"autoscaler": "external"}))], {}),
    "scaled to nothing by Knative": (
        [model("ml", SKLEARN, scaled_deploy(scaling={"min": 0, "max": 3, "requestsPerSecond": 50}))],
        {"kserve": KNATIVE},
    ),
    "exposed, with a key of the store": (
        [model("ml", SKLEARN, scaled_deploy(expose={"host": "a.example", "path": "/a"}, options={"storageKey": "s3"}))],
        {},
    ),
    "a language model with everything": (
        [
            model(
                "llm",
                {**LLM, "contextLength": 8192, "digest": DIGEST},
                {
                    **FIXED_GPU_DEPLOY,
                    "disruptionBudget": 1,
                    "expose": {"host": "l.example"},
                    "options": {"storageCidrs": ["198.51.100.0/24"]},
                },
                runtime={"image": "registry.example/vllm:1", "digest": DIGEST, "args": ["--a"]},
            )
        ],
        {},
    ),
    "a graph with everything": (
        ensemble(
            "sequence",
            {"model": "retail"},
            {
                "model": "policy",
                "data": "response",
                "when": {"field": "a.b", "op": ">", "value": 0.5},
                "required": True,
            },
            resources={"cpu": "100m", "memory": "128Mi"},
            scaling={"min": 2, "max": 4, "cpu": "60%"},
            disruptionBudget=1,
            expose={"host": "g.example"},
        ),
        {},
    ),
}


@pytest.mark.parametrize(("specs", "capabilities"), EXTRA_CASES.values(), ids=EXTRA_CASES)
def test_every_feature_makes_objects_that_the_cluster_takes(specs, capabilities, build_unit, cluster):
    unit = build_unit(*specs, **{"gateway": GATEWAY, **capabilities})
    assert unit.reasons == ""
    for path, found in unit.objects.items():
        if unit.keys[path] != "kustomization.schema.json":
            assert cluster("1.34")(unit.keys[path], found) == (), path


FOLDERS = {**{name: (specs, {}) for name, specs in MODELS.items()}, **EXTRA_CASES}


@pytest.mark.parametrize(("specs", "capabilities"), FOLDERS.values(), ids=FOLDERS)
def test_every_folder_builds_as_a_kustomization(specs, capabilities, build_unit, kustomize_unit):
    unit = build_unit(*specs, **{"gateway": GATEWAY, **capabilities})
    kinds = sorted(one["kind"] for one in unit.objects.values() if one["kind"] != "Kustomization")
    assert sorted(one["kind"] for one in kustomize_unit(unit)) == kinds


def test_a_runtime_of_its_own_is_made_beside_the_model_and_named_by_it(build_unit):
    unit = build_unit(*EXTRA_CASES["a runtime of its own"][0])
    runtime = unit.objects["servingruntime.yaml"]
    assert predictor(unit)["model"]["runtime"] == runtime["metadata"]["name"]
    assert [known["name"] for known in runtime["spec"]["supportedModelFormats"]] == ["custom"]


@pytest.mark.parametrize(
    ("case", "autoscaler"),
    [("scaled by KEDA", "keda"), ("scaled by two metrics", "hpa"), ("scaled by something else", "external")],
)
def test_the_autoscaler_is_the_one_that_the_spec_names(case, autoscaler, build_unit):
    specs, capabilities = EXTRA_CASES[case]
    served = build_unit(*specs, **capabilities).objects["inferenceservice.yaml"]
    assert served["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == autoscaler


def test_two_metrics_are_watched_together(build_unit):
    (spec, *_), _ = EXTRA_CASES["scaled by two metrics"]
    watched = predictor(build_unit(spec))["autoScaling"]["metrics"]
    assert [(one["resource"]["name"], one["resource"]["target"]["averageUtilization"]) for one in watched] == [
        ("cpu", 60),
        ("memory", 70),
    ]


def test_credentials_of_the_store_are_named_and_never_given(build_unit):
    specs, _ = EXTRA_CASES["exposed, with a key of the store"]
    unit = build_unit(*specs, gateway=GATEWAY)
    assert predictor(unit)["model"]["storage"]["key"] == "s3"
    assert unit.objects["httproute.yaml"]["spec"]["hostnames"] == ["a.example"]


SUSPENDED_MODELS = {
    f"{name}, suspended": [{**first, "deploy": {**first["deploy"], "suspended": True}}, *rest]
    for name, (first, *rest) in MODELS.items()
}


@pytest.mark.parametrize("specs", [*MODELS.values(), *SUSPENDED_MODELS.values()], ids=[*MODELS, *SUSPENDED_MODELS])
@pytest.mark.parametrize("mode", ["Standard", "Knative"])
def test_every_object_is_one_that_the_cluster_takes(specs, mode, build_unit, cluster):
    unit = build_unit(*specs, gateway=GATEWAY, kserve={"version": "0.20", "mode": mode})
    assert unit.reasons == ""
    for path, found in unit.objects.items():
        if unit.keys[path] != "kustomization.schema.json":
            assert cluster("1.34")(unit.keys[path], found) == (), path


def predictor(unit) -> dict:
    return unit.objects["inferenceservice.yaml"]["spec"]["predictor"]


def test_a_file_beside_the_spec_is_mounted_for_a_server_of_ones_own(build_unit):
    unit = build_unit(*MODELS["a file for a server of one's own"])
    spec, config_map = predictor(unit), unit.objects["configmap.yaml"]
    (server,) = spec["containers"]
    mounted = {volume["configMap"]["name"]: volume["name"] for volume in spec["volumes"]}
    assert config_map["metadata"]["name"] in mounted
    assert [mount["mountPath"] for mount in server["volumeMounts"]] == ["/mnt/models"]
    assert list(config_map["data"]) == ["policy.rego"]


def test_a_language_model_is_served_with_its_adapters_and_accelerators(build_unit):
    spec = build_unit(*MODELS["llm"], gateway=GATEWAY).objects["llminferenceservice.yaml"]["spec"]
    assert spec["model"] == {
        "uri": "hf://bank/base-8b", "name": "bank/base-8b",
        "lora": {"adapters": [{"name": "letters", "uri": "s3://models/letters"}]},
    }  # fmt: skip
    assert spec["replicas"] == 2
    assert spec["parallelism"] == {"tensor": 2}
    assert spec["annotations"]["modelyard/revision"] == "1"
    assert spec["template"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"


def steps(unit) -> list[dict]:
    return unit.objects["inferencegraph.yaml"]["spec"]["nodes"]["root"]["steps"]


def test_steps_are_called_at_their_own_url_whatever_their_target(build_unit):
    unit = build_unit(*MODELS["sequence"])
    assert [(step.get("serviceName"), step.get("serviceUrl")) for step in steps(unit)] == [
        ("retail", None),
        (None, "http://policy.models.svc.cluster.local/v1/data/credit/decision"),
    ]
    assert [step.get("data") for step in steps(unit)] == [None, "$response"]


def test_a_graph_lets_its_steps_in_and_they_let_it_in(build_unit):
    policy = build_unit(*MODELS["sequence"]).objects["networkpolicy.yaml"]["spec"]
    names = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in policy["egress"] for peer in rule["to"]
        if "app.kubernetes.io/name" in peer["podSelector"]["matchLabels"]
    ]  # fmt: skip
    assert names == ["retail", "policy"]
    ensemble_, retail, rules = MODELS["sequence"]
    callers = build_unit(retail, ensemble_, rules).objects["networkpolicy.yaml"]["spec"]["ingress"][0]["from"]
    graph = build_unit(*MODELS["sequence"]).objects["inferencegraph.yaml"]["metadata"]["labels"]
    selectors = [caller["podSelector"]["matchLabels"] for caller in callers if "podSelector" in caller]
    assert selectors
    assert all(selector.items() <= graph.items() for selector in selectors)


def test_weights_and_dependencies_are_the_routers(build_unit):
    assert [step["weight"] for step in steps(build_unit(*MODELS["splitter"]))] == [70, 30]
    assert [step["dependency"] for step in steps(build_unit(*MODELS["ensemble"]))] == ["Hard", "Soft"]


@pytest.mark.parametrize(
    ("op", "value", "condition"),
    [
        ("==", "retail", '[@this].#(segment=="retail")'),
        ("!=", "retail", '[@this].#(segment!="retail")'),
        ("==", True, '[@this].#(segment=="true")'),
        ("!=", 2, '[@this].#(segment!="2")'),
        ("<", 2.5, '[@this].#(segment<"2.5")'),
        ("<=", 2, '[@this].#(segment<="2")'),
        (">", 2, '[@this].#(segment>"2")'),
        (">=", 2, '[@this].#(segment>="2")'),
    ],
)
def test_a_condition_is_a_query_that_finds_the_answer(op, value, condition, build_unit):
    when = {"field": "segment", "op": op, "value": value}
    found = steps(build_unit(*ensemble("switch", {"model": "retail", "when": when}, {"model": "policy"})))
    assert [step["condition"] for step in found] == [condition, "@this"]


@pytest.mark.parametrize("specs", SUSPENDED_MODELS.values(), ids=SUSPENDED_MODELS)
def test_what_is_suspended_is_stopped_by_its_controller(specs, build_unit):
    unit = build_unit(*specs, gateway=GATEWAY)
    (served,) = (found for found in unit.objects.values() if found["kind"].startswith(("Inference", "LLM")))
    assert served["metadata"]["annotations"]["serving.kserve.io/stop"] == "true"


@pytest.mark.parametrize(
    ("scaling", "mode", "message"),
    [
        ({"memory": "75%"}, "Standard", ("memory", 75)),
        ({"cpu": "60%"}, "Standard", ("cpu", 60)),
        ({}, "Standard", ("cpu", 80)),
        ({"concurrency": 8}, "Knative", ("concurrency", 8)),
        ({"requestsPerSecond": 50}, "Knative", ("rps", 50)),
    ],
)
def test_replicas_are_added_by_the_metric_that_the_spec_names(scaling, mode, message, build_unit):
    deploy = {**SCALED_DEPLOY, "scaling": {**SCALED_DEPLOY["scaling"], **scaling}}
    spec = predictor(
        build_unit(model("statistical", {**PMML, **STORED_ARTIFACT}, deploy), kserve={"version": "0.20", "mode": mode})
    )
    assert (spec["scaleMetric"], spec["scaleTarget"]) == message


@pytest.mark.parametrize(
    ("specs", "capabilities", "message"),
    [
        ([model("statistical", {"method": "a", "format": "custom", **STORED_ARTIFACT})], {}, "no KServe runtime supports this format"),
        ([model("ml", {"format": "onnx", "files": ["policy.rego"]})], {},
        "KServe treats a model without a URI as a multi-model server, which waits for models to be loaded"),
        ([model("llm", LLM, {"scaling": {"min": 1, "max": 2}})], {}, "with the Workload Variant Autoscaler"),
        ([model("llm", LLM)], {"kserve": {"version": "0.16", "mode": "Standard"}}, "v1alpha2"),
        ([model("llm", LLM, interface={"protocol": "v2"})], {}, "OpenAI"),
        ([model("llm", {"baseModel": {"name": "base-8b", "revision": "1", "license": "MIT"}, "uri": "hf://b/base-8b",
                        "adapters": [{"name": "base-8b", "uri": "s3://a/b"}]})], {}, "the name of its base model"),
        ([model("llm", {**LLM, "adapters": [{"name": "a", "uri": "gs://a/b"}]})], {}, "hf, s3 and pvc"),
        ([model("llm", LLM, **OWN_RUNTIME)], {}, "has a fixed port"),
        (ensemble("sequence", {"model": "retail", "when": {"field": "a", "op": "==", "value": 1}}), {},
        "a condition is evaluated on the previous response, and the first step has none"),
        (ensemble("sequence", {"model": "retail"}, env=[{"name": "A", "value": "b"}]), {}, "accepts no variables"),
        (ensemble("sequence", {"model": "retail"}, egress=["http://a.b.svc:80"]), {}, "the router of a graph calls only its steps"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"batch": {"schedule": "0 1 * * *"}})], {}, "use the target `kubernetes`"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"volume": {"size": "1Gi"}})], {}, "its replicas have no persistent volume"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"expose": {"host": "a.example"}})], {},
        "the Environment does not declare the name of its Gateway"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"scaling": {"concurrency": 2}})], {},
        "in Standard mode no autoscaler measures requests"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"scaling": {"requestsPerSecond": 2}})], {},
        "in Standard mode only KEDA scales by requests"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {"scaling": {"memory": "80%"}})], {}, "the requested memory"),
        ([model("statistical", {**PMML, **STORED_ARTIFACT}, {**SCALED_DEPLOY, "scaling": {"memory": "80%"}})],
        {"kserve": KNATIVE}, "not memory"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_refused_with_the_reason(specs, capabilities, message, build_unit):
    assert message in build_unit(*specs, **capabilities).reasons
