"""Each rule of the review classifies what it names, and nothing that only looks like it."""

import pytest

from compiler.resolve.value_diff import ABSENT, ValueDifference
from compiler.review.review_rules import ChangeClass, classify, shipped_rules


def classified(path: str, old, new, kind: str = "Model", quantity: str = "") -> tuple[str, str]:
    difference = ValueDifference(tuple(path.split(".")), old, new, quantity)
    result = classify(kind, difference, ChangeClass.BEHAVIOUR)
    return result.class_.value, result.rule


@pytest.mark.parametrize(
    ("path", "old", "new", "class_", "rule"),
    [
        ("governance.risk.tier", "high", "low", "risk-raising", "tier-lowered"),
        ("governance.risk.tier", "low", "high", "metadata", "tier-raised"),
        ("governance.risk.tier", "low", ABSENT, "risk-raising", "tier-removed"),
        ("governance.risk", {"tier": "low"}, ABSENT, "risk-raising", "tier-removed"),
        ("lifecycle", "production", "pilot", "risk-raising", "lifecycle-backwards"),
        ("lifecycle", "pilot", "production", "metadata", "lifecycle-forwards"),
        ("policies", ["a", "b"], ["a"], "risk-raising", "policy-unbound"),
        ("policies", ["a"], ["a", "b"], "behaviour", ""),
        ("policies", ["a"], ["b"], "risk-raising", "policy-unbound"),
        ("deploy.egress.https://x.example", ABSENT, {"url": "https://x.example"}, "risk-raising", "egress-added"),
        ("deploy.egress.https://x.example", {"url": "https://x.example"}, ABSENT, "safe", "egress-removed"),
        ("deploy", ABSENT, {"expose": {"host": "x"}}, "risk-raising", "exposed"),
        ("deploy.expose", {"host": "x"}, ABSENT, "breaking", "route-removed"),
        ("tenant", "a", "b", "destructive", "tenant-changed"),
        ("release.source.tools.pay.sideEffects", "none", "irreversible", "risk-raising", "tool-effect-raised"),
        ("release.source.tools.pay.approval", "always", "never", "risk-raising", "tool-approval-dropped"),
        ("release.source.prompts.task.file", "a.md", "b.md", "risk-raising", "prompt-changed"),
        ("pipeline.evaluate.gates.auc.value", 0.93, 0.5, "risk-raising", "gate-loosened"),
        ("summary", "a", "b", "behaviour", ""),
    ],
)
def test_a_change_of_a_model_has_the_class_of_its_rule(path, old, new, class_, rule) -> None:
    assert classified(path, old, new) == (class_, rule)


def test_quantities_are_compared_as_numbers() -> None:
    assert classified("sla.availability", "99.5%", "95%", quantity="percentage") == (
        "risk-raising",
        "availability-lowered",
    )
    assert classified("sla.availability", "9%", "95%", quantity="percentage") == ("safe", "service-level-tightened")
    assert classified("sla.latency.p99", "900ms", "2s", quantity="duration") == ("risk-raising", "latency-raised")


def test_a_rule_about_another_kind_does_not_match() -> None:
    assert classified("approvalRoles", ["a"], ["a", "b"], kind="Team") == ("risk-raising", "approver-roles-changed")
    assert classified("approvalRoles", ["a"], ["a", "b"], kind="Dataset") == ("behaviour", "")


def test_the_most_serious_of_several_added_values_counts() -> None:
    value = {"scaling": {"max": 3}, "secrets": [], "egress": [{"url": "x"}]}
    assert classified("deploy", ABSENT, value)[0] == "risk-raising"


def test_rules_have_unique_names_and_reasons() -> None:
    rules = shipped_rules()
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.reason and not rule.reason.endswith(".") for rule in rules)
