"""Each alert fires within its window at its burn rate, is silent on healthy series, and resolves: run by Prometheus' own tool."""

from fractions import Fraction
from typing import Any

import pytest

from compiler.plan.slo.burn_rates import PERIODS, BurnRate, burn_rates
from compiler.spec.quantities import Duration

PER_MINUTE = 100
ABOVE_THRESHOLD = Fraction(11, 10)
"""How far above its threshold errors come."""


def minutes(window: str) -> int:
    return Duration(window).milliseconds // 60_000


def counter(*parts: tuple[float, int], interval: int = 1) -> str:
    """A counter that grows by so much a minute, for so many minutes, one after the other; a sample every so many minutes."""
    words, value = [], 0.0
    for step, count in parts:
        grown = step * interval
        words.append(f"{value + grown:.6f}+{grown:.6f}x{count // interval - 1}")
        value += step * count
    return " ".join(words)


def fires(severity: str) -> str:
    return f'count(ALERTS{{alertname="ModelErrorBudgetBurn",alertstate="firing",severity="{severity}"}}) or vector(0)'


def expects(severity: str, at: int, *, fired: bool) -> dict[str, Any]:
    return {"expr": fires(severity), "eval_time": f"{at}m", "exp_samples": [{"labels": "{}", "value": int(fired)}]}


SERIES = {
    "availability": ('requests_total{app="scorer",code="200"}', 'requests_total{app="scorer",code="503"}'),
}
LATENCY_METRICS = {
    "latency": ("request_duration_seconds", 'app="scorer"'),
    "timeToFirstToken": ("first_token_seconds", 'model="scorer"'),
}
"""Histograms, with the labels that their samples have."""


def traffic(
    indicator: str, share: Fraction, minutes_before: int, minutes_during: int, minutes_after: int, interval: int = 1
) -> list[dict[str, str]]:
    """Healthy, then a share of bad requests, then healthy again."""
    bad, total = float(share * PER_MINUTE), float(PER_MINUTE)
    bad_series = counter((0, minutes_before), (bad, minutes_during), (0, minutes_after), interval=interval)
    good = counter((total, minutes_before), (total - bad, minutes_during), (total, minutes_after), interval=interval)
    if indicator in LATENCY_METRICS:
        name, labels = LATENCY_METRICS[indicator]
        every_one = counter((total, minutes_before + minutes_during + minutes_after), interval=interval)
        return [
            {"series": f'{name}_bucket{{{labels},le="0.25"}}', "values": good},
            {"series": f"{name}_count{{{labels}}}", "values": every_one},
        ]
    return [
        {"series": SERIES[indicator][0], "values": good},
        {"series": str(SERIES[indicator][1]), "values": bad_series},
    ]


MESH = {"kind": "istio", "namespace": "istio-system"}
DESTINATIONS = {"program": "scorer", "ml": "scorer-predictor"}


@pytest.mark.parametrize("kind", DESTINATIONS)
def test_an_outage_of_all_replicas_pages_by_what_callers_proxies_could_not_send(make, spec, promtool, kind):
    """With no replica left nothing is counted where requests arrive: callers' proxies answer 503 with the flag UH themselves."""
    groups = make(spec(kind, sla={"availability": "99%"}), mesh=MESH).groups
    destination_labels = f'destination_service_namespace="models",destination_service_name="{DESTINATIONS[kind]}"'
    healthy = [
        {
            "series": f'istio_requests_total{{reporter="{by}",{destination_labels},response_code="200",response_flags="-"}}',
            "values": gone,
        }
        for by, gone in (("destination", "0+600x1440 _x240"), ("source", "0+600x1440 _x240"))
    ]
    refused_series = [
        {
            "series": f'istio_requests_total{{reporter="source",{destination_labels},response_code="503",response_flags="{flags}"}}',
            "values": "0x1440 0+300x240",
        }
        for flags in ("UH", "UF,URX")
    ]
    checks = [expects("page", 1380, fired=False), expects("page", 1500, fired=True), expects("page", 1620, fired=True)]
    scene = {"interval": "1m", "input_series": [*healthy, *refused_series], "promql_expr_test": checks}
    assert promtool(groups, [scene]) == ""


@pytest.mark.parametrize("kind", DESTINATIONS)
@pytest.mark.parametrize(
    ("status", "is_firing"),
    [("0", False), ("3", False), ("5", False), ("2", True), ("4", True), ("13", True), ("14", True)],
)
def test_grpc_fails_by_its_own_status_with_an_http_status_of_200(make, spec, promtool, kind, status, is_firing):
    stored = {"format": "onnx", "uri": "s3://models/one/1.0.0/", "digest": f"sha256:{'0' * 64}"}
    options = {"runtime": {"port": 9000}, "source": stored} if kind == "ml" else {}
    groups = make(
        spec(kind, sla={"availability": "99%"}, interface={"protocol": "grpc-v2"}, **options), mesh=MESH
    ).groups
    of = 'reporter="destination",destination_service_namespace="models",'
    of += f'destination_service_name="{DESTINATIONS[kind]}",response_code="200"'
    series = [
        {"series": f'istio_requests_total{{{of},grpc_response_status="{code}",part="{part}"}}', "values": "0+100x480"}
        for part, code in (("most", "0"), ("some", status))
    ]
    scene = {"interval": "1m", "input_series": series, "promql_expr_test": [expects("page", 420, fired=is_firing)]}
    assert promtool(groups, [scene]) == ""


