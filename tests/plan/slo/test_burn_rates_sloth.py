"""Recorded series and alerts are, number for number, what Sloth (https://sloth.dev) generates from the same objectives.

Only the error ratio of the period differs, and what follows from it: Sloth's is the mean of the five-minute ratios, ours weighs each
request equally (test_recording_rules.py).

MODELYARD_TEST_SLOTH names a checkout of slok/sloth: then its own published outputs are read and run beside ours. Without it Sloth's
rules are written here once more, as its test/integration/prometheus/testdata/out-base.yaml.tpl has them (at 0e395d81513f).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.plan.slo.burn_rates import RECORDING_WINDOWS

ERRORS = 'sum(rate(http_request_duration_seconds_count{job="myservice",code=~"(5..|429)"}[{{.window}}]))'
TOTAL = 'sum(rate(http_request_duration_seconds_count{job="myservice"}[{{.window}}]))'
INDICATOR = {
    "total": {"metric": "http_request_duration_seconds_count", "labels": {"job": "myservice"}},
    "errors": {
        "metric": "http_request_duration_seconds_count",
        "labels": {"job": "myservice"},
        "matchRegex": {"code": "(5..|429)"},
    },
}
FACTORS = {"30d": (14.4, 6, 3, 1), "28d": (13.44, 5.6, 2.8, 14 / 15), "7d": (13.44, 3.5, 1.4, 0.98)}
PAIRS = {"page": (("5m", "1h"), ("30m", "6h")), "ticket": (("2h", "1d"), ("6h", "3d"))}
ID = '{sloth_id="svc01-slo1", sloth_service="svc01", sloth_slo="slo1"}'
LABELS = {"sloth_id": "svc01-slo1", "sloth_service": "svc01", "sloth_slo": "slo1"}


def sloth(period: str, objective: float) -> list[dict[str, Any]]:
    """Sloth's rules of one objective, written from its description."""
    budget = 1 - objective / 100
    rules: list[dict[str, Any]] = []

    def record(name: str, expr: str, **more: str) -> None:
        rules.append({"record": name, "expr": expr, "labels": {**LABELS, **more}})

    for window in RECORDING_WINDOWS:
        ratio = f"({ERRORS})\n/\n({TOTAL})".replace("{{.window}}", window)
        record(f"slo:sli_error:ratio_rate{window}", ratio, sloth_window=window)
    if period not in RECORDING_WINDOWS:
        five = f"slo:sli_error:ratio_rate5m{ID}[{period}]"
        mean = f"sum_over_time({five}) / ignoring (sloth_window) count_over_time({five})"
        record(f"slo:sli_error:ratio_rate{period}", mean, sloth_window=period)
    record("slo:objective:ratio", f"vector({objective / 100})")
    record("slo:error_budget:ratio", f"vector(1-{objective / 100})")
    record("slo:time_period:days", f"vector({period[:-1]})")
    on = "/ on(sloth_id, sloth_slo, sloth_service) group_left"
    record("slo:current_burn_rate:ratio", f"slo:sli_error:ratio_rate5m{ID} {on} slo:error_budget:ratio{ID}")
    record("slo:period_burn_rate:ratio", f"slo:sli_error:ratio_rate{period}{ID} {on} slo:error_budget:ratio{ID}")
    record("slo:period_error_budget_remaining:ratio", f"1 - slo:period_burn_rate:ratio{ID}")
    factors = iter(FACTORS[period])
    for severity, pairs in PAIRS.items():
        sides = []
        for pair in pairs:
            factor = next(factors)
            both = [
                f"max(slo:sli_error:ratio_rate{one}{ID} > ({factor} * {budget})) without (sloth_window)" for one in pair
            ]
            sides.append(f"({' and '.join(both)})")
        rules.append({"alert": "Burn", "expr": " or ".join(sides), "labels": {"sloth_severity": severity}})
    return rules


def in_days(name: str) -> str:
    """Sloth counts whole weeks in weeks, as Prometheus prints them."""
    return re.sub(r"ratio_rate([0-9]+)w$", lambda found: f"ratio_rate{int(found[1]) * 7}d", name)


def segments(*parts: tuple[float, int]) -> str:
    """A counter that grows by so much a minute, for so many minutes, one after the other."""
    words, value = [], 0.0
    for step, minutes in parts:
        words.append(f"{value + step:g}+{step:g}x{minutes - 1}")
        value += step * minutes
    return " ".join(words)


# Good hours, then errors at several rates, an hour of half the traffic, and good again.
ERRORS_BY_MINUTE = ((0.05, 400), (2.5, 70), (0.4, 500), (12, 15), (0.05, 800))
TRAFFIC = ((100, 900), (50, 60), (100, 825))


def depends_on_the_period(name: str) -> bool:
    """Whether a record is the error ratio of the period, or computed from it."""
    window = re.sub(r".*ratio_rate", "", in_days(name))
    return "period_" in name or (window != name and window not in RECORDING_WINDOWS)


