"""A small project to evaluate policies on."""

# ruff: noqa: E501 - texts of documents

from collections.abc import Callable
from datetime import date

import pytest

from compiler.diagnostics.finding import Finding
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
PROJECT = f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, prod]\npolicies: [rule]\nimages: {{opa: {{image: shop.example/opa, digest: 'sha256:{'1' * 64}'}}}}\n"
BASE = f"""{HEAD}kind: Team
name: pricing
contacts: {{email: pricing@shop.example}}
approvalRoles: [owner]
---
{HEAD}kind: Team
name: risk
approvalRoles: [model-risk]
---
{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev
secretStore: vault
capabilities: {{kubernetes: {{version: "1.34"}}, externalSecrets: {{store: ClusterSecretStore}}}}
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod
secretStore: vault
capabilities: {{kubernetes: {{version: "1.34"}}, externalSecrets: {{store: ClusterSecretStore}}}}
---
{HEAD}kind: Dataset
name: orders
classification: internal
"""
MODEL = f"""{HEAD}kind: Model
name: refunds
type: rules
owner: pricing
summary: Refunds or not
lifecycle: production
version: 1.0.0
source: {{engine: opa, files: [one.rego], entrypoint: refunds/allowed}}
data: {{evaluation: [orders]}}
sla: {{availability: 99%}}
deploy:
  target: kubernetes
  resources: {{cpu: 100m, memory: 64Mi}}
  secrets:
    - {{name: one, key: shop/one, env: ONE}}
    - {{name: two, key: other/two, env: TWO}}
governance: {{risk: {{tier: low}}, intendedUse: Refunds., limitations: [None known]}}
environments: {{dev: {{}}, prod: {{}}}}
"""
POLICY = f"""{HEAD}kind: Policy
name: rule
title: A rule
remedy: do it
"""


@pytest.fixture
def tree() -> Callable[..., MemoryTree]:
    """The project with what is given beside it or instead: paths with `__` for `/` and no ending."""

    def make(policy: str = "", **files: str) -> MemoryTree:
        texts = {"modelyard.yaml": PROJECT, "models/base.yaml": BASE, "models/refunds.yaml": MODEL}
        texts |= {"models/one.rego": "package refunds\n\nallowed if input.amount < 10\n"}
        texts |= {"models/policy.yaml": POLICY + policy} if policy else {}
        named = {
            f"{name.replace('__', '/')}.yaml" if name != "modelyard" else "modelyard.yaml": text
            for name, text in files.items()
        }
        return MemoryTree({path: text.encode() for path, text in (texts | named).items()})

    return make


@pytest.fixture
def check_findings(tree) -> Callable[..., list[Finding]]:
    """What a check of the project finds, on the first of January 2027."""

    def run(
        policy: str = "", *, as_of: str = "2027-01-01", since: ChangeBase | None = None, **files: str
    ) -> list[Finding]:
        return list(check(Session(tree(policy, **files), date.fromisoformat(as_of), since)))

    return run


@pytest.fixture
def build_findings(tree) -> Callable[..., list[Finding]]:
    """What a build of the project finds."""

    def run(policy: str = "", **files: str) -> list[Finding]:
        return list(build(Session(tree(policy, **files), date(2027, 1, 1))).findings)

    return run