INTERVALS = {"page": 1, "ticket": 10}
"""Minutes between samples: the shortest window of a ticket is two hours, and days of minutes take long."""
LONGEST = {"page": ("30m", "6h"), "ticket": ("6h", "3d")}


def scenario(indicator: str, burn: BurnRate, budget: Fraction) -> dict[str, Any]:
    """Errors a tenth above the threshold for as long as the long window, after as many good hours as anybody looks back."""
    long, interval = minutes(burn.long_window), INTERVALS[burn.severity]
    short, minutes_before = (minutes(window) for window in LONGEST[burn.severity])
    series = traffic(indicator, burn.threshold(budget) * ABOVE_THRESHOLD, minutes_before, long, long + short, interval)
    checks = [
        expects(burn.severity, minutes_before - interval, fired=False),  # healthy
        expects(burn.severity, minutes_before + long // 2, fired=False),  # half of the window is not enough
        expects(burn.severity, minutes_before + long - interval, fired=True),  # within its window
        expects(
            burn.severity, minutes_before + long + short + 2 * interval, fired=False
        ),  # the short windows are over it
    ]
    return {"interval": f"{interval}m", "input_series": series, "promql_expr_test": checks}


def run_scenarios(rendered_model, promtool, indicator: str, period: str, budget: Fraction) -> str:
    output = ""
    for severity, every in INTERVALS.items():
        tests = [scenario(indicator, burn, budget) for burn in burn_rates(period) if burn.severity == severity]
        assert len(tests) == 2
        output += promtool(rendered_model.groups, tests, interval=f"{every}m")
    return output


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_each_alert_of_availability_fires_within_its_window_and_resolves(
    make, spec, custom_indicators, promtool, period
):
    made = make(spec(slo={"availability": "99.9%", "window": period, "indicators": custom_indicators}))
    assert run_scenarios(made, promtool, "availability", period, Fraction(1, 1000)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("indicator", LATENCY_METRICS)
def test_so_does_each_of_how_long_answers_take_and_take_to_begin(make, spec, custom_indicators, promtool, indicator):
    made = make(spec(slo={indicator: [{"threshold": "250ms", "target": "99%"}], "indicators": custom_indicators}))
    assert run_scenarios(made, promtool, indicator, "30d", Fraction(1, 100)) == ""


def quiet(made, promtool, series, until: str = "8h") -> str:
    checks = [expects(severity, minutes(until) - 1, fired=False) for severity in ("page", "ticket")]
    return promtool(made.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": checks}])


def test_healthy_series_are_silent(make, spec, custom_indicators, promtool):
    rendered_model = make(
        spec(
            slo={
                "availability": "99.9%",
                "latency": [{"threshold": "250ms", "target": "99%"}],
                "indicators": custom_indicators,
            }
        )
    )
    healthy = [
        *traffic("availability", Fraction(1, 2000), 10, 500, 10),
        *traffic("latency", Fraction(1, 200), 10, 500, 10),
    ]
    assert quiet(rendered_model, promtool, healthy) == ""


def test_a_service_without_requests_fires_no_alert(make, spec, custom_indicators, promtool):
    rendered_model = make(spec(slo={"availability": "99.9%", "indicators": custom_indicators}))
    assert quiet(rendered_model, promtool, [{"series": SERIES["availability"][0], "values": "5x500"}]) == ""
    # No share is recorded without requests, since 0/0 would spoil the mean of the whole period.
    empty_checks = [
        {"expr": "slo:sli_error:ratio_rate5m or slo:sli_error:ratio_rate30d", "eval_time": "8h", "exp_samples": []}
    ]
    series = [
        {"series": SERIES["availability"][0], "values": "5x500"},
        {"series": str(SERIES["availability"][1]), "values": "0x500"},
    ]
    assert (
        promtool(rendered_model.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": empty_checks}])
        == ""
    )


def test_an_error_counter_that_never_counted_is_no_error(make, spec, custom_indicators, promtool):
    rendered_model = make(spec(slo={"availability": "99.9%", "indicators": custom_indicators}))
    series = [{"series": SERIES["availability"][0], "values": counter((PER_MINUTE, 120))}]
    found = [
        {"expr": "sum(slo:sli_error:ratio_rate1h)", "eval_time": "110m", "exp_samples": [{"labels": "{}", "value": 0}]}
    ]
    assert (
        promtool(rendered_model.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": found}]) == ""
    )


@pytest.mark.parametrize(("least", "is_firing"), [(None, True), (200, False), (50, True)])
def test_few_requests_fire_no_alert_below_the_minimum_number(make, spec, custom_indicators, promtool, least, is_firing):
    slo = {"availability": "99.9%", "indicators": custom_indicators, **({"minRequests": least} if least else {})}
    rendered_model = make(spec(slo=slo))
    # Two requests a minute, every second one an error: 120 in an hour.
    series = [
        {"series": SERIES["availability"][0], "values": counter((1, 180))},
        {"series": str(SERIES["availability"][1]), "values": counter((1, 180))},
    ]
    checks = [expects("page", 70, fired=is_firing)]
    assert (
        promtool(rendered_model.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": checks}]) == ""
    )


def test_a_vendor_that_does_not_answer_a_probe_is_reported(make, spec, promtool):
    exporter = {"url": "blackbox.monitoring.svc:9115", "module": "http"}
    made = make(spec("vendor", sla={"availability": "99.5%"}), blackboxExporter=exporter)
    series = [{"series": 'probe_success{job="models/scorer",instance="x"}', "values": "1x120 0x60 1x200"}]
    checks = [expects("page", 119, fired=False), expects("page", 150, fired=True), expects("page", 214, fired=False)]
    assert promtool(made.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": checks}]) == ""


FRESH = 'ALERTS{alertname="%s",alertstate="firing",severity="page"}'


def test_a_job_that_stops_ending_well_is_reported_and_one_that_never_did(make, spec, promtool):
    rendered_model = make(
        spec("job", sla={"freshness": "2h"}), metrics={"namespace": "monitoring", "kubeStateMetrics": True}
    )
    name = 'kube_cronjob_status_last_successful_time{namespace="models",cronjob="scorer"}'
    # It ended well at minute 60, and again at minute 240; promtool's clock begins at 0.
    runs = {"series": name, "values": "0x59 3600x179 14400x100"}
    expected_values = {119: 0, 179: 0, 200: 1, 239: 1, 250: 0}
    checks = [
        {
            "expr": f"count({FRESH % 'ModelRunStale'}) or vector(0)",
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": value}],
        }
        for minute, value in expected_values.items()
    ]
    missing_run_checks = [
        {
            "expr": f"count({FRESH % 'ModelRunMissing'}) or vector(0)",
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": value}],
        }
        for minute, value in {60: 0, 130: 1}.items()
    ]
    tests = [
        {"interval": "1m", "input_series": [runs], "promql_expr_test": checks},
        {
            "interval": "1m",
            "input_series": [{"series": "up", "values": "1x200"}],
            "promql_expr_test": missing_run_checks,
        },
    ]
    assert promtool(rendered_model.groups, tests) == ""


SIGNALS = [
    ({"action": "page"}, "page", "above"),
    ({"action": "page", "response": "rollback"}, "page", "below"),
    ({"action": "ticket"}, "ticket", "above"),
    ({"action": "ticket", "response": "retrain"}, "ticket", "below"),
]


@pytest.mark.parametrize(("report", "severity", "side"), SIGNALS)
def test_a_signal_beyond_its_bar_is_reported_with_its_action_and_response(make, spec, promtool, report, severity, side):
    monitor = {
        "signal": "dataDrift",
        "threshold": 0.8,
        **report,
        "triggerWhen": side,
        "series": {"metric": "drift", "labels": {"model": "a"}},
    }
    rendered_model = make(spec(monitoring=[monitor]))
    within, beyond = ("0.7", "0.9") if side == "above" else ("0.9", "0.7")
    series = [
        {"series": 'drift{model="a",slice="1"}', "values": f"{within}x9 {beyond}x9 {within}x9"},
        {"series": 'drift{model="a",slice="2"}', "values": f"{within}x30"},
    ]
    labels = ",".join(f'modelyard_{key}="{report.get(key, "")}"' for key in ("action", "response"))
    alert = f'ALERTS{{alertname="ModelSignalThresholdCrossed",alertstate="firing",severity="{severity}",{labels}}}'
    checks = [
        {
            "expr": f"count({alert}) or vector(0)",
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": "{}", "value": value}],
        }
        for minute, value in {5: 0, 15: 1, 25: 0}.items()
    ]
    assert (
        promtool(rendered_model.groups, [{"interval": "1m", "input_series": series, "promql_expr_test": checks}]) == ""
    )


def test_a_signal_without_a_series_has_no_rules(make, spec):
    made = make(spec(monitoring=[{"signal": "dataDrift", "threshold": 0.8, "action": "page"}]))
    assert not any(path.endswith(".rules.yaml") for path in made.texts)


MUTATIONS = {
    "a threshold ten times too high": ("(14.4 * 0.001)", "(144 * 0.001)"),
    "a window in another's place": ("ratio_rate1h{", "ratio_rate3d{"),
    "the wrong side": ("> (14.4", "< (14.4"),
    "no `and`": ("\n  and\n", "\n  or\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_mistake_in_an_alert_is_found(make, spec, custom_indicators, promtool, right, wrong):
    made = make(spec(slo={"availability": "99.9%", "indicators": custom_indicators}))
    groups = made.groups
    for rule in (
        rule for group in groups for rule in group["rules"] if rule.get("labels", {}).get("severity") == "page"
    ):
        assert right in rule["expr"]
        rule["expr"] = rule["expr"].replace(right, wrong)
    assert "FAILED" in promtool(groups, [scenario("availability", burn_rates("30d")[0], Fraction(1, 1000))])
