"""One comparison names what a change of policies no longer requires: bindings, documents, selectors, enforcement, dates, waivers."""

from datetime import date

import pytest

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.policy.bindings_override import with_bindings_of
from compiler.policy.policy_comparison import (
    PolicyComparison,
    PolicySide,
    compare_policies,
    have_equal_policies,
)
from compiler.policy.policy_library import PolicyLibrary
from compiler.resolve.fleet import Fleet
from compiler.source.worktree import WorkTree

from .conftest import HEAD, PROJECT

RULE = """match: {lifecycle: [production, pilot]}
rules:
  - {expression: quantities.sla.availability >= 0.9, message: too seldom}
waiver: {roles: [model-risk], maxDays: 90, independentApprover: true}
examples:
  good: [{model: {sla: {availability: 99%}}}]
  bad: [{model: {sla: {availability: 80%}}}]
"""
WAIVER = f"""{HEAD}kind: Waiver
name: once
policies: [rule]
models: {{names: [refunds]}}
environments: [prod]
paths: [sla.availability]
reason: It moves in spring.
ticket: A-1
approvedBy: [{{team: risk, role: model-risk}}]
validFrom: "2026-12-01"
expires: "2027-01-31"
"""
DAY = date(2027, 1, 1)


@pytest.fixture
def compare(tree):
    """The comparison of two states of the project."""

    def run(old: tuple[str, dict[str, str]], new: tuple[str, dict[str, str]]) -> PolicyComparison:
        base, head = (Session(tree(policy, **files), DAY) for policy, files in (old, new))
        shipped = WorkTree(resources.shipped_folder("schemas"))
        fleet = Fleet(with_bindings_of(head.portfolio, base.portfolio), head.language, head.tree)
        sides = [
            PolicySide(session.portfolio, PolicyLibrary(session.portfolio, shipped), side_fleet)
            for session, side_fleet in ((base, fleet), (head, head.fleet))
        ]
        comparison = compare_policies(*sides)
        assert have_equal_policies(base.portfolio, head.portfolio) is not bool(comparison.changes)
        return comparison

    return run


def shown(comparison: PolicyComparison) -> list[tuple[str, str, str]]:
    return [(change.kind.value, change.name, change.detail) for change in comparison.changes]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("production, pilot", "pilot", ("selector-narrowed", "rule", "")),
        ("match:", "mandatoryFrom: '2027-05-01'\nmatch:", ("postponed", "rule", "mandatoryFrom: none → 2027-05-01")),
        ("match:", "inForce: {to: '2027-05-01'}\nmatch:", ("postponed", "rule", "inForce.to: none → 2027-05-01")),
        ("match:", "inForce: {from: '2027-05-01'}\nmatch:", ("postponed", "rule", "inForce.from: none → 2027-05-01")),
        ("match:", "enforcement: advisory\nmatch:", ("enforcement-lowered", "rule", "mandatory → advisory")),
        ("match:", "enforcementIn: {prod: advisory}\nmatch:", ("enforcement-lowered", "rule", "mandatory → advisory")),
        ("maxDays: 90", "maxDays: 91", ("waiver-terms-loosened", "rule", "waiver.maxDays: 90 → 91")),
        ("roles: [model-risk], ", "", ("waiver-terms-loosened", "rule", "waiver.roles: model-risk → none")),
        (", independentApprover: true", "", ("waiver-terms-loosened", "rule", "waiver.independentApprover: true → none")),
        (">= 0.9", ">= 0.8", ("rules-changed", "rule", "rules")),
    ],
)  # fmt: skip
def test_a_field_of_a_policy_that_requires_less_is_a_loss_and_the_reverse_a_gain(compare, old, new, expected) -> None:
    assert old in RULE
    changed = RULE.replace(old, new)
    assert shown(compare((RULE, {}), (changed, {}))) == [expected]
    [change] = compare((changed, {}), (RULE, {})).changes
    assert (change.kind.is_loss, change.name) == (False, "rule")


