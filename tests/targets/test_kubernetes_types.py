"""What the target `kubernetes` makes of programs, jobs, graphs and agents, and what it refuses of them."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
IMAGE = {"image": "registry.example/own:1.0", "digest": DIGEST}
PROGRAM = {**IMAGE, "port": 9000, "health": "/ready", "args": ["--quiet"]}
HEURISTIC = {
    **PROGRAM, "settingsEnv": "SETTINGS", "timeLimit": "500ms", "files": ["cash.lp"],
    "parameters": [{"name": "days", "value": 5, "rationale": "As it is."}],
}  # fmt: skip
ENGINE = {"engine": "gorules", "files": ["pricing.json"], "entrypoint": "pricing.json"}
SOLVER = {**IMAGE, "solver": "highs", "limits": {"time": "10m"}, "files": ["cash.lp"], "settingsEnv": "SETTINGS"}
GRAPH = {
    "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]},
    "files": ["companies.ttl"],
}
TOOL = {
    "name": "payments", "server": "http://tools.payments.svc.cluster.local:8080/mcp", "allow": ["find"],
    "sideEffects": "none", "approval": "never",
}  # fmt: skip
AGENT = {
    **PROGRAM, "settingsEnv": "SETTINGS", "tools": [TOOL], "limits": {"steps": 5},
    "prompts": [{"name": "task", "file": "task.md"}], "killSwitch": {"group": "on-call", "procedure": "Scale it."},
}  # fmt: skip
BATCH = {
    "schedule": "0 20 * * 1-5",
    "timeZone": "Europe/Zurich",
    "concurrencyPolicy": "replace",
    "deadline": "1h",
    "retries": 2,
}
GATEWAY = {"namespace": "gateways", "name": "public"}
SCALED_DEPLOY = {"resources": {"cpu": "500m", "memory": "1Gi"}, "scaling": {"min": 2, "max": 4}, "disruptionBudget": 1}
TOOL_PODS = {"url": "http://tools.payments.svc.cluster.local:8080", "podSelector": {"matchLabels": {"app": "tools"}}}
AGENT_DEPLOY = {**SCALED_DEPLOY, "egress": [TOOL_PODS]}
OWN_RUNTIME = {"runtime": {"image": "registry.example/agent:1.0", "digest": DIGEST}}


def model(kind: str, source: dict, deploy: dict | None = None, **more: Any) -> dict:
    deploy = {"target": "kubernetes", **(deploy or {})}
    return {
        **HEAD,
        "name": "one",
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


MODELS = {
    "heuristic": model("heuristic", HEURISTIC, {**SCALED_DEPLOY, "expose": {"host": "a.example", "path": "/a"}}),
    "heuristic with an engine": model("heuristic", ENGINE, SCALED_DEPLOY, **OWN_RUNTIME),
    "heuristic with a disk": model(
        "heuristic", PROGRAM, {**SCALED_DEPLOY, "volume": {"size": "1Gi", "storageClass": "fast"}}
    ),
    "optimization": model("optimization", {**SOLVER, "port": 9000, "health": "/ready"}, SCALED_DEPLOY),
    "optimization by the clock": model(
        "optimization", SOLVER, {"batch": BATCH, "resources": SCALED_DEPLOY["resources"]}
    ),
    "graph": model("knowledge-graph", GRAPH, SCALED_DEPLOY),
    "graph with a disk": model("knowledge-graph", GRAPH, {**SCALED_DEPLOY, "volume": {"size": "1Gi"}}),
    "agent": model("agent", AGENT, AGENT_DEPLOY),
}
SUSPENDED_MODELS = {
    f"{name}, suspended": {**model_spec, "deploy": {**model_spec["deploy"], "suspended": True}}
    for name, model_spec in MODELS.items()
}


def pod(unit) -> dict:
    """The one template of a pod that a unit has."""
    (workload,) = (
        found for found in unit.objects.values() if found["kind"] in {"Deployment", "StatefulSet", "CronJob"}
    )
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]["spec"]


@pytest.mark.parametrize("spec", [*MODELS.values(), *SUSPENDED_MODELS.values()], ids=[*MODELS, *SUSPENDED_MODELS])
def test_every_object_is_one_that_the_cluster_takes(spec, build_unit, cluster):
    unit = build_unit(spec, gateway=GATEWAY)
    assert unit.reasons == ""
    assert unit.objects
    for path, found in unit.objects.items():
        if unit.keys[path] != "kustomization.schema.json":
            assert cluster("1.34")(unit.keys[path], found) == (), path


def egress_targets(unit) -> set[tuple[str, int | None]]:
    """Namespaces and ports that the network lets a unit's pods out to, the cluster's DNS left out."""
    rules = unit.objects["networkpolicy.yaml"]["spec"]["egress"]
    result = set()
    for rule in rules:
        for peer in rule["to"]:
            namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            result |= {(namespace, port["port"]) for port in rule.get("ports", [{"port": None}])}
    return {one for one in result if one[0] != "kube-system"}


def test_an_agent_reaches_only_the_servers_of_its_tools(build_unit):
    other = {**TOOL, "name": "letters", "server": "http://letters.service.svc.cluster.local:9000"}
    peers = [TOOL_PODS, {**TOOL_PODS, "url": other["server"], "ports": [{"port": 9001}]}]
    both = build_unit(model("agent", {**AGENT, "tools": [TOOL, other]}, {**SCALED_DEPLOY, "egress": peers}))
    assert egress_targets(both) == {("payments", 8080), ("service", 9001)}
    assert egress_targets(build_unit(MODELS["agent"])) == {("payments", 8080)}
    assert egress_targets(build_unit(model("agent", {**AGENT, "tools": []}, SCALED_DEPLOY))) == set()


def test_a_tool_known_by_its_host_name_needs_a_network_that_knows_host_names(build_unit):
    spec = model("agent", {**AGENT, "tools": [{**TOOL, "server": "https://tools.vendor.example/mcp"}]}, SCALED_DEPLOY)
    assert "match addresses and no host names" in build_unit(spec).reasons
    unit = build_unit(spec, hostnameEgress="cilium")
    assert unit.reasons == ""
    named = [
        rule["toFQDNs"] for rule in unit.objects["ciliumnetworkpolicy.yaml"]["spec"]["egress"] if "toFQDNs" in rule
    ]
    assert named == [[{"matchName": "tools.vendor.example"}]]


def test_an_agent_receives_its_limits_and_tools(build_unit):
    env = {one["name"]: one.get("value") for one in pod(build_unit(MODELS["agent"]))["containers"][0]["env"]}
    assert env == {
        "SETTINGS": '{"limits":{"steps":5},"tools":[{"allow":["find"],"approval":"never","name":"payments",'
        '"server":"http://tools.payments.svc.cluster.local:8080/mcp","sideEffects":"none"}]}'
    }


def test_a_group_may_scale_its_agent_to_nothing_and_do_nothing_else(build_unit):
    unit = build_unit(MODELS["agent"])
    role, binding = unit.objects["role.yaml"], unit.objects["rolebinding.yaml"]
    assert role["rules"] == [
        {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["one"], "verbs": ["get"]},
        {
            "apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["one"],
            "verbs": ["get", "patch", "update"],
        },
    ]  # fmt: skip
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["on-call"]
    assert (
        "role.yaml"
        not in build_unit(model("agent", {k: v for k, v in AGENT.items() if k != "killSwitch"}, AGENT_DEPLOY)).objects
    )


def test_a_job_runs_by_the_clock(build_unit):
    unit = build_unit(MODELS["optimization by the clock"])
    spec = unit.objects["cronjob.yaml"]["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "0 20 * * 1-5",
        "Europe/Zurich",
        "Replace",
    )
    assert (spec["jobTemplate"]["spec"]["activeDeadlineSeconds"], spec["jobTemplate"]["spec"]["backoffLimit"]) == (
        3600,
        2,
    )
    assert pod(unit)["restartPolicy"] == "Never"
    assert not {"service.yaml", "deployment.yaml", "horizontalpodautoscaler.yaml"} & set(unit.objects)
    plain = build_unit(model("optimization", SOLVER, {"batch": {"schedule": "0 1 * * *"}})).objects["cronjob.yaml"][
        "spec"
    ]
    assert (plain["timeZone"], plain["concurrencyPolicy"]) == ("Etc/UTC", "Forbid")


def test_a_graph_is_loaded_before_it_is_queried(build_unit):
    unit = build_unit(MODELS["graph"])
    spec = pod(unit)
    (clear, load), (store,) = spec["initContainers"], spec["containers"]
    location = load["args"][2]
    assert clear["args"] == ["update", "--location", location, "--update", "DROP ALL"]
    assert load["args"] == ["load", "--location", location, "--file", "/ontology/ownership.ttl", "/facts/companies.ttl"]
    assert store["args"] == ["serve-read-only", "--location", location, "--bind", "0.0.0.0:7878"]
    maps = {found["metadata"]["name"]: found["data"] for found in unit.objects.values() if found["kind"] == "ConfigMap"}
    mounted = {volume["configMap"]["name"] for volume in spec["volumes"] if "configMap" in volume}
    assert mounted == set(maps)
    assert sorted(key for data in maps.values() for key in data) == ["companies.ttl", "ownership.ttl"]


def test_a_disk_outlives_a_replica(build_unit):
    claim = build_unit(MODELS["heuristic with a disk"]).objects["statefulset.yaml"]["spec"]["volumeClaimTemplates"][0]
    assert claim["spec"]["resources"]["requests"]["storage"] == "1Gi"
    assert claim["spec"]["storageClassName"] == "fast"
    graph = build_unit(MODELS["graph"]).objects["statefulset.yaml"]["spec"]
    assert "volumeClaimTemplates" not in graph
    assert {"name": "data", "emptyDir": {}} in graph["template"]["spec"]["volumes"]


def test_what_is_exposed_hangs_on_the_gateway_with_its_time_limit(build_unit):
    route = build_unit(MODELS["heuristic"], gateway=GATEWAY).objects["httproute.yaml"]["spec"]
    assert route["hostnames"] == ["a.example"]
    (rule,) = route["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/a"}}]
    assert rule["timeouts"] == {"request": "500ms"}
    assert "the model is exposed, but the Environment declares no gateway" in build_unit(MODELS["heuristic"]).reasons


@pytest.mark.parametrize("spec", SUSPENDED_MODELS.values(), ids=SUSPENDED_MODELS)
def test_a_suspended_workload_does_not_run_and_has_no_network_access(spec, build_unit):
    unit = build_unit(spec, gateway=GATEWAY)
    workload = next(
        found for found in unit.objects.values() if found["kind"] in {"Deployment", "StatefulSet", "CronJob"}
    )
    assert workload["spec"].get("replicas") == 0 or workload["spec"].get("suspend") is True
    policy = unit.objects["networkpolicy.yaml"]["spec"]
    assert (policy["ingress"], policy["egress"]) == ([], [])
    assert not {"horizontalpodautoscaler.yaml", "httproute.yaml"} & set(unit.objects)


def test_an_address_is_let_out_as_a_range(build_unit):
    spec = model("heuristic", PROGRAM, {**SCALED_DEPLOY, "egress": ["https://203.0.113.9/a"]})
    for capabilities in ({}, {"hostnameEgress": "cilium"}):
        unit = build_unit(spec, **capabilities)
        assert unit.reasons == ""
        rules = unit.objects["networkpolicy.yaml"]["spec"]["egress"]
        assert {"to": [{"ipBlock": {"cidr": "203.0.113.9/32"}}], "ports": [{"port": 443, "protocol": "TCP"}]} in rules


def test_the_gateway_is_let_in_where_the_model_is_exposed_and_nowhere_else(build_unit):
    def ingress_rules(spec: dict) -> list:
        return build_unit(spec, gateway=GATEWAY, metrics=None).objects["networkpolicy.yaml"]["spec"]["ingress"]

    assert ingress_rules(MODELS["heuristic"])
    assert ingress_rules(MODELS["agent"]) == []


def test_an_argument_stays_what_it_was(build_unit):
    spec = model("heuristic", {**PROGRAM, "args": ["--key=$(TOKEN)"]}, SCALED_DEPLOY)
    assert pod(build_unit(spec))["containers"][0]["args"] == ["--key=$$(TOKEN)"]


def test_a_value_stays_a_value_where_kubernetes_expands_variables(build_unit):
    spec = model("heuristic", PROGRAM, {**SCALED_DEPLOY, "env": [{"name": "A", "value": "$(HOME) $$ {x}"}]})
    env = pod(build_unit(spec))["containers"][0]["env"]
    assert env == [{"name": "A", "value": "$$(HOME) $$$$ {x}"}]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (model("heuristic", {**IMAGE}), "the program would receive no requests, or never become ready"),
        (model("heuristic", PROGRAM, {"batch": BATCH}), "a job receives no requests"),
        (model("heuristic", {**IMAGE, "health": "/a"}, {"batch": BATCH}), "a job has no readiness check"),
        (model("heuristic", {**PROGRAM, "timeLimit": "1s"}),
        "the release has parameters, limits or tools, but no variable that passes them to the program"),
        (model("agent", {k: v for k, v in AGENT.items() if k != "settingsEnv"}),
        "the release has parameters, limits or tools, but no variable that passes them to the program"),
        (model("heuristic", {**ENGINE, "timeLimit": "1s"}, **OWN_RUNTIME),
        "only a route enforces a time limit, and the model has no route"),
        (model("heuristic", PROGRAM, {"egress": ["tcp://a.b.svc"]}), "the model calls a URL without a port"),
        (model("heuristic", PROGRAM, {"egress": ["wss://a.example/b"]}), "no host names"),
        (model("heuristic", PROGRAM, {"expose": {"host": "a.example"}}, interface={"protocol": "grpc-v2"}),
        "an HTTPRoute does not support gRPC"),
        ({**model("knowledge-graph", GRAPH), "name": "a" * 53},
        "which leaves 52 characters for the model's name"),
        (model("heuristic", ENGINE, {"batch": BATCH}, **OWN_RUNTIME),
        "only a program can be a scheduled job; this release serves requests"),
        (model("heuristic", ENGINE), "the release needs the GoRules agent, but the model names no image of it"),
        (model("heuristic", ENGINE, {"volume": {"size": "1Gi"}}, **OWN_RUNTIME), "decision engines hold no state"),
        (model("knowledge-graph", GRAPH, {"resources": {"gpu": 1}}), "the store uses no accelerator"),
        (model("heuristic", PROGRAM, {"scaling": {"min": 0, "max": 1}}), "Kubernetes does not restart a workload that was scaled to zero"),
        (model("heuristic", PROGRAM, {"scaling": {"concurrency": 3}}), "the Kubernetes autoscaler measures CPU and memory only"),
        (model("heuristic", PROGRAM, {"scaling": {"requestsPerSecond": 3}}), "only KEDA scales by requests"),
        (model("heuristic", PROGRAM, {"scaling": {"memory": "80%"}}), "the requested memory"),
        (model("heuristic", PROGRAM, **OWN_RUNTIME), "the image of the release is the model"),
        (model("heuristic", PROGRAM, {"options": {"decisionLog": True}}), "only OPA has a decision log"),
        (model("optimization", SOLVER, {"batch": BATCH, "scaling": {"max": 3}}), "a job has one replica"),
        (model("optimization", SOLVER, {"batch": BATCH, "volume": {"size": "1Gi"}}),
        "each run of a job is a new pod without a persistent volume"),
        (model("optimization", SOLVER, {"batch": BATCH, "expose": {"host": "a.example"}}), "a job receives no requests"),
        (model("knowledge-graph", GRAPH, {"env": [{"name": "A", "value": "b"}]}), "reads no variables"),
        (model("knowledge-graph", GRAPH, {"egress": ["http://a.b.svc:80"]}), "the store makes no calls"),
        (model("knowledge-graph", GRAPH, interface={"protocol": "rest"}), "the store supports SPARQL only"),
        (
            model("knowledge-graph", {"ontology": GRAPH["ontology"], "uri": "s3://a/b", "digest": DIGEST}),
            "Oxigraph loads files and cannot fetch facts from a store",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_it_cannot_do_is_refused_with_the_reason(spec, message, build_unit):
    assert message in build_unit(spec).reasons


VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example", "path": "/v1"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
EXPORTER = {"url": "blackbox-exporter.monitoring.svc:9115", "module": "http_vendor"}


def test_a_vendor_is_probed_where_a_prober_exists(build_unit, cluster):
    unit = build_unit(model("vendor", VENDOR), blackboxExporter=EXPORTER)
    probe = unit.objects["probe.yaml"]
    assert cluster("1.34")(unit.keys["probe.yaml"], probe) == ()
    assert cluster("1.34")(unit.keys["probe.yaml"], {**probe, "spec": {**probe["spec"], "prober": {}}})
    assert (probe["spec"]["prober"], probe["spec"]["module"]) == ({"url": EXPORTER["url"]}, "http_vendor")
    assert probe["spec"]["targets"]["staticConfig"]["static"] == ["https://api.bureau.example:443/v1"]
    assert "probe.yaml" in unit.objects["kustomization.yaml"]["resources"]
    assert "probe.yaml" not in build_unit(model("vendor", VENDOR)).objects
    assert "probe.yaml" not in build_unit(MODELS["agent"], blackboxExporter=EXPORTER).objects


def test_a_job_takes_no_promise_of_availability_or_latency(build_unit):
    assert (
        build_unit({**MODELS["optimization by the clock"], "sla": {"window": "30d"}, "slo": {"window": "30d"}}).reasons
        == ""
    )
    latency = {"sla": {"latency": {"p99": "1s"}}}, {"slo": {"latency": [{"threshold": "1s", "target": "99%"}]}}
    for promise in ({"sla": {"availability": "99%"}}, {"slo": {"availability": "99%"}}, *latency):
        job = {**MODELS["optimization by the clock"], **promise}
        assert "a job receives no requests" in build_unit(job).reasons
        assert build_unit({**MODELS["optimization"], **promise}).reasons == ""


def scaled_agent(low: int, high: int, **more: Any) -> dict:
    resources = {"cpu": 1, "memory": "1Gi"}
    scaling = {"min": low, "max": high}
    return model("agent", AGENT, {"scaling": scaling, "resources": resources, "egress": [TOOL_PODS], **more})


def test_a_right_to_change_a_whole_job_is_no_right_to_scale(refusals, build_unit):
    """Kubernetes 1.34, "RBAC": a rule names resources and verbs, and no fields. Only with the subresource `scale` there is a right to the
    number of replicas alone."""
    job = {key: value for key, value in AGENT.items() if key not in ("port", "health")}
    batch = model("agent", job, {"egress": [TOOL_PODS], "batch": {"schedule": "0 3 * * 1"}})
    assert build_unit(batch).objects["role.yaml"]["rules"][0]["verbs"] == ["get", "patch"]
    assert any("change all of the CronJob" in text for text in refusals(batch))
    assert not any("change all of the CronJob" in text for text in refusals(model("agent", AGENT, AGENT_DEPLOY)))


def test_no_number_of_replicas_is_put_back_after_the_kill_switch(build_unit):
    switched = build_unit(scaled_agent(1, 1))
    assert "replicas" not in switched.objects["deployment.yaml"]["spec"]
    assert "replicas" not in build_unit(scaled_agent(1, 1, volume={"size": "1Gi"})).objects["statefulset.yaml"]["spec"]
    assert build_unit(scaled_agent(2, 4)).objects["horizontalpodautoscaler.yaml"]["spec"]["minReplicas"] == 2
    assert "after the kill switch was used" in build_unit(scaled_agent(2, 2)).reasons
    assert build_unit(scaled_agent(2, 2, suspended=True)).objects["deployment.yaml"]["spec"]["replicas"] == 0
    plain = {key: value for key, value in AGENT.items() if key != "killSwitch"}
    deploy = {"scaling": {"min": 2, "max": 2}, "egress": [TOOL_PODS]}
    assert build_unit(model("agent", plain, deploy)).objects["deployment.yaml"]["spec"]["replicas"] == 2


def test_a_namespace_that_is_reached_twice_is_named_once(build_unit):
    urls = ["http://tools.payments.svc:8080", "http://more.payments.svc:9000"]
    rules = build_unit(model("heuristic", PROGRAM, {**SCALED_DEPLOY, "egress": urls})).objects["networkpolicy.yaml"][
        "spec"
    ]["egress"]
    assert len(rules) == 2
    assert str(rules).count("'payments'") == 1
