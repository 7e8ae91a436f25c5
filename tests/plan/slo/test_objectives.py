"""What is watched is what the SLO says, and of what it leaves out the SLA; what no alert can watch is refused at its line."""

import pytest


def recorded_objectives(rendered_model) -> dict[str, float]:
    return {
        rule["labels"]["modelyard_slo"]: float(rule["expr"][7:-1])
        for rule in rendered_model.rules
        if rule.get("record") == "slo:objective:ratio"
    }


def test_the_sla_is_watched_where_there_is_no_slo(make, spec, custom_indicators):
    sla = {"availability": "99.9%", "latency": {"p95": "100ms", "p99": "1s"}, "timeToFirstToken": {"p90": "500ms"}}
    assert recorded_objectives(make(spec(sla=sla, slo={"indicators": custom_indicators}))) == {
        "availability": 0.999, "latency-100ms": 0.95, "latency-1s": 0.99, "first-token-500ms": 0.9,
    }  # fmt: skip


def test_the_slo_wins_field_by_field(make, spec, custom_indicators):
    sla = {"availability": "99%", "latency": {"p99": "1s"}, "window": "30d"}
    slo = {"availability": "99.95%", "indicators": custom_indicators, "window": "7d"}
    made = make(spec(sla=sla, slo=slo))
    assert recorded_objectives(made) == {"availability": 0.9995, "latency-1s": 0.99}
    assert {rule["record"] for rule in made.rules if "record" in rule} >= {"slo:sli_error:ratio_rate7d"}
    assert not any("30d" in str(rule) for rule in made.rules)


def test_of_two_objectives_with_one_time_the_stricter_is_watched(make, spec, custom_indicators):
    slo = {
        "latency": [{"threshold": "1s", "target": "95%"}, {"threshold": "1000ms", "target": "99%"}],
        "indicators": custom_indicators,
    }
    assert recorded_objectives(make(spec(slo=slo))) == {"latency-1s": 0.99}


def test_nothing_is_watched_where_nothing_is_promised(make, spec):
    made = make(spec())
    assert made.reasons == []
    assert not any(path.endswith(".rules.yaml") for path in made.texts)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sla": {"availability": "99%", "window": "365d"}}, "defined for windows of 7d, 28d, 30d and 90d, but the window is 365d"),
        ({"sla": {"availability": "100%"}}, "an objective of 100% leaves no budget: the first error would use it up"),
        ({"slo": {"availability": "0%"}}, "an objective of 0% requires nothing"),
        ({"slo": {"latency": [{"threshold": "1s", "target": "100%"}]}}, "an objective of 100% leaves no budget"),
    ],
)  # fmt: skip
def test_what_no_alert_can_watch_is_refused(make, fields, message, spec, custom_indicators):
    slo = {**fields.get("slo", {}), "indicators": custom_indicators}
    found = make(spec(**{**fields, "slo": slo})).reasons
    assert len(found) == 1
    assert message in found[0]
    assert found[0].startswith("MY426 models/all.yaml:")


@pytest.mark.parametrize("window", ["4w", "28d", "672h"])
def test_a_window_is_known_however_it_is_written(make, window, spec, custom_indicators):
    made = make(spec(slo={"availability": "99.9%", "window": window, "indicators": custom_indicators}))
    assert made.reasons == []
    assert any(rule.get("record") == "slo:sli_error:ratio_rate28d" for rule in made.rules)


def test_what_errors_cannot_reach_is_reported_by_no_alert(make, spec, custom_indicators):
    slo = {"latency": [{"threshold": "1s", "target": "50%"}], "indicators": custom_indicators}
    made = make(spec(slo=slo))
    assert made.alerts("page") == []
    [ticket] = made.alerts("ticket", "ModelErrorBudgetBurn")
    assert "(1 * 0.5)" in ticket["expr"]
    assert "(3 * 0.5)" not in ticket["expr"]


def test_a_model_that_is_stopped_is_not_watched(make, spec):
    deploy = {"target": "kubernetes", "suspended": True}
    monitor = {"signal": "dataDrift", "threshold": 0.2, "action": "ticket", "series": {"metric": "drift"}}
    made = make(spec(sla={"availability": "99%"}, deploy=deploy, monitoring=[monitor]))
    assert made.reasons == []
    assert not any(path.endswith(".rules.yaml") for path in made.texts)


def test_where_no_prometheus_is_nothing_is_watched_and_nothing_refused(make, spec):
    made = make(spec(sla={"availability": "99%", "window": "365d"}), metrics=None)
    assert made.reasons == []
    assert not any(path.endswith(".rules.yaml") for path in made.texts)


def test_nothing_is_worked_out_for_emitters_that_are_off(make, spec):
    made = make(spec(sla={"availability": "99%"}), emitters={"prometheus": {"enabled": False}})
    assert made.reasons == []
