"""The error ratio of a period weighs each request equally, however uneven the load is: run by Prometheus' own tool."""

import pytest

AVAILABILITY = {
    "total": {"metric": "http_requests_total", "labels": {"app": "scorer"}},
    "errors": {"metric": "http_requests_total", "labels": {"app": "scorer"}, "matchRegex": {"code": "5.."}},
}
QUIET_MINUTES, BUSY_MINUTES = 6 * 1440, 1440
ERRORS, REQUESTS = 20 * BUSY_MINUTES, QUIET_MINUTES + 1000 * BUSY_MINUTES
RATIO = ERRORS / REQUESTS


def scene(ratio: float, remaining: float, series: list[dict[str, str]]) -> dict[str, object]:
    """At the end of seven days the ratio is within 1e-4 of what is expected, and so is what remains of a hundredth."""
    checks = [
        {
            "expr": f"count(abs({record} - {value}) <= {tolerance})",
            "eval_time": "7d",
            "exp_samples": [{"labels": "{}", "value": 1}],
        }
        for record, value, tolerance in (
            ("slo:sli_error:ratio_rate7d", ratio, 1e-4),
            ("slo:period_error_budget_remaining:ratio", remaining, 1e-2),
        )
    ]
    return {"interval": "1m", "input_series": series, "promql_expr_test": checks}


def counter(quiet: int, busy: int) -> str:
    """A counter that grows by so much every minute on six quiet days, then on a busy one; a sample a minute."""
    return f"0+{quiet}x{QUIET_MINUTES} {quiet * QUIET_MINUTES + busy}+{busy}x{BUSY_MINUTES}"


def test_errors_of_a_busy_day_count_as_many_times_as_there_are(make, spec, promtool):
    """One request a minute for six days, then a thousand, of which one in fifty fails. The mean of five-minute ratios is 0.00286."""
    slo = {"availability": "99%", "window": "7d", "indicators": {"availability": AVAILABILITY}}
    series = [
        {"series": 'http_requests_total{app="scorer",code="200"}', "values": counter(1, 980)},
        {"series": 'http_requests_total{app="scorer",code="500"}', "values": counter(0, 20)},
    ]
    assert pytest.approx(0.01988, abs=1e-5) == RATIO
    assert promtool(make(spec(slo=slo)).groups, [scene(RATIO, 1 - RATIO / 0.01, series)], interval="5m") == ""


def test_so_do_late_responses(make, spec, promtool):
    slo = {
        "latency": [{"threshold": "250ms", "target": "99%"}],
        "window": "7d",
        "indicators": {"latency": {"histogram": {"metric": "duration_seconds", "labels": {"app": "scorer"}}}},
    }
    series = [
        {"series": 'duration_seconds_count{app="scorer"}', "values": counter(1, 1000)},
        {"series": 'duration_seconds_bucket{app="scorer",le="0.25"}', "values": counter(1, 980)},
    ]
    assert promtool(make(spec(slo=slo)).groups, [scene(RATIO, 1 - RATIO / 0.01, series)], interval="5m") == ""
