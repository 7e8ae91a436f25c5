"""What is scraped is where the target says that the model tells what it counts, and the network lets Prometheus in."""

import pytest
import yaml

OPERATOR = {"metrics": {"namespace": "monitoring", "operator": {"labels": {"release": "stack"}}}}
MESH = {"mesh": {"kind": "istio", "namespace": "istio-system"}}


def monitor(rendered_model) -> dict:
    monitors = [
        yaml.load(rendered_model.texts[path], Loader=yaml.CSafeLoader)
        for path in ("servicemonitor.yaml", "podmonitor.yaml")
        if path in rendered_model.texts
    ]
    assert len(monitors) <= 1
    return monitors[0] if monitors else {}


def endpoint(made) -> dict:
    spec = monitor(made).get("spec", {})
    return next(iter(spec.get("endpoints") or spec.get("podMetricsEndpoints") or [{}]))


PORTS = {
    "kserve-mlserver": 8082, "kserve-tritonserver": 8002, "kserve-sklearnserver": 8080, "kserve-xgbserver": 8080, "llm": 8000,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "port"), PORTS.items())
def test_pods_are_scraped_at_the_port_of_their_server(make, spec, kind, port):
    made = make(spec(kind), **OPERATOR)
    assert made.reasons == []
    assert endpoint(made) == {"portNumber": port, "path": "/metrics"}
    assert monitor(made)["metadata"]["labels"]["release"] == "stack"


def test_a_language_models_pods_are_selected_by_kserves_labels_and_scraped_over_its_scheme(make, spec):
    kserve = {"version": "0.20", "mode": "Standard", "llmTls": True}
    made = make(spec("llm"), kserve=kserve, **OPERATOR)
    assert monitor(made)["spec"]["selector"]["matchLabels"]["kserve.io/component"] == "workload"
    assert endpoint(made)["scheme"] == "https"


@pytest.mark.parametrize("kind", ["ml", "kserve-openvino", "vendor", "job", "program"])
def test_what_tells_nothing_is_not_scraped(make, spec, kind):
    made = make(spec(kind), **OPERATOR)
    assert made.reasons == []
    assert monitor(made) == {}


def test_a_server_of_ones_own_is_scraped_where_it_says(make, spec):
    runtime = {
        "image": "registry.example/own:1.0",
        "digest": "sha256:" + "0" * 64,
        "port": 9000,
        "metrics": {"path": "/stats", "port": 9100},
    }
    made = make(spec("ml", runtime=runtime), **OPERATOR)
    assert endpoint(made) == {"portNumber": 9100, "path": "/stats"}
    service = yaml.load(made.texts["inferenceservice.yaml"], Loader=yaml.CSafeLoader)
    assert service["spec"]["predictor"]["annotations"]["prometheus.kserve.io/port"] == "9100"
    assert service["metadata"]["annotations"]["serving.kserve.io/enable-prometheus-scraping"] == "true"
    del runtime["metrics"]["port"]
    assert endpoint(make(spec("ml", runtime=runtime), **OPERATOR)) == {"portNumber": 9000, "path": "/stats"}


def ingress(made) -> list[tuple[list[str], list]]:
    rules = yaml.load(made.texts["networkpolicy.yaml"], Loader=yaml.CSafeLoader)["spec"]["ingress"]
    named = lambda one: one.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name", "")  # noqa: E731
    return [(sorted(map(named, rule["from"])), [port["port"] for port in rule["ports"]]) for rule in rules]


def test_decisions_are_scraped_by_their_service(make, spec):
    made = make(spec("rules"), **OPERATOR)
    assert monitor(made)["kind"] == "ServiceMonitor"
    assert endpoint(made) == {"port": "http", "path": "/metrics"}


def program(spec, **metrics):
    source = {
        "image": "registry.example/own:1.0",
        "digest": "sha256:" + "0" * 64,
        "port": 9000,
        "health": "/ready",
        "metrics": metrics,
    }
    return spec(source=source)


def test_a_program_is_scraped_at_the_port_of_requests_or_at_its_own(make, spec):
    same = make(program(spec, path="/stats"), **OPERATOR)
    assert endpoint(same) == {"port": "http", "path": "/stats"}
    assert ingress(same) == [(["monitoring"], ["http"])]
    other = make(program(spec, path="/stats", port=9100), **OPERATOR)
    assert endpoint(other) == {"portNumber": 9100, "path": "/stats"}
    assert ingress(other) == [(["monitoring"], ["http"]), (["monitoring"], [9100])]


def test_in_a_mesh_the_proxies_are_let_out_to_its_control_plane_and_prometheus_in_to_them(make, spec):
    made = make(spec(), **OPERATOR, **MESH)
    assert ingress(made)[1] == (["monitoring"], [15020, 15090])
    egress = yaml.load(made.texts["networkpolicy.yaml"], Loader=yaml.CSafeLoader)["spec"]["egress"]
    assert {"port": 15012, "protocol": "TCP"} in [port for rule in egress for port in rule.get("ports", [])]
    assert ingress(make(spec(), **OPERATOR)) == [(["monitoring"], ["http"])]


