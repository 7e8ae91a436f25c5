"""No day turns an unrelated pull request red: what only the calendar made mandatory fails changed models alone."""

from datetime import date

from compiler.pipeline.session import ChangeBase

RULE = """mandatoryFrom: "2026-12-15"
rules:
  - {expression: quantities.sla.availability >= 0.999, message: too seldom}
examples:
  good: [{model: {sla: {availability: 99.9%}}}]
  bad: [{model: {sla: {availability: 99%}}}]
"""


def test_a_scheduled_check_fails(check_findings) -> None:
    assert [item.is_blocking for item in check_findings(RULE)] == [True]
    assert [item.is_blocking for item in check_findings(RULE, as_of="2026-12-14")] == [False]


def test_a_change_of_something_else_does_not(check_findings, tree) -> None:
    [item] = check_findings(RULE, since=ChangeBase(tree(RULE), date(2026, 12, 1)))
    assert not item.is_blocking
    assert (
        item.status_reason
        == "advisory here: the model has not changed since 2026-12-01; the policy became mandatory by date"
    )


def test_a_change_of_the_model_does(check_findings, tree) -> None:
    model = tree().read("models/refunds.yaml").decode().replace("Refunds or not", "Refunds")
    assert [
        item.is_blocking
        for item in check_findings(RULE, since=ChangeBase(tree(RULE, models__refunds=model), date(2026, 12, 1)))
    ] == [True]


def test_what_was_mandatory_before_stays_so(check_findings, tree) -> None:
    assert [item.is_blocking for item in check_findings(RULE, since=ChangeBase(tree(RULE), date(2026, 12, 20)))] == [
        True
    ]


def test_a_waiver_that_ended_since_fails_changed_models_alone(check_findings, tree) -> None:
    waiver = (
        "apiVersion: modelyard/v1\nkind: Waiver\nname: once\npolicies: [rule]\nmodels: {names: [refunds]}\n"
        "reason: It moves in spring.\nticket: A-1\napprovedBy: [{team: risk, role: model-risk}]\nexpires: '2026-12-31'\n"
    )
    rule = RULE.replace("2026-12-15", "2026-01-15")
    since = ChangeBase(tree(rule, models__waiver=waiver), date(2026, 12, 1))
    assert [
        item.is_blocking for item in check_findings(rule, models__waiver=waiver, since=since) if item.code.id == "rule"
    ] == [False]
    assert [item.is_blocking for item in check_findings(rule, models__waiver=waiver) if item.code.id == "rule"] == [
        True
    ]