@pytest.mark.parametrize(
    ("old", "new", "kind", "detail"),
    [
        ("policies: [rule]", "policies: [rule, baseline]", "waiver-widened", "policies: baseline"),
        ("environments: [prod]", "environments: [dev, prod]", "waiver-widened", "models: refunds in dev"),
        ("names: [refunds]", "owners: [risk]", None, ""),
        ("paths: [sla.availability]\n", "", "waiver-widened", "paths: sla.availability → all"),
        ("2027-01-31", "2027-02-28", "waiver-widened", "expires: 2027-01-31 → 2027-02-28"),
        ("2026-12-01", "2026-11-01", "waiver-widened", "validFrom: 2026-12-01 → 2026-11-01"),
    ],
)
def test_a_waiver_that_exempts_more_is_a_loss(compare, old, new, kind, detail) -> None:
    assert old in WAIVER
    changes = compare((RULE, {"models__waiver": WAIVER}), (RULE, {"models__waiver": WAIVER.replace(old, new)})).losses
    assert [(change.kind.value, change.name, change.detail) for change in changes] == (
        [(kind, "once", detail)] if kind else []
    )


def test_a_new_waiver_is_a_loss_and_a_removed_one_a_gain(compare) -> None:
    [added] = compare((RULE, {}), (RULE, {"models__waiver": WAIVER})).changes
    assert (added.kind.value, added.detail, added.models) == ("waiver-added", "rule until 2027-01-31", {"refunds"})
    assert added.location.path == "models/waiver.yaml"
    assert shown(compare((RULE, {"models__waiver": WAIVER}), (RULE, {}))) == [
        ("waiver-removed", "once", "rule until 2027-01-31")
    ]


def test_an_unbound_pack_names_its_policies_and_models_at_the_list_of_the_project(compare) -> None:
    bound = {"modelyard": PROJECT.replace("[rule]", "[rule, baseline, agents]")}
    comparison = compare((RULE, bound), (RULE, {}))
    agents, baseline = comparison.losses
    assert (agents.name, agents.models, baseline.name, baseline.models) == ("agents", set(), "baseline", {"refunds"})
    assert "baseline/owner-has-contacts" in baseline.policies
    assert (baseline.location.path, baseline.is_pack) == ("modelyard.yaml", True)
    assert [change.kind.value for change in compare((RULE, {}), (RULE, bound)).changes] == ["bound", "bound"]


def test_a_binding_that_another_one_replaces_is_no_loss(compare) -> None:
    bound = {"modelyard": PROJECT.replace("[rule]", "[rule, baseline/owner-has-contacts]")}
    whole_pack = {"modelyard": PROJECT.replace("[rule]", "[rule, baseline]")}
    assert compare((RULE, bound), (RULE, whole_pack)).losses == ()


def test_a_policy_that_is_removed_with_its_binding_is_one_loss(compare) -> None:
    [removed] = compare((RULE, {}), ("", {"modelyard": PROJECT.replace("[rule]", "[]")})).changes
    assert (removed.kind.value, removed.name, removed.location.path) == ("removed", "rule", "modelyard.yaml")


def test_a_model_that_unbinds_its_own_policy_is_a_loss_in_its_spec(compare, tree) -> None:
    spec = tree().read("models/refunds.yaml").decode()
    unbound = {"modelyard": PROJECT.replace("[rule]", "[]")}
    [loss] = compare((RULE, {**unbound, "models__refunds": f"{spec}policies: [rule]\n"}), (RULE, unbound)).changes
    assert (loss.kind.value, loss.models, loss.location.path) == ("unbound", {"refunds"}, "models/refunds.yaml")


def test_other_changes_are_none(compare, tree) -> None:
    spec = tree().read("models/refunds.yaml").decode().replace("Refunds or not", "Refunds")
    assert compare((RULE, {}), (f"# A comment.\n{RULE}", {"models__refunds": spec})).changes == ()
