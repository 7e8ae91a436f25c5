"""Policies on rendered objects are evaluated only where objects are rendered, and report nothing elsewhere."""

from datetime import date

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check
from compiler.policy.baseline import format_baseline, parse_baseline

RULE = """scope: object
objects: {kinds: [Deployment]}
rules:
  - expression: object.spec.template.spec.containers.all(c, c.resources.requests.cpu == '200m')
    message: too little
examples:
  good: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: 200m}}}]}}}}}]
  bad: [{object: {kind: Deployment, spec: {template: {spec: {containers: [{resources: {requests: {cpu: 100m}}}]}}}}}]
"""
ON_MODELS = """rules:
  - {expression: quantities.sla.availability >= 0.999, message: too seldom}
examples:
  good: [{model: {sla: {availability: 99.9%}}}]
  bad: [{model: {sla: {availability: 99%}}}]
"""
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
name: once
policies: [rule]
models: {names: [refunds]}
reason: It moves in spring.
ticket: SHOP-12
approvedBy: [{team: risk, role: model-risk}]
validFrom: "2026-12-01"
expires: "2027-06-30"
"""
TODAY = date(2027, 1, 1)


def statuses(findings):
    return [(item.code.id, item.status.value) for item in findings if item.code.id != "MY503"]


def test_only_a_build_knows_whether_a_waiver_of_theirs_is_used(check_findings, build_findings) -> None:
    assert statuses(check_findings(RULE, models__waiver=WAIVER)) == []
    assert statuses(build_findings(RULE, models__waiver=WAIVER)) == [("rule", "waived")] * 2
    kept = RULE.replace("100m", "9m").replace("200m", "100m")
    assert statuses(check_findings(kept, models__waiver=WAIVER)) == []
    assert statuses(build_findings(kept, models__waiver=WAIVER)) == [("MY310", "open")]


def test_a_build_of_a_part_does_not_know_it(tree) -> None:
    kept = RULE.replace("100m", "9m").replace("200m", "100m")
    run = Session(tree(kept, models__waiver=WAIVER), TODAY)
    assert statuses(build(run, lambda _model, environment: environment == "dev").findings) == []


def test_only_a_build_knows_whether_a_comment_of_theirs_hides_something(check_findings, build_findings, tree) -> None:
    advisory = "enforcement: advisory\n" + RULE
    model = tree().read("models/refunds.yaml").decode()
    hidden = model.replace("{cpu: 100m, memory: 64Mi}", "{cpu: 100m, memory: 64Mi}  # modelyard: ignore[rule]: small")
    assert statuses(check_findings(advisory, models__refunds=hidden)) == []
    assert statuses(build_findings(advisory, models__refunds=hidden)) == [("rule", "waived")] * 2
    idle = model.replace("version: 1.0.0", "version: 1.0.0  # modelyard: ignore[rule]: small")
    assert statuses(check_findings(advisory, models__refunds=idle)) == []
    assert statuses(build_findings(advisory, models__refunds=idle)) == [
        ("MY312", "open"),
        ("rule", "open"),
        ("rule", "open"),
    ]


def test_a_check_can_say_what_it_did_not_ask(tree) -> None:
    run = Session(tree(RULE), TODAY)
    assert check(run) == ()
    assert run.fleet_checks.object_policy_ids == ("rule",)


@pytest.mark.parametrize("rule", [RULE, ON_MODELS])
def test_what_a_baseline_knows_is_built(tree, rule) -> None:
    refused = build(Session(tree(rule), TODAY))
    assert not refused.can_write
    known = build(Session(tree(rule), TODAY), baseline=parse_baseline(format_baseline(refused.findings)))
    assert known.can_write
    assert {status for _, status in statuses(known.findings)} == {"baseline"}
    assert [unit.id for unit in known.units if unit.files] == [
        "dev/refunds", "prod/refunds", "all.records/refunds", "dev", "prod", "all.records",
    ]  # fmt: skip


def test_what_a_consumer_refuses_is_not_built_whatever_is_known(tree) -> None:
    """A baseline answers for policies; an object that the cluster would not take is none the better for it."""
    model = tree().read("models/refunds.yaml").decode()
    patch = "  patches: [{target: {kind: Deployment}, merge: {spec: {replicas: many}}, reason: To see.}]\ngovernance:"
    run = Session(tree(RULE, models__refunds=model.replace("governance:", patch)), TODAY)
    built = build(run, baseline=parse_baseline(format_baseline(build(Session(tree(RULE), TODAY)).findings)))
    assert not built.can_write
    assert "MY502" in {item.code.id for item in built.findings if item.is_blocking}
