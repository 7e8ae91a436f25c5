"""A baseline knows as many findings as it counts, and only shrinks."""

import json
from dataclasses import replace

import pytest

from compiler.diagnostics.finding import Status
from compiler.policy.baseline import apply_baseline, count_stale, format_baseline, parse_baseline

RULE = """rules:
  - {expression: "model.deploy.secrets.all(s, s.key == '')", message: not so}
examples:
  good: [{model: {deploy: {secrets: [{name: x, key: "", env: X}]}}}]
  bad: [{model: {deploy: {secrets: [{name: x, key: a/b, env: X}]}}}]
"""


PROMISES = """rules:
  - {expression: quantities.sla.availability >= 0.999, message: too seldom}
examples:
  good: [{model: {sla: {availability: 99.9%}}}]
  bad: [{model: {sla: {availability: 98%}}}]
"""
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
name: once
policies: [rule]
models: {names: [refunds]}
environments: [dev]
reason: It moves in spring.
ticket: SHOP-12
approvedBy: [{team: risk, role: model-risk}]
expires: "2027-06-30"
"""


@pytest.fixture
def two(check_findings):
    rule = RULE.replace('key: ""', "key: x/y").replace("s.key == ''", "s.key == 'x/y'")
    items = check_findings(rule)
    assert [item.code.id for item in items] == ["rule", "rule"]
    return items


def test_what_it_knows_does_not_count(two) -> None:
    known = parse_baseline(format_baseline(two))
    assert [item.status for item in apply_baseline(two, known)] == [Status.BASELINE] * 2
    assert not any(item.is_blocking for item in apply_baseline(two, known))


def test_a_swap_does_not_pass(two) -> None:
    known = parse_baseline(format_baseline(two[:1]))
    assert [item.status for item in apply_baseline(two, known)] == [Status.BASELINE, Status.OPEN]


def test_it_counts(two) -> None:
    known = parse_baseline(format_baseline(two[:1]))
    again = replace(two[0], message="in another object")
    assert [item.status for item in apply_baseline([two[0], again], known)] == [Status.BASELINE, Status.OPEN]


def test_how_it_is_decided_elsewhere_is_no_second_finding(check_findings) -> None:
    """A waiver for one environment, or a day that makes it mandatory in another, changes nothing that is known."""
    advisory = PROMISES.replace(
        "rules:", 'enforcement: mandatory\nenforcementIn: {dev: advisory}\nmandatoryFrom: "2027-01-01"\nrules:'
    )
    before = check_findings(advisory, as_of="2026-12-31")
    assert [item.is_blocking for item in before] == [False]
    baseline = parse_baseline(format_baseline(before))
    after = check_findings(advisory, as_of="2027-01-01")
    assert sorted(item.is_blocking for item in after) == [False, True]
    assert not any(item.is_blocking for item in apply_baseline(after, baseline))
    waived = check_findings(advisory, as_of="2027-01-01", models__waiver=WAIVER)
    assert not any(item.is_blocking for item in apply_baseline(waived, baseline))


def test_another_rule_at_the_same_value_is_another_finding(check_findings) -> None:
    known = parse_baseline(format_baseline(check_findings(PROMISES)))
    other = PROMISES.replace(">= 0.999", "< 0.9")
    assert [item.status for item in apply_baseline(check_findings(other), known) if item.code.id == "rule"] == [
        Status.OPEN
    ]


def test_what_is_known_and_gone_is_counted(two) -> None:
    known = parse_baseline(format_baseline(two))
    assert [count_stale(two, known), count_stale(two[:1], known), count_stale([], known)] == [0, 1, 2]


def test_a_nest_of_lists_is_no_baseline() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        parse_baseline("[" * 100_000)


def test_it_only_shrinks(two) -> None:
    known = parse_baseline(format_baseline(two[:1]))
    assert parse_baseline(format_baseline(two, known)) == known
    assert parse_baseline(format_baseline(two[1:], known)) == {}


def test_another_order_of_a_list_is_the_same(two, check_findings, tree) -> None:
    model = tree().read("models/refunds.yaml").decode()
    first, second = (
        "    - {name: one, key: shop/one, env: ONE}\n",
        "    - {name: two, key: other/two, env: TWO}\n",
    )
    rule = RULE.replace('key: ""', "key: x/y").replace("s.key == ''", "s.key == 'x/y'")
    turned = check_findings(rule, models__refunds=model.replace(first + second, second + first))
    assert {item.fingerprint for item in turned} == {item.fingerprint for item in two}


def test_what_the_language_refuses_cannot_be_known(check_findings) -> None:
    items = check_findings(RULE.replace("message: not so", "mesage: not so"))
    assert json.loads(format_baseline(items))["findings"] == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": {}}', '{"version": 1, "findings": {"a": {"count": true}}}']
)
def test_an_invalid_baseline_is_reported(text) -> None:
    with pytest.raises(ValueError, match=r"it is no|has no count"):
        parse_baseline(text)
