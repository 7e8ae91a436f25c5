"""No day turns an unrelated pull request red: what only the calendar made mandatory fails changed models alone."""

from datetime import date

from compiler.pipeline.change_base import ChangeBase

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
        item.status_reason == "advisory here: the model has not changed since 2026-12-01, and only a date made it fail"
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


OVERDUE = """rules:
  - {expression: "validations.all(v, !v.overdue)", message: overdue}
examples:
  good: [{model: {type: rules}}]
  bad:
    - model: {type: rules}
      validations: [{validatedBy: risk, conclusion: approved, independent: true, overdue: true, openFindings: 0, overdueFindings: 0}]
      path: validations[0].overdue
"""
VALIDATION = (
    "governance: {validation: {validatedBy: risk, date: '2025-12-20', conclusion: approved, next: '2026-12-20'}, risk:"
)


def with_validation(tree) -> str:
    return tree().read("models/refunds.yaml").decode().replace("governance: {risk:", VALIDATION)


def test_a_due_date_that_passed_fails_a_scheduled_check(check_findings, tree) -> None:
    model = with_validation(tree)
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=model)] == [True]
    assert check_findings(OVERDUE, models__refunds=model, as_of="2026-12-20") == []


def test_a_due_date_that_passed_does_not_fail_a_change_of_something_else(check_findings, tree) -> None:
    model = with_validation(tree)
    since = ChangeBase(tree(OVERDUE, models__refunds=model), date(2026, 12, 1))
    [item] = check_findings(OVERDUE, models__refunds=model, since=since)
    assert not item.is_blocking
    assert (
        item.status_reason == "advisory here: the model has not changed since 2026-12-01, and only a date made it fail"
    )


def test_a_due_date_that_passed_fails_a_change_of_the_model(check_findings, tree) -> None:
    model = with_validation(tree)
    since = ChangeBase(tree(OVERDUE, models__refunds=model), date(2026, 12, 1))
    changed = model.replace("Refunds or not", "Refunds")
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=changed, since=since)] == [True]


def test_commits_after_the_due_date_do_not_make_it_fail(check_findings, tree) -> None:
    """The base is younger than the due date, but the model was edited before it."""
    model, days = with_validation(tree), []

    def last_change(paths) -> date:
        days.append(tuple(paths))
        return date(2026, 11, 1)

    base = tree(OVERDUE, models__refunds=model)
    since = ChangeBase(base, date(2026, 12, 24), day_of_last_change=last_change)
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=model, since=since)] == [False]
    assert set(days) == {("models/policy.yaml", "models/refunds.yaml")}
    edited_later = ChangeBase(base, date(2026, 12, 24), day_of_last_change=lambda _paths: date(2026, 12, 22))
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=model, since=edited_later)] == [True]


def test_no_date_fails_a_rollback(check_findings, tree) -> None:
    """The change makes the model run what ran before, and its base has a younger release."""
    old = with_validation(tree)
    new = old.replace("cpu: 100m", "cpu: 200m")
    earlier, base = (tree(OVERDUE, models__refunds=text) for text in (old, new))
    paths = []

    def history(path: str):
        paths.append(path)
        return (base, earlier)

    since = ChangeBase(base, date(2026, 12, 1), history)
    [item] = check_findings(OVERDUE, models__refunds=old, since=since)
    assert (item.is_blocking, set(paths)) == (False, {"models/refunds.yaml"})
    assert (
        item.status_reason
        == "advisory here: the change restores an earlier state of the model, and only a date made it fail"
    )
    other = old.replace("cpu: 100m", "cpu: 300m")
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=other, since=since)] == [True]
    weakened = old.replace("risk: {tier: low}", "risk: {tier: medium}")
    assert [item.is_blocking for item in check_findings(OVERDUE, models__refunds=weakened, since=since)] == [True]


def test_a_violation_that_no_date_caused_fails_a_rollback(check_findings, tree) -> None:
    rule = RULE.replace('mandatoryFrom: "2026-12-15"\n', "")
    old = tree().read("models/refunds.yaml").decode()
    new = old.replace("cpu: 100m", "cpu: 200m")
    since = ChangeBase(tree(rule, models__refunds=new), date(2026, 12, 1), lambda _path: (tree(rule),))
    assert [item.is_blocking for item in check_findings(rule, models__refunds=old, since=since)] == [True]
