"""A waiver excepts those whom it names, from what it names, as long as it says, if those agreed who may."""

# ruff: noqa: E501 - texts of documents

import pytest

from compiler.diagnostics.finding import Status

RULE = """rules:
  - expression: model.deploy.secrets.all(s, s.key.startsWith('shop/') && s.name != 'one')
    message: not so
examples:
  good: [{model: {deploy: {secrets: [{name: x, key: shop/x, env: X}]}}}]
  bad: [{model: {deploy: {secrets: [{name: x, key: a/x, env: X}]}}}]
"""
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
name: once
policies: [rule]
models: {names: [refunds]}
reason: The other shop moves in spring.
ticket: SHOP-12
approvedBy: [{team: risk, role: model-risk}]
validFrom: "2026-12-01"
expires: "2027-06-30"
"""


def finding_summaries(findings):
    return [
        (item.code.id, item.status.value, item.location.path.rpartition("/")[2], item.location.line)
        for item in findings
    ]


OPEN = [("rule", "open", "refunds.yaml", 16), ("rule", "open", "refunds.yaml", 17)]


def test_without_a_waiver_both_stand(check_findings) -> None:
    assert finding_summaries(check_findings(RULE)) == OPEN


def test_what_is_waived_is_reported_as_such_with_its_reason(check_findings) -> None:
    items = check_findings(RULE, models__waiver=WAIVER)
    assert [item.status for item in items] == [Status.WAIVED] * 2
    assert items[0].status_reason == "The other shop moves in spring. (SHOP-12, until 2027-06-30)"
    assert [(note.message, note.location.path, note.location.line) for note in items[0].notes] == [
        ("waived here", "models/waiver.yaml", 3)
    ]
    assert not any(item.is_blocking for item in items)


def test_a_path_excepts_one_element_by_its_name(check_findings) -> None:
    items = check_findings(RULE, models__waiver=WAIVER + "paths: ['deploy.secrets[two]']\n")
    assert finding_summaries(items) == [OPEN[0], ("rule", "waived", "refunds.yaml", 17)]


@pytest.mark.parametrize(
    ("change", "new_text", "expected"),
    [
        ("names: [refunds]", "owners: [risk]", [*OPEN, ("MY310", "open", "waiver.yaml", 3)]),
        ("names: [refunds]", "owners: [pricing]", None),
        ("names: [refunds]", "labels: {a: b}", [*OPEN, ("MY310", "open", "waiver.yaml", 3)]),
        ("policies: [rule]", "policies: [rul]", [*OPEN, ("MY201", "open", "waiver.yaml", 4)]),
        ("role: model-risk", "role: owner", [*OPEN, ("MY308", "open", "waiver.yaml", 8)]),
        ("role: model-risk", 'role: model-risk, date: "2030-01-01"', [*OPEN, ("MY308", "open", "waiver.yaml", 8)]),
        ("role: model-risk", 'role: model-risk, date: "2026-12-01"', None),
        ("2027-06-30", "2026-12-31", [*OPEN, ("MY309", "open", "waiver.yaml", 10)]),
        ("2026-12-01", "2027-01-02", [*OPEN, ("MY310", "open", "waiver.yaml", 9)]),
        ("2026-12-01", "2028-01-02", [*OPEN, ("MY308", "open", "waiver.yaml", 10)]),
        ("2027-06-30", "2027-01-01", [("rule", "waived", "refunds.yaml", 16), ("rule", "waived", "refunds.yaml", 17), ("MY311", "open", "waiver.yaml", 10)]),
        ("2027-06-30", "2027-01-15", [("rule", "waived", "refunds.yaml", 16), ("rule", "waived", "refunds.yaml", 17), ("MY311", "open", "waiver.yaml", 10)]),
        ("2027-06-30", "2027-01-16", None),
    ],
)  # fmt: skip
def test_one_change_of_the_waiver(check_findings, change, new_text, expected) -> None:
    assert change in WAIVER
    items = finding_summaries(check_findings(RULE, models__waiver=WAIVER.replace(change, new_text)))
    assert items == (expected or [("rule", "waived", "refunds.yaml", 16), ("rule", "waived", "refunds.yaml", 17)])


def test_an_environment_that_is_not_waived_still_fails(check_findings) -> None:
    items = finding_summaries(check_findings(RULE, models__waiver=WAIVER + "environments: [dev]\n"))
    assert sorted(items) == sorted(
        [*OPEN, ("rule", "waived", "refunds.yaml", 16), ("rule", "waived", "refunds.yaml", 17)]
    )


def test_an_unknown_environment_of_a_waiver_is_reported(check_findings) -> None:
    items = finding_summaries(check_findings(RULE, models__waiver=WAIVER + "environments: [prd]\n"))
    assert [item for item in items if item[0] == "MY308"] == [("MY308", "open", "waiver.yaml", 11)]
    assert items[:2] == OPEN


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("{allowed: false}", "once: rule cannot be waived"),
        (
            "{roles: [board]}",
            "once: a waiver of rule requires an approval by a team with the role `board`, and has none",
        ),
        ("{maxDays: 30}", "once: a waiver of rule lasts at most 30 days, and this one lasts 211"),
    ],
)
def test_a_policy_says_who_may_waive_it_and_for_how_long(check_findings, terms, message) -> None:
    items = check_findings(f"waiver: {terms}\n{RULE}", models__waiver=WAIVER)
    assert [item.message for item in items if item.code.id == "MY308"] == [message]
    assert finding_summaries(items)[:2] == OPEN


def test_the_authors_own_team_alone_may_not_where_the_policy_says_so(check_findings) -> None:
    own_team_waiver = WAIVER.replace("{team: risk, role: model-risk}", "{team: pricing, role: owner}")
    independent = f"waiver: {{independentApprover: true}}\n{RULE}"
    items = check_findings(independent, models__waiver=own_team_waiver)
    assert [item.message for item in items if item.code.id == "MY308"] == [
        "once: a waiver of rule requires an approval by another team than pricing, which owns refunds"
    ]
    assert all(item.status is Status.WAIVED for item in check_findings(independent, models__waiver=WAIVER))
    assert all(item.status is Status.WAIVED for item in check_findings(RULE, models__waiver=own_team_waiver))


def test_a_waiver_for_nothing_is_reported_for_each_model(check_findings, tree) -> None:
    other_model = (
        tree()
        .read("models/refunds.yaml")
        .decode()
        .replace("name: refunds", "name: other")
        .replace("other/two", "shop/two")
        .replace("name: one", "name: zero")
    )
    items = check_findings(
        RULE, models__waiver=WAIVER.replace("[refunds]", "[other, refunds]"), models__other=other_model
    )
    assert [(item.code.id, item.message) for item in items if item.status is Status.OPEN] == [
        ("MY310", "once: other violates none of the waived policies")
    ]


OTHER_POLICY = """---
apiVersion: modelyard/v1
kind: Policy
name: kept
title: Kept by all
remedy: do it
rules:
  - {expression: model.owner == 'pricing', message: not ours}
examples:
  good: [{model: {owner: pricing}}]
  bad: [{model: {owner: risk}}]
"""


@pytest.mark.parametrize(
    ("policies", "paths", "message"),
    [
        ("rule, kept", "['deploy.secrets']", "none of its models violates kept"),
        ("rule", "['deploy.secrets', 'sla']", "no policy is violated at sla"),
        ("rule", "['deploy.secrets[one]', 'deploy.secrets[three]']", "no policy is violated at deploy.secrets.three"),
    ],
)
def test_a_part_of_it_that_excepts_nothing_is_reported(check_findings, policies, paths, message) -> None:
    waiver = WAIVER.replace("policies: [rule]", f"policies: [{policies}]") + f"paths: {paths}\n"
    items = check_findings(RULE + OTHER_POLICY, models__waiver=waiver)
    assert [item.message for item in items if item.code.id == "MY310"] == [f"once: {message}"]
