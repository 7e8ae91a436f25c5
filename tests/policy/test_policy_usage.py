"""What evaluating one model leaves behind is complete by itself; findings about all follow from the merged usages alone."""

import random
import runpy
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.policy.pack import shipped_pack_names
from compiler.policy.policy_usage import PolicyUsage, merge_usages
from compiler.policy.usage_codec import decode_usage, encode_usage
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).parents[2]
write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]
DAY = date(2027, 1, 1)
SECRET = "https://someone:hunter2hunter2@shop.example/path"

POLICY = "apiVersion: modelyard/v1\nkind: Policy\ntitle: A rule\nremedy: do it\n"
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
reason: It moves in spring.
ticket: SHOP-12
validFrom: "2026-12-01"
expires: "2027-06-30"
"""
POLICIES = f"""{POLICY}name: rule
waiver: {{independentApprover: true}}
rules:
  - {{expression: quantities.sla.availability >= 0.999, message: too seldom}}
examples:
  good: [{{model: {{sla: {{availability: 99.9%}}}}}}]
  bad: [{{model: {{sla: {{availability: 99%}}}}}}]
---
{POLICY}name: advice
enforcement: advisory
match: {{when: model.lifecycle == "production"}}
rules:
  - {{expression: model.summary.size() > 100, message: too short}}
examples:
  good: [{{model: {{lifecycle: production, summary: {"s" * 101}}}}}]
  bad: [{{model: {{lifecycle: production, summary: s}}}}]
---
{POLICY}name: elsewhere
match: {{when: model.name == "elsewhere"}}
rules:
  - {{expression: model.summary != "", message: never}}
examples:
  good: [{{model: {{name: elsewhere, summary: s}}}}]
  bad: [{{model: {{name: elsewhere, summary: ""}}}}]
---
{POLICY}name: fails
enforcement: advisory
rules:
  - {{expression: 12 / (model.name.size() - 5) > 11, message: too long}}
examples:
  good: [{{model: {{name: sixsix}}}}]
  bad: [{{model: {{name: seven77}}}}]
---
{POLICY}name: pairs
scope: fleet
groupBy: model.summary
enforcement: advisory
rules:
  - {{expression: models.size() == 1, message: the summary is not unique}}
examples:
  good: [{{models: [{{summary: a}}, {{summary: b}}]}}]
  bad: [{{models: [{{summary: a}}, {{summary: a}}]}}]