def test_without_an_operator_nothing_is_made_that_only_it_reads(make, spec):
    made = make(spec("rules"))
    assert not {"servicemonitor.yaml", "podmonitor.yaml", "prometheusrule.yaml"} & made.texts.keys()


def test_a_job_has_nothing_to_scrape_and_is_refused(make, spec):
    job = spec("job")
    [reason] = make({**job, "source": {**job["source"], "metrics": {"path": "/metrics"}}}, **OPERATOR).reasons
    assert "a job ends before Prometheus can scrape it" in reason


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("rules", "OPA has a fixed path for metrics, and the GoRules agent has no metrics"),
        ("llm", "has a fixed metrics port"),
        ("ml", "KServe's configuration sets the metrics endpoints of its runtimes"),
    ],
)
def test_where_the_target_knows_better_it_is_refused(make, spec, kind, reason):
    [reported_reason] = make(spec(kind, runtime={"metrics": {"path": "/metrics"}}), **OPERATOR).reasons
    assert reason in reported_reason


def test_options_of_the_project_reach_each_rule_and_monitor(make, spec, custom_indicators):
    options = {"interval": "30s", "alertLabels": {"cluster": "eu-{{1}}"}}
    rendered_model = make(
        program(spec, path="/stats") | {"slo": {"availability": "99%", "indicators": custom_indicators}},
        emitters={"prometheus": {"options": options}},
        **OPERATOR,
    )
    assert rendered_model.reasons == []
    assert endpoint(rendered_model)["interval"] == "30s"
    assert {group["interval"] for group in rendered_model.groups} == {"30s"}
    assert {rule["labels"]["cluster"] for rule in rendered_model.alerts()} == {'eu-{{"{"}}{{"{"}}1}}'}


WATCHERS = {name: {"enabled": True} for name in ("openslo", "grafana", "slsa")}


def adopting(spec, name: str, namespace: str) -> dict:
    live = {"name": "scorer", "namespace": namespace, "selector": {"app": "scorer"}}
    deploy = {"target": "kubernetes", "adopt": live}
    return {**spec(deploy=deploy, sla={"availability": "99%"}), "name": name}


@pytest.mark.parametrize("operator", [False, True])
def test_two_models_that_adopt_objects_of_one_name_are_distinguished(make, spec, operator):
    capabilities = {"mesh": MESH["mesh"], **(OPERATOR if operator else {})}
    one, other = (adopting(spec, name, f"of-{name}") for name in ("card-fraud", "loan-fraud"))
    made, beside = make(one, emitters=WATCHERS, **capabilities), make(other, emitters=WATCHERS, **capabilities)
    assert made.reasons == beside.reasons == []
    for rendered_model, name, other_name in ((made, "card-fraud", "loan-fraud"), (beside, "loan-fraud", "card-fraud")):
        files = {f"{name}.dashboard.json", f"{name}.openslo.yaml"} | (
            {"prometheusrule.yaml"} if operator else {f"{name}.rules.yaml"}
        )
        assert files <= set(rendered_model.texts)
        assert not any(path.startswith("scorer") for path in rendered_model.texts)
        for path in files:
            assert other_name not in rendered_model.texts[path]
        assert all(name in rule["annotations"]["summary"] for rule in rendered_model.alerts())
        assert f"name: prod-{name}\n" in rendered_model.texts[f"{name}.openslo.yaml"]
        assert f'"title": "{name} in prod"' in rendered_model.texts[f"{name}.dashboard.json"]


def test_names_of_documents_are_as_long_as_they_may_be_and_differ_where_the_models_do(make, spec):
    long = "a-model-with-a-name-that-is-as-long-as-a-name-can-be-in-this-"
    slo = {"latency": [{"threshold": "100ms", "target": "95%"}, {"threshold": "250ms", "target": "99%"}]}
    rendered_models = [
        make({**spec(sla={"availability": "99%"}, slo=slo), "name": f"{long}{end}"}, emitters=WATCHERS, **MESH)
        for end in ("aa", "bb")
    ]
    assert [rendered_model.reasons for rendered_model in rendered_models] == [[], []]
    names = [
        {
            document["metadata"]["name"]
            for document in yaml.load_all(text, Loader=yaml.CSafeLoader)
            if document["kind"] != "AlertNotificationTarget"
        }
        for rendered_model in rendered_models
        for path, text in rendered_model.texts.items()
        if path.endswith(".openslo.yaml")
    ]
    assert [len(rendered_model) for rendered_model in names] == [16, 16]
    assert not names[0] & names[1]
    assert all(len(name) <= 63 for rendered_model in names for name in rendered_model)
    assert names[0] == {name for name in names[0] if name.startswith("prod-a-model-with-a-name")}