def comparison_test(rendered_model, sloth_rules: list[dict[str, Any]], objective: str) -> dict[str, Any]:
    """A test of promtool: at every hour each series of ours is there, and equal to Sloth's."""
    series = [
        {"series": 'http_request_duration_seconds_count{job="myservice",code="200"}', "values": segments(*TRAFFIC)},
        {
            "series": 'http_request_duration_seconds_count{job="myservice",code="503"}',
            "values": segments(*ERRORS_BY_MINUTE),
        },
    ]
    names = sorted({rule["record"] for rule in sloth_rules if rule.get("record", "").startswith("slo:")})
    ours = {rule["record"] for rule in rendered_model.rules if "record" in rule}
    assert {in_days(name) for name in names} <= ours
    tests = []
    for hour in (2, 7, 8, 16, 17, 29):
        for name in (name for name in names if not depends_on_the_period(name)):
            left = f'{in_days(name)}{{modelyard_slo="{objective}"}}'
            # There, and equal to 1e-9: the difference of the two has one sample, and none that is larger.
            tests.append(
                {
                    "expr": f"count(abs({left} - on () {name}{{sloth_id!=''}}) <= 1e-9)",
                    "eval_time": f"{hour}h",
                    "exp_samples": [{"labels": "{}", "value": 1}],
                }
            )
    for severity in PAIRS:
        for hour in (7, 8, 16, 17, 29):
            fires = f'count(ALERTS{{alertstate="firing",severity="{severity}"}}) or vector(0)'
            theirs_fire = f'count(ALERTS{{alertstate="firing",sloth_severity="{severity}"}}) or vector(0)'
            tests.append(
                {
                    "expr": f"({fires}) - ({theirs_fire})",
                    "eval_time": f"{hour}h",
                    "exp_samples": [{"labels": "{}", "value": 0}],
                }
            )
    return {"interval": "1m", "input_series": series, "promql_expr_test": tests}


@pytest.mark.slow
@pytest.mark.parametrize("period", FACTORS)
@pytest.mark.parametrize("objective", [99.9, 95.0])
def test_recorded_series_and_alerts_equal_those_of_sloth(make, spec, promtool, period, objective):
    slo = {"availability": f"{objective}%", "window": period, "indicators": {"availability": INDICATOR}}
    made = make(spec(slo=slo))
    theirs = sloth(period, objective)
    groups = [*made.groups, {"name": "sloth", "rules": theirs}]
    assert promtool(groups, [comparison_test(made, theirs, "availability")], interval="5m") == ""


@pytest.fixture(scope="module")
def checkout() -> Path:
    named = os.environ.get("MODELYARD_TEST_SLOTH")
    if not named:
        pytest.skip("MODELYARD_TEST_SLOTH names no checkout of slok/sloth: its published outputs are not read")
    return Path(named)


def published_outputs(folder: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Each output of Sloth's integration tests of requests that are good or bad: its name, its period, its rules."""
    for path in sorted((folder / "test/integration/prometheus/testdata").glob("out-base*.yaml.tpl")):
        text = path.read_text("utf-8")
        text = re.sub(r'\{\{"(\{\{.*?\}\})"\}\}', r"\1", text).replace("{{ .version }}", "0")
        documents = [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one]
        if all("groups" in one for one in documents):
            rules = [rule for one in documents for group in one["groups"] for rule in group["rules"]]
            period = next((rule["expr"][7:-1] for rule in rules if rule.get("record") == "slo:time_period:days"), "")
            yield path.name, f"{period}d", rules


NUMBER = re.compile(r"> \(([0-9.e+-]+) \* ([0-9.e+-]+)\)")


def test_what_sloth_published_is_what_we_make(make, spec, checkout, promtool):
    checked_count = 0
    for name, period, rules in published_outputs(checkout):
        matching_rules = [
            rule for rule in rules if rule.get("labels", {}).get("sloth_id", "svc01-slo1") == "svc01-slo1"
        ]
        if (
            period not in FACTORS
            or not any("alert" in rule for rule in matching_rules)
            or not any("record" in rule for rule in matching_rules)
        ):
            continue
        checked_count += 1
        slo = {"availability": "99.9%", "window": period, "indicators": {"availability": INDICATOR}}
        rendered_model = make(spec(slo=slo))
        theirs = [rule for rule in matching_rules if "alert" in rule and rule["labels"]["sloth_severity"] in PAIRS]
        for severity in PAIRS:
            [their] = [rule for rule in theirs if rule["labels"]["sloth_severity"] == severity]
            [our] = rendered_model.alerts(severity, "ModelErrorBudgetBurn")
            thresholds = [[float(a) * float(b) for a, b in NUMBER.findall(rule["expr"])] for rule in (our, their)]
            assert len(thresholds[0]) == 4, name
            assert thresholds[0] == pytest.approx(thresholds[1], abs=1e-9), name
        groups = [*rendered_model.groups, {"name": "sloth", "rules": matching_rules}]
        assert (
            promtool(groups, [comparison_test(rendered_model, matching_rules, "availability")], interval="5m") == ""
        ), name
    assert checked_count >= 3
