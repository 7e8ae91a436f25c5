"""Each objective is measured by what measures it where the model runs, and refused with its reason where nothing does."""

import re

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

METRICS = {"namespace": "monitoring"}
MESH = {"kind": "istio", "namespace": "istio-system"}


def expressions(made, name: str) -> list[str]:
    return [rule["expr"] for rule in made.rules if rule["labels"].get("modelyard_slo") == name and "record" in rule]


def test_the_model_says_it_best(make, spec, custom_indicators):
    made = make(spec(sla={"availability": "99%"}, slo={"indicators": custom_indicators}), mesh=MESH)
    assert all("istio" not in one for one in expressions(made, "availability"))
    assert 'requests_total{app="scorer", code=~"5.."}' in expressions(made, "availability")[0]


def test_the_nearest_to_who_asks_comes_first(make, spec):
    deploy = {"target": "kserve", "options": {"runtime": "kserve-mlserver"}}
    with_mesh = make(spec("ml", sla={"availability": "99%"}, deploy=deploy), mesh=MESH)
    without = make(spec("ml", sla={"availability": "99%"}, deploy=deploy))
    assert "istio_requests_total" in expressions(with_mesh, "availability")[0]
    assert "model_infer_request_failure_total" in expressions(without, "availability")[0]


KNATIVE = {"version": "0.20", "mode": "Knative"}
STANDARD = {"version": "0.20", "mode": "Standard"}
SERVICES = {
    "Standard": (STANDARD, {"mesh": MESH}, "destination_service_name", ["scorer-predictor"]),
    "Knative": (
        KNATIVE, {"mesh": MESH}, "destination_service_name",
        ["scorer-predictor", "scorer-predictor-00001", "scorer-predictor-00002-private"],
    ),
    "pods in Standard mode": (STANDARD, {}, "pod", ["scorer-predictor-7d9c5b8f6d-x2k4p", "scorer-predictor-7d9c5b8f6x2k4p"]),
    "pods in Knative mode": (KNATIVE, {}, "pod", ["scorer-predictor-00001-deployment-7d9c5b8f6d-x2k4p"]),
}  # fmt: skip
NAMESAKES = {
    "destination_service_name": [
        "scorer-predictors-predictor", "scorer-predictor-predictor", "scorer-predictor-predictor-00001",
    ],
    "pod": [
        "scorer-predictor-predictor-7d9c5b8f6d-x2k4p", "scorer-predictor-predictor-00001-deployment-7d9c5b8f6d-x2k4p",
        "scorer-predictor-0", "other-predictor-7d9c5b8f6d-x2k4p",
    ],
}  # fmt: skip
"""What KServe makes for models whose names begin as those of the objects of `scorer` do."""


@pytest.mark.parametrize("case", SERVICES)
def test_a_series_selects_the_objects_of_one_model(case, make, spec):
    kserve, capabilities, label, own = SERVICES[case]
    deploy = {"target": "kserve", "options": {"runtime": "kserve-mlserver"}}
    made = make(spec("ml", sla={"availability": "99%"}, deploy=deploy), kserve=kserve, **capabilities)
    patterns = {found for one in expressions(made, "availability") for found in re.findall(rf'{label}=~"([^"]+)"', one)}
    assert patterns
    for pattern in patterns:
        assert [name for name in own if not re.fullmatch(pattern, name)] == []
        assert [name for name in NAMESAKES[label] if re.fullmatch(pattern, name)] == []


MEASURED_CASES = {
    "the mesh of a trained model": (
        "ml",
        {"mesh": MESH},
        "availability",
        "99%",
        'destination_service_name=~"scorer-predictor"',
    ),
    "the mesh of a language model": (
        "llm",
        {"mesh": MESH},
        "availability",
        "99%",
        'destination_workload="scorer-kserve"',
    ),
    "the mesh of a program": ("program", {"mesh": MESH}, "availability", "99%", 'destination_service_name="scorer"'),
    "MLServer's counters": ("kserve-mlserver", {}, "availability", "99%", "model_infer_request_success_total"),
    "MLServer's times": (
        "kserve-mlserver",
        {},
        "latency",
        {"p99": "250ms"},
        "rest_server_request_duration_seconds_bucket",
    ),
    "Triton's counters": ("kserve-tritonserver", {}, "availability", "99%", "nv_inference_request_failure"),
    "a Python server's times": (
        "kserve-sklearnserver",
        {},
        "latency",
        {"p99": "250ms"},
        "request_predict_seconds_bucket",
    ),
    "vLLM's times": ("llm", {}, "latency", {"p95": "10s"}, "vllm:e2e_request_latency_seconds_bucket"),
    "vLLM's first token": ("llm", {}, "timeToFirstToken", {"p95": "500ms"}, "vllm:time_to_first_token_seconds_bucket"),
}


