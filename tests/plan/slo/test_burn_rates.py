"""Burn rates are those that are published, and follow from their formula."""

from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.slo.burn_rates import PERIODS, RECORDING_WINDOWS, BurnRate, burn_rates, period_days
from compiler.spec.quantities import Duration

# The thresholds that Sloth prints for an objective of 99.9%: slok/sloth@0e395d81513f, test/integration/prometheus/testdata/
# out-base.yaml.tpl (30d), out-base-28d.yaml.tpl, out-base-custom-windows-7d.yaml.tpl, with its budget of 0.0009999999999999432.
SLOTH = {
    "30d": (14.4, 6, 3, 1),
    "28d": (13.44, 5.6000000000000005, 2.8000000000000003, 0.9333333333333333),
    "7d": (13.44, 3.5, 1.4000000000000001, 0.98),
}
SLOTH_BUDGET = 0.0009999999999999432


@pytest.mark.parametrize(("period", "factors"), SLOTH.items())
def test_thresholds_are_those_that_sloth_publishes(period, factors):
    budget = 1 - Fraction("0.999")
    found = [float(burn.threshold(budget)) for burn in burn_rates(period)]
    assert found == pytest.approx([factor * SLOTH_BUDGET for factor in factors], abs=1e-12)
    assert [float(burn.factor) for burn in burn_rates(period)] == pytest.approx(list(factors), abs=1e-9)


@pytest.mark.parametrize("period", ["28d", "30d"])
def test_windows_and_shares_are_those_of_sloths_own_file(period, external_schemas):
    sloth_spec = yaml.load(
        (external_schemas / "slo" / f"sloth-google-{period}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )["spec"]
    assert sloth_spec["sloPeriod"] == period
    sloth_burns = [
        (severity, one["shortWindow"], one["longWindow"], one["errorBudgetPercent"])
        for severity in ("page", "ticket")
        for one in (sloth_spec[severity]["quick"], sloth_spec[severity]["slow"])
    ]
    assert [
        (burn.severity, burn.short_window, burn.long_window, burn.budget_percent) for burn in burn_rates(period)
    ] == sloth_burns


def test_windows_are_those_of_the_workbook():
    assert [(burn.severity, burn.short_window, burn.long_window) for burn in burn_rates("30d")] == [
        ("page", "5m", "1h"), ("page", "30m", "6h"), ("ticket", "2h", "1d"), ("ticket", "6h", "3d"),
    ]  # fmt: skip
    assert [float(burn.budget_percent) for burn in burn_rates("30d")] == [2, 5, 10, 10]


def test_ninety_days_follow_from_the_same_formula():
    assert [float(burn.factor) for burn in burn_rates("90d")] == [43.2, 18, 9, 3]


@pytest.mark.parametrize("period", PERIODS)
def test_at_its_factor_a_long_window_uses_up_the_share_that_it_stands_for(period):
    for burn in burn_rates(period):
        long = Fraction(Duration(burn.long_window).milliseconds, Duration(period).milliseconds)
        assert burn.factor * long * 100 == burn.budget_percent
        assert {burn.short_window, burn.long_window} <= set(RECORDING_WINDOWS)
        assert Duration(burn.short_window).milliseconds < Duration(burn.long_window).milliseconds
    assert period_days(period) == int(period[:-1])


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=Fraction(999_999, 10**6)), st.sampled_from(PERIODS))
def test_what_errors_cannot_reach_is_known(budget, period):
    for burn in burn_rates(period):
        assert burn.is_reachable(budget) == (burn.factor * budget < 1)


def test_at_ninety_three_per_cent_no_hour_can_use_up_two_per_cent_of_the_budget():
    first = burn_rates("30d")[0]
    assert isinstance(first, BurnRate)
    assert not first.is_reachable(Fraction(7, 100))
    assert first.is_reachable(Fraction(6, 100))
