"""Series of clusters that share a store are not mixed: selectors carry the external labels of the Environment."""

import json
import re
from typing import Any

import pytest

LABELS = {"cluster": "prod-1", "region": "eu"}
SELECTED = 'cluster="prod-1", region="eu"'
SIGNAL = {
    "signal": "dataDrift",
    "threshold": 0.2,
    "action": "ticket",
    "series": {"metric": "model_drift_psi", "labels": {"model": "scorer"}},
}


@pytest.fixture
def model(spec, custom_indicators) -> dict[str, Any]:
    latency = [{"threshold": "250ms", "target": "99%"}]
    slo = {"availability": "99%", "latency": latency, "timeToFirstToken": latency, "indicators": custom_indicators}
    return spec(slo=slo, monitoring=[SIGNAL])


def selectors(text: str) -> list[str]:
    """Every selector of series by labels."""
    return re.findall(r"\{[^{}]*=[^{}]*\}", text)


def test_the_selectors_of_a_shared_ruler_and_its_records_carry_them(make, model):
    metrics = {"namespace": "monitoring", "externalLabels": LABELS, "ruler": "shared"}
    rules = make(model, metrics=metrics).rules
    found = [selector for rule in rules for selector in selectors(rule["expr"])]
    assert len(found) > 60
    assert [selector for selector in found if SELECTED not in selector] == []
    assert all(LABELS.items() <= rule["labels"].items() for rule in rules)


def test_a_prometheus_of_its_own_has_no_series_with_them(make, model):
    metrics = {"namespace": "monitoring", "externalLabels": LABELS}
    assert "prod-1" not in json.dumps(make(model, metrics=metrics).rules)


@pytest.mark.parametrize("ruler", [{}, {"ruler": "shared"}])
def test_the_selectors_of_dashboards_always_carry_them(make, model, ruler):
    metrics = {"namespace": "monitoring", "externalLabels": LABELS, **ruler}
    texts = make(model, metrics=metrics, emitters={"grafana": {"enabled": True}, "openslo": {"enabled": True}}).texts
    dashboard = json.loads(texts["scorer.dashboard.json"])
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    found = [selector for query in queries for selector in selectors(query)]
    assert len(found) > 10
    assert [selector for selector in found if SELECTED not in selector] == []
    assert texts["scorer.openslo.yaml"].count(SELECTED) >= 6


def series(cluster: str, failing: bool) -> list[dict[str, str]]:
    labels = f'app="scorer",cluster="{cluster}",region="eu"'
    good, bad = ("0+50x480", "0+50x480") if failing else ("0+100x480", "0x480")
    return [
        {"series": f'requests_total{{{labels},code="200"}}', "values": good},
        {"series": f'requests_total{{{labels},code="503"}}', "values": bad},
    ]


@pytest.mark.parametrize(("failing_cluster", "is_firing"), [("prod-1", True), ("prod-2", False)])
def test_an_outage_of_another_cluster_does_not_page(
    make, spec, custom_indicators, promtool, failing_cluster, is_firing
):
    metrics = {"namespace": "monitoring", "externalLabels": LABELS, "ruler": "shared"}
    slo = {"availability": "99%", "indicators": {"availability": custom_indicators["availability"]}}
    expr = 'count(ALERTS{alertname="ModelErrorBudgetBurn",alertstate="firing",severity="page"}) or vector(0)'
    scene = {
        "interval": "1m",
        "input_series": [one for name in ("prod-1", "prod-2") for one in series(name, name == failing_cluster)],
        "promql_expr_test": [
            {"expr": expr, "eval_time": "420m", "exp_samples": [{"labels": "{}", "value": int(is_firing)}]}
        ],
    }
    assert promtool(make(spec(slo=slo), metrics=metrics).groups, [scene]) == ""


def test_labels_of_the_spec_win_over_those_of_the_cluster(make, spec):
    metrics = {"namespace": "monitoring", "externalLabels": LABELS, "ruler": "shared"}
    signal = {**SIGNAL, "series": {"metric": "drift", "labels": {"cluster": "batch"}}}
    [record] = [rule for rule in make(spec(monitoring=[signal]), metrics=metrics).rules if "record" in rule]
    assert record["expr"] == 'max(drift{cluster="batch", region="eu"})'


@pytest.mark.parametrize("name", ["severity", "modelyard_id", "__name__", "a-b"])
def test_a_label_that_rules_set_themselves_is_refused(make, spec, name):
    metrics = {"namespace": "monitoring", "externalLabels": {name: "x"}}
    assert make(spec(), metrics=metrics).reasons