@pytest.mark.parametrize("case", MEASURED_CASES.values(), ids=MEASURED_CASES)
def test_an_indicator_queries_the_series_that_measures_it(make, spec, promtool, case):
    build, capabilities, key, promise, found = case
    made = make(spec(build, sla={key: promise}), **capabilities)
    assert made.reasons == []
    assert found in made.rules[0]["expr"]
    assert not promtool(made.groups)


def test_openvino_has_metrics_where_they_are_enabled(make, spec):
    args = {"runtime": {"args": ["--metrics_enable"]}}
    made = make(spec("kserve-openvino", sla={"availability": "99%"}, **args))
    assert "ovms_requests_fail" in expressions(made, "availability")[0]
    [silent] = make(spec("kserve-openvino", sla={"availability": "99%"})).reasons
    assert "counts nothing unless `runtime.args` has `--metrics_enable`" in silent


UNMEASURED_CASES = {
    "a runtime without a name": (
        "ml",
        {"availability": "99%"},
        "KServe chooses the server, and what each counts differs",
    ),
    "a Python server of KServe": (
        "kserve-xgbserver",
        {"availability": "99%"},
        "KServe's Python servers do not count requests",
    ),
    "vLLM": ("llm", {"availability": "99%"}, "vLLM counts finished requests but not failed ones"),
    "Triton": ("kserve-tritonserver", {"latency": {"p99": "1s"}}, "Triton sums up the duration of requests"),
    "a program": ("program", {"availability": "99%"}, "the metrics of the program are unknown"),
    "what never ends": ("ml", {"freshness": "1d"}, "KServe runs servers, which have no runs that end"),
}


@pytest.mark.parametrize(("build", "sla", "reason"), UNMEASURED_CASES.values(), ids=UNMEASURED_CASES)
def test_what_nothing_measures_is_refused_with_the_reason(make, spec, build, sla, reason):
    made = make(spec(build, sla=sla))
    [reported_reason] = made.reasons
    assert reported_reason.startswith("MY425 models/all.yaml:")
    assert reason in reported_reason
    [finding] = [one for one in made.findings if one.is_blocking]
    assert "slo.indicators" in finding.help
    assert "unmeasured" in finding.help


def test_what_the_environment_lacks_is_named(make, spec):
    [finding] = [one for one in make(spec("ml", sla={"availability": "99%"})).findings if one.is_blocking]
    assert "the capability `mesh` (the Istio mesh)" in finding.help
    job = spec("job")
    [finding] = [one for one in make({**job, "sla": {"freshness": "2d"}}).findings if one.is_blocking]
    assert "the capability `metrics.kubeStateMetrics` (kube-state-metrics)" in finding.help
    assert make({**job, "sla": {"freshness": "2d"}}, metrics={**METRICS, "kubeStateMetrics": True}).reasons == []
    assert make({**job, "sla": {"freshness": "2d"}}, metrics={**METRICS, "kubeStateMetrics": False}).reasons != []


def test_who_says_why_nothing_measures_it_is_not_refused(make, spec):
    made = make(spec("ml", sla={"availability": "99%"}, slo={"unmeasured": {"availability": "It is being tried."}}))
    assert made.reasons == []
    assert "prometheusrule.yaml" not in made.texts


def test_the_overlay_of_an_environment_may_say_it_of_all(make, spec):
    environment = {"overlay": {"slo": {"unmeasured": {"availability": "A test system."}}}}
    assert make(spec("ml", sla={"availability": "99%"}), environment=environment).reasons == []


