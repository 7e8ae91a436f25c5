"""The policies of the base judge a change: it shows what it unbinds, and cannot hide a new violation by that."""

# ruff: noqa: E501 - texts of documents

from datetime import date

import pytest

from compiler.diagnostics.finding import Finding
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
DAY = date(2027, 1, 1)
POLICY = f"""{HEAD}kind: Policy
name: rule
title: A rule
remedy: do it
rules:
  - {{expression: quantities.sla.availability >= 0.99, message: too seldom}}
waiver: {{roles: [model-risk]}}
examples:
  good: [{{model: {{sla: {{availability: 99%}}}}}}]
  bad: [{{model: {{sla: {{availability: 80%}}}}}}]
"""
WAIVER = f"""{HEAD}kind: Waiver
name: once
policies: [rule]
models: {{names: [refunds]}}
reason: It moves in spring.
ticket: A-1
approvedBy: [{{team: risk, role: model-risk}}]
expires: "2027-12-31"
"""


def session(
    availability: str = "99%",
    policies: str = "[rule]",
    policy: str = POLICY,
    roles: str = "[model-risk]",
    waiver: str = "",
    base: Session | None = None,
) -> Session:
    project = f"{HEAD}kind: Project\nname: shop\nenvironments: [prod]\npolicies: {policies}\n"
    shared = f"{HEAD}kind: Team\nname: risk\napprovalRoles: {roles}\n---\n{HEAD}kind: Environment\nname: prod\nstage: prod\nnamespace: shop\n"
    model = f"""{HEAD}kind: Model
name: refunds
type: heuristic
owner: risk
summary: Refunds
lifecycle: production
version: 1.0.0
source: {{image: "shop.example/till:1", digest: "sha256:{"1" * 64}"}}
sla: {{availability: {availability}}}
environments: {{prod: {{}}}}
"""
    texts = {"modelyard.yaml": project, "models/base.yaml": shared, "models/refunds.yaml": model}
    texts |= {"models/policy.yaml": policy} if policy else {}
    texts |= {"models/waiver.yaml": waiver} if waiver else {}
    tree = MemoryTree({path: text.encode() for path, text in texts.items()})
    return Session(tree, DAY, ChangeBase(base.tree, base.as_of, label="main") if base else None)


def violations(run: Session) -> list[Finding]:
    return [finding for finding in check(run) if finding.code.id == "rule" and finding.is_blocking]


def losses(run: Session) -> list[Finding]:
    return [finding for finding in check(run) if finding.code.id == "MY321"]


LOOSENED = [
    {"policies": "[]"},
    {"policies": "[]", "policy": ""},
    {"policy": POLICY.replace("0.99", "0.5")},
    {"policy": POLICY.replace("rules:", "enforcement: advisory\nrules:")},
    {"policy": POLICY.replace("rules:", "match: {lifecycle: [pilot]}\nrules:")},
    {"policy": POLICY.replace("rules:", "mandatoryFrom: '2028-01-01'\nrules:")},
]


@pytest.mark.parametrize("changes", LOOSENED)
def test_a_change_cannot_hide_its_violation_by_loosening_the_policy(changes) -> None:
    [finding] = violations(session("90%", **changes, base=session()))
    assert finding.notes[-1].message == "the policies of main judge the change that unbinds or loosens them"
    assert finding.location.path == "models/refunds.yaml"
    assert violations(session("90%", **changes)) == []


@pytest.mark.parametrize("changes", LOOSENED)
def test_a_policy_that_models_violate_already_can_be_loosened(changes) -> None:
    assert violations(session("90%", **changes, base=session("90%"))) == []


@pytest.mark.parametrize("changes", LOOSENED)
def test_a_change_of_the_policy_alone_is_a_warning(changes) -> None:
    run = session(**changes, base=session())
    assert violations(run) == []
    found = losses(run)
    assert not any(finding.is_blocking for finding in found)
    assert len(found) == (0 if "0.5" in changes.get("policy", "") else 1)


def test_the_loss_is_at_the_list_of_the_project_and_counts_policies_and_models() -> None:
    [finding] = losses(session(policies="[rule]", base=session(policies="[rule, baseline, data]")))
    assert (finding.location.path, finding.location.line) == ("modelyard.yaml", 5)
    assert finding.message.startswith("2 packs unbound: ")
    assert finding.message.endswith(" policies no longer apply to 1 model: baseline, data")


def test_the_teams_of_the_base_judge_a_waiver() -> None:
    assert violations(session("90%", waiver=WAIVER, base=session())) == []
    [finding] = violations(session("90%", waiver=WAIVER, base=session(roles="[owner]")))
    assert finding.location.path == "models/refunds.yaml"
    [loss] = losses(session("90%", waiver=WAIVER, base=session()))
    assert loss.message == "1 waiver added: 1 model: once (rule until 2027-12-31)"


def test_a_violation_is_reported_once() -> None:
    assert len(violations(session("90%", policies="[rule, data]", base=session()))) == 1


def test_the_same_policies_give_no_finding() -> None:
    assert losses(session("99.5%", base=session())) == []