"""
WAIVERS = f"""{WAIVER}name: own
policies: [rule]
approvedBy: [{{team: pricing, role: owner}}]
models: {{names: [b-rule, d-rule]}}
---
{WAIVER}name: used
policies: [rule, advice, pairs]
approvedBy: [{{team: risk, role: model-risk}}]
models: {{names: [a-rule, e-env, f-high]}}
---
{WAIVER}name: half
policies: [rule]
paths: [summary, sla.availability]
approvedBy: [{{team: risk, role: model-risk}}]
models: {{names: [d-rule, f-high]}}
"""


@pytest.fixture
def models(tree: Callable[..., MemoryTree]) -> MemoryTree:
    """Six models, with waivers of all sorts, comments, and policies that cannot be evaluated for some of them."""
    model = tree().read("models/refunds.yaml").decode()
    project = tree().read("modelyard.yaml").decode()
    texts = {f"models__{name}": model.replace("refunds", name, 1) for name in ("a-rule", "b-rule", "c-rule", "d-rule")}
    texts["models__c-rule"] = texts["models__c-rule"].replace("99%}", "99%}  # modelyard: ignore[rule]: why")
    texts["models__d-rule"] = texts["models__d-rule"].replace(
        "summary:", "# modelyard: ignore[advice, elsewhere]: why\nsummary:"
    )
    texts["models__e-env"] = model.replace("refunds", "e-env", 1).replace("summary: Refunds", "summary: Refunds, too")
    texts["models__f-high"] = texts["models__a-rule"].replace("a-rule", "f-high", 1).replace("99%", "99.95%")
    names = "rule, advice, elsewhere, fails, pairs"
    return tree(
        modelyard=project.replace("[rule]", f"[{names}]"), models__policies=POLICIES, models__waivers=WAIVERS, **texts
    )


def evaluate(session: Session, name: str) -> tuple[list[Finding], PolicyUsage]:
    """The findings of a model in all its environments, and its usage."""
    evaluation = session.policy_engine.start_evaluation()
    findings: list[Finding] = []
    for environment in session.fleet.environments_of(name):
        model, _ = session.fleet.resolve(name, environment)
        findings += evaluation.evaluate(model) if model else ()
    return findings, evaluation.usage


def reduce(session: Session, usages: Iterable[PolicyUsage]) -> tuple[tuple[Finding, ...], ...]:
    """What a session finds out about the fleet, its policies, waivers and comments from usages alone."""
    fleet_findings, usage = session.policy_engine.evaluate_fleet(merge_usages(usages))
    other_findings = session.policy_engine.findings(usage)
    unused_findings = session.policy_engine.unused_findings(usage, includes_objects=False)
    return fleet_findings, tuple(sorted_unique(other_findings)), tuple(sorted_unique(unused_findings))


def test_the_project_has_findings_of_every_sort(models) -> None:
    session = Session(models, DAY)
    names = list(session.portfolio.by_kind("Model"))
    usages = [evaluate(session, name)[1] for name in names]
    usage = merge_usages(usages)
    empty = {name for name in PolicyUsage.__slots__ if not getattr(usage, name)}
    assert empty == {"skipped_ids", "object_policy_ids", "matched_object_ids", "secrets"}
    fleet_findings, other_findings, unused_findings = reduce(session, usages)
    assert {(finding.code.id, finding.status.value) for finding in fleet_findings} == {
        ("pairs", "open"),
        ("pairs", "waived"),
    }
    assert {(finding.code.id, finding.message) for finding in other_findings} == {
        ("MY304", "`elsewhere` selects no model"),
        ("MY308", "own: a waiver of rule requires an approval by another team than pricing, which owns b-rule"),
    }
    assert {(finding.code.id, finding.message) for finding in unused_findings} == {
        ("MY310", "half: f-high violates none of the waived policies"),
        ("MY310", "half: no policy is violated at summary"),
        ("MY312", "the comment cannot suppress a mandatory finding"),
        ("MY312", "the comment suppresses nothing: elsewhere is not violated here"),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(), cuts=st.sets(st.integers(1, 6)))
def test_merged_in_any_order_and_grouping_usages_give_the_same_findings(models, order: random.Random, cuts) -> None:
    mapping_session = Session(models, DAY)
    names = list(mapping_session.portfolio.by_kind("Model"))
    expected = reduce(mapping_session, [evaluate(mapping_session, name)[1] for name in names])
    order.shuffle(names)
    usages = [evaluate(mapping_session, name)[1] for name in names]
    bounds = [0, *sorted(cuts), len(usages)]
    groups = [merge_usages(usages[start:end]) for start, end in pairwise(bounds)]
    order.shuffle(groups)
    stored = [decode_usage(encode_usage(usage)) for usage in groups]
    assert reduce(Session(models, DAY), stored) == expected, "of a session that evaluated no model"


def test_merging_is_idempotent_and_nothing_is_its_neutral_element(models) -> None:
    session = Session(models, DAY)
    usage = merge_usages(evaluate(session, name)[1] for name in session.portfolio.by_kind("Model"))
    assert merge_usages([usage, usage]) == usage == merge_usages([PolicyUsage.EMPTY, usage])
    assert merge_usages([]) == PolicyUsage.EMPTY


def generated_project(folder: Path) -> WorkTree:
    write_project(40, folder)
    names = ", ".join(shipped_pack_names(WorkTree(resources.shipped_folder("schemas"))))
    project = folder / "modelyard.yaml"
    project.write_text(f"{project.read_text()}\npolicies: [{names}]\n")
    return WorkTree(folder)


@pytest.mark.parametrize("project", ["small", "sample", "generated"])
def test_the_usage_of_a_model_does_not_depend_on_other_models(project, models, tmp_path) -> None:
    tree = {"small": lambda: models, "sample": lambda: WorkTree(ROOT), "generated": lambda: generated_project(tmp_path)}
    session = Session(tree[project](), DAY)
    names = list(session.portfolio.by_kind("Model"))
    results = {name: evaluate(session, name) for name in names}
    for name in reversed(names):
        alone = Session(session.tree, DAY)
        alone.__dict__["portfolio"] = session.portfolio
        assert evaluate(alone, name) == results[name]


def test_a_secret_is_in_the_usage_of_each_model_that_has_it(tree) -> None:
    """The detectors remember a text that they saw before."""
    model = tree().read("models/refunds.yaml").decode()
    model = model.replace("deploy:\n", f"deploy:\n  env: [{{name: SHOP, value: '{SECRET}'}}]\n")
    project = tree().read("modelyard.yaml").decode().replace("[rule]", "[supply-chain]")
    others = {f"models__{name}": model.replace("refunds", name, 1) for name in ("again", "once-more")}
    session = Session(tree(modelyard=project, **others), DAY)
    usages = {name: evaluate(session, name)[1] for name in session.portfolio.by_kind("Model")}
    assert {name for name, usage in usages.items() if usage.secrets == {SECRET}} == {"again", "once-more"}
    assert [name for name, usage in usages.items() if usage.is_storable] == ["refunds"]
    assert SECRET not in repr([finding for name in usages for finding in evaluate(session, name)[0]])