def test_a_time_that_is_no_bound_is_refused_with_the_bounds_beside_it(make, spec):
    made = make(spec("ml", sla={"latency": {"p99": "300ms"}}), mesh=MESH)
    [reason] = made.reasons
    assert reason.startswith("MY427 models/all.yaml:")
    [finding] = [one for one in made.findings if one.is_blocking]
    assert finding.help == "set the objective to 100ms or 250ms; the SLA can keep a longer time"


def test_a_tighter_time_beside_the_promise_is_taken(make, spec):
    slo = {"latency": [{"threshold": "250ms", "target": "99%"}]}
    assert make(spec("ml", sla={"latency": {"p99": "300ms"}}, slo=slo), mesh=MESH).reasons == []


def test_of_an_own_histogram_without_bounds_every_time_is_taken_and_with_them_only_those(make, spec):
    own = {"latency": {"histogram": {"metric": "seconds"}}}
    assert make(spec(sla={"latency": {"p99": "300ms"}}, slo={"indicators": own})).reasons == []
    bounded = {"latency": {"histogram": {"metric": "milliseconds"}, "unit": "milliseconds", "buckets": [200, 300]}}
    made = make(spec(sla={"latency": {"p99": "300ms"}}, slo={"indicators": bounded}))
    assert made.reasons == []
    assert 'le=~"300|300[.]0"' in made.rules[0]["expr"]
    [reason] = make(spec(sla={"latency": {"p99": "250ms"}}, slo={"indicators": bounded})).reasons
    assert "MY427" in reason


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(5..", "missing ): (5.."),
        ("5**", "bad repetition operator: **"),
        ("(?=5)", "invalid perl operator: (?="),
        ("\\C", "Prometheus does not take `\\C`"),
    ],
)
def test_an_expression_that_prometheus_would_not_take_is_refused_at_its_line(
    make, spec, pattern, reason, custom_indicators
):
    requests = {
        **custom_indicators["availability"],
        "errors": {"metric": "requests_total", "matchRegex": {"code": pattern}},
    }
    [reported_reason] = make(spec(sla={"availability": "99%"}, slo={"indicators": {"availability": requests}})).reasons
    assert reported_reason.startswith("MY428 models/all.yaml:")
    assert reason in reported_reason


