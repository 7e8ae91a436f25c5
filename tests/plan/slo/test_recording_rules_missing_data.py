"""An alert fires when nothing measures an objective or a signal any more, and only then: run by Prometheus' own tool."""

from typing import Any

import pytest

ALERT = "ModelDataMissing"
REQUESTS = {"metric": "requests_total", "labels": {"app": "scorer"}}
ERRORS = {"metric": "errors_total", "labels": {"app": "scorer"}}
HISTOGRAM = {"metric": "duration_seconds", "labels": {"app": "scorer"}}
LATENCY = [{"threshold": "250ms", "target": "99%"}]
SLOS: dict[str, tuple[dict[str, Any], str]] = {
    "availability": (
        {"availability": "99%", "indicators": {"availability": {"total": REQUESTS, "errors": ERRORS}}},
        'requests_total{app="scorer"}',
    ),
    "availability-of-successes": (
        {"availability": "99%", "indicators": {"availability": {"successes": REQUESTS, "errors": ERRORS}}},
        'errors_total{app="scorer"}',
    ),
    "availability-of-a-probe": (
        {
            "availability": "99%",
            "indicators": {"availability": {"probe": {"metric": "up", "labels": {"app": "scorer"}}}},
        },
        'up{app="scorer"}',
    ),
    "latency-250ms": (
        {"latency": LATENCY, "indicators": {"latency": {"histogram": HISTOGRAM}}},
        'duration_seconds_count{app="scorer"}',
    ),
    "first-token-250ms": (
        {"timeToFirstToken": LATENCY, "indicators": {"timeToFirstToken": {"histogram": HISTOGRAM}}},
        'duration_seconds_count{app="scorer"}',
    ),
}
"""For each indicator a series that proves that something measures it."""
SIGNAL = {
    "signal": "dataDrift",
    "threshold": 0.2,
    "action": "ticket",
    "series": {"metric": "model_drift_psi", "labels": {"model": "scorer"}},
}


def expects(at: str, *, is_firing: bool) -> dict[str, Any]:
    expr = f'count(ALERTS{{alertname="{ALERT}",alertstate="firing",severity="ticket"}}) or vector(0)'
    return {"expr": expr, "eval_time": at, "exp_samples": [{"labels": "{}", "value": int(is_firing)}]}


def scene(series: str) -> dict[str, Any]:
    """Four hours of samples, four hours without, then samples again."""
    values = "1+1x240 _x240 1+1x120"
    checks = [
        expects("230m", is_firing=False),
        expects("290m", is_firing=False),  # less than an hour is a restart
        expects("320m", is_firing=True),
        expects("479m", is_firing=True),
        expects("490m", is_firing=False),
    ]
    return {"interval": "1m", "input_series": [{"series": series, "values": values}], "promql_expr_test": checks}


@pytest.mark.parametrize("name", SLOS)
def test_an_objective_without_data_opens_a_ticket_until_there_are_data_again(make, spec, promtool, name):
    slo, series = SLOS[name]
    assert promtool(make(spec(slo=slo)).groups, [scene(series)]) == ""


def test_a_signal_whose_job_stopped_opens_a_ticket(make, spec, promtool):
    groups = make(spec(monitoring=[SIGNAL])).groups
    assert promtool(groups, [scene('model_drift_psi{model="scorer"}')]) == ""


def test_a_series_of_another_model_is_not_data(make, spec, promtool):
    groups = make(spec(monitoring=[SIGNAL])).groups
    series = [{"series": 'model_drift_psi{model="other"}', "values": "0x240"}]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": [expects("120m", is_firing=True)]}
    assert promtool(groups, [test]) == ""


@pytest.mark.parametrize(("patience", "minute", "is_firing"), [("3h", 120, False), ("3h", 200, True), ("5m", 20, True)])
def test_the_spec_sets_how_long_data_may_be_missing(make, spec, promtool, patience, minute, is_firing):
    slo = {"missingDataAfter": patience, **SLOS["availability"][0]}
    test = {"interval": "1m", "input_series": [], "promql_expr_test": [expects(f"{minute}m", is_firing=is_firing)]}
    assert promtool(make(spec(slo=slo)).groups, [test]) == ""


@pytest.mark.parametrize("kind", ["program", "ml", "llm", "rules"])
def test_every_objective_that_is_measured_has_the_alert(make, spec, kind):
    rendered_model = make(
        spec(kind, sla={"availability": "99%"}, monitoring=[SIGNAL]),
        mesh={"kind": "istio", "namespace": "istio-system"},
    )
    slos = {rule["labels"]["modelyard_slo"] for rule in rendered_model.rules if rule.get("alert") == ALERT}
    assert slos == {"availability", "dataDrift"}


def test_a_job_has_its_own_alert_for_a_run_that_is_missing(make, spec):
    alerts = make(
        spec("job", slo={"freshness": "1d"}), metrics={"namespace": "monitoring", "kubeStateMetrics": True}
    ).alerts()
    assert [rule["alert"] for rule in alerts] == ["ModelRunStale", "ModelRunMissing"]