HISTOGRAM = {"metric": "seconds", "labels": {"app": "scorer"}}
REQUESTS = {"metric": "requests_total", "labels": {"app": "scorer"}}
CONTRADICTORY_CASES = {
    "buckets": ({"histogram": {**HISTOGRAM, "metric": "seconds_bucket"}}, "histogram.metric", "`seconds_bucket` is one series of a"),
    "a count": ({"histogram": {**HISTOGRAM, "metric": "seconds_count"}}, "histogram.metric", "`seconds_count` is one series of a"),
    "a sum": ({"histogram": {**HISTOGRAM, "metric": "seconds_sum"}}, "histogram.metric", "`seconds_sum` is one series of a"),
    "a bound": ({"histogram": {**HISTOGRAM, "labels": {"le": "1"}}}, "histogram.labels.le", "`le` is the bound of a bucket"),
    "bounds": ({"histogram": {**HISTOGRAM, "matchRegex": {"le": "1|2"}}}, "histogram.matchRegex.le", "`le` is the bound of a bucket"),
    "all are errors": ({"total": REQUESTS, "errors": REQUESTS}, "errors", "`errors` selects the same series as `total`"),
    "answers are errors": (
        {"successes": REQUESTS, "errors": {**REQUESTS, "matchRegex": {}}}, "errors", "`errors` selects the same series as `successes`",
    ),
    "both at once": (
        {"total": REQUESTS, "errors": {**REQUESTS, "labels": {"code": "200"}, "matchRegex": {"code": "5.."}}},
        "errors.matchRegex.code", "no series can match: `code` must equal '200' and match '5..'",
    ),
    "a pattern of the whole value": (
        {"total": REQUESTS, "errors": {**REQUESTS, "labels": {"code": "5030"}, "matchRegex": {"code": "5.."}}},
        "errors.matchRegex.code", "`code` must equal '5030'",
    ),
    "errors outside the requests": (
        {"total": {**REQUESTS, "labels": {"code": "200"}}, "errors": {**REQUESTS, "labels": {"code": "500"}}},
        "errors.labels.code", "`total` does not count the errors",
    ),
    "errors that are excluded": (
        {"total": {**REQUESTS, "matchRegex": {"code": "2.."}}, "errors": {**REQUESTS, "labels": {"code": "500"}}},
        "errors.labels.code", "`total` does not count the errors",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("slo_text", "line", "reason"), CONTRADICTORY_CASES.values(), ids=CONTRADICTORY_CASES)
def test_an_objective_that_its_series_could_never_tell_of_is_refused_where_it_says_so(
    make, spec, slo_text, line, reason
):
    key, sla = ("latency", {"p99": "1s"}) if "histogram" in slo_text else ("availability", "99%")
    made = make(spec(sla={key: sla}, slo={"indicators": {key: slo_text}}))
    [wrong] = [one for one in made.findings if one.is_blocking]
    assert wrong.code.id == "MY428"
    assert reason in wrong.message
    assert wrong.subject.pointer == ("slo", "indicators", key, *line.split("."))


def test_errors_that_are_some_of_all_requests_pass(make, spec):
    for errors in (
        {**REQUESTS, "labels": {"app": "scorer", "code": "500"}},
        {**REQUESTS, "labels": {"code": "500"}, "matchRegex": {"code": "5.."}},
        {"metric": "errors_total", "labels": {"app": "another"}},
    ):
        slo = {"indicators": {"availability": {"total": REQUESTS, "errors": errors}}}
        assert make(spec(sla={"availability": "99%"}, slo=slo)).reasons == []


@pytest.mark.parametrize(
    ("key", "slo_text"),
    [("availability", "99.5%"), ("latency", [{"threshold": "1s", "target": "99%"}]), ("freshness", "1d")],
)
def test_an_objective_listed_as_unmeasured_contradicts_itself(make, spec, custom_indicators, key, slo_text):
    slo = {
        key: slo_text,
        "unmeasured": {key: "Nobody counts it."},
        "indicators": {one: custom_indicators[one] for one in custom_indicators if one == key},
    }
    [wrong] = make(spec("job" if key == "freshness" else "program", slo=slo)).reasons
    assert wrong.startswith("MY426")
    assert f"`slo.{key}` defines an objective, but `slo.unmeasured` gives a reason why nothing measures it" in wrong
    promised = {"availability": "99%"} if key == "availability" else {}
    assert make(spec(sla=promised, slo={"unmeasured": {key: "Nobody counts it."}})).reasons == []


@pytest.mark.parametrize("blank", ["", " "])
def test_a_reason_says_something(spec, blank):
    model = spec(sla={"latency": {"p99": "1s"}}, slo={"unmeasured": {"latency": blank}})
    project = {"apiVersion": "modelyard/v1", "kind": "Project", "name": "bank", "environments": ["prod"]}
    files = {"modelyard.yaml": yaml.safe_dump(project).encode(), "models/all.yaml": yaml.safe_dump(model).encode()}
    found = Session(MemoryTree(files)).portfolio.findings
    assert [one.subject.pointer for one in found if one.code.id == "MY103"] == [("slo", "unmeasured", "latency")]


def test_so_is_one_of_a_signals_series(make, spec):
    monitor = {
        "signal": "dataDrift",
        "threshold": 0.2,
        "action": "ticket",
        "series": {"metric": "drift", "matchRegex": {"a": "["}},
    }
    [reason] = make(spec(monitoring=[monitor])).reasons
    assert "'[' is not a valid RE2 expression: missing ]: [" in reason


def test_a_strange_series_of_an_emitter_is_refused_at_the_emitter(make, spec):
    emitter = b"""id: odd
title: Odd
sli: [{name: unused, availability: {total: {metric: "{{ name }}-all"}, errors: {metric: bad, matchRegex: {a: "["}}}}]
files: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]
"""
    files = {"templates/targets/odd/emitter.yaml": emitter, "templates/targets/odd/note.txt.j2": b"{{ name }}\n"}
    [reason] = make(spec(sla={"availability": "99%"}, deploy={"target": "odd"}), files=files).reasons
    assert reason == "MY407 templates/targets/odd/emitter.yaml:3 'scorer-all' is not a valid metric name"
