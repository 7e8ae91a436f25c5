"""`python bench/generate.py N DIR [careful]`: a project of N models such as banks have; the same N gives the same bytes.

Without `careful` it breaks many of the shipped policies; with it, nearly every model keeps them.
"""

import hashlib
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from math import prod
from pathlib import Path
from typing import NamedTuple

TEAMS = 20
STAGES = ("dev", "staging", "prod")
FORMATS = ("sklearn", "xgboost", "lightgbm", "onnx")
SAFE_FORMATS = FORMATS[1:]
"""Those that hold data alone; the servers of sklearn load a pickle."""
KINDS = ("ml", "ml", "ml", "ml", "ml", "ml", "rules", "rules", "rules", "vendor")

PROJECT = """\
apiVersion: modelyard/v1
kind: Project
name: bench
environments: [{stages}]
images:
  opa: {{image: registry.bank.example/opa:1.10.1, digest: {digest}}}
"""

ENVIRONMENT = """\
apiVersion: modelyard/v1
kind: Environment
name: {stage}
stage: {stage}
cluster: {stage}-1
namespaces:
{tenants}secretStore: vault
capabilities:
  kubernetes: {{version: "1.34"}}
  kserve: {{version: "0.20", mode: Standard}}
  externalSecrets: {{store: ClusterSecretStore}}
"""

TEAM = """\
apiVersion: modelyard/v1
kind: Team
name: team-{team}
contacts: {{email: team-{team}@bank.example, chat: "#team-{team}"{on_call}}}
---
apiVersion: modelyard/v1
kind: UseCase
name: use-{team}
summary: What team {team} decides.
owner: team-{team}
{affected}---
apiVersion: modelyard/v1
kind: Dataset
name: training-{team}
owner: team-{team}
uri: s3://data/team-{team}/
classification: restricted
{state}---
{held_out}apiVersion: modelyard/v1
kind: Dataset
name: index-{team}
owner: team-{team}
endpoint: http://index-{team}.data.svc.cluster.local:8080
podSelector: {{matchLabels: {{app: index-{team}}}}}
classification: internal
{built}"""

DEFAULTS = """\
apiVersion: modelyard/v1
kind: Defaults
owner: team-{team}
tenant: team-{team}
useCase: use-{team}
lifecycle: production
governance: {{review: {{interval: 180d}}}}
"""

SERVED_DEFAULTS = """\
apiVersion: modelyard/v1
kind: Defaults
deploy:
  scaling: {min: 1, max: 2}
environments:
  prod: {deploy: {disruptionBudget: 1}}
"""

HEAD = """\
apiVersion: modelyard/v1
kind: Model
name: {name}
type: {type}
summary: {summary}
labels:
  portfolio: portfolio-{portfolio}
"""

VALIDATORS = """\
apiVersion: modelyard/v1
kind: Team
name: model-risk
contacts: {email: model-risk@bank.example}
"""

ML = """\
releases:
  1.{minor}.0:
    source:
      format: {format}
      uri: s3://models/{name}/1.{minor}.0/
      digest: {digest}
    signature: s3://models/signatures/first.sigstore.json
    evaluations:
      - metric: auc
        value: 0.9{minor}
        dataset: {judged_by}-{team:02}
  1.{next}.0:
    source:
      format: {format}
      uri: s3://models/{name}/1.{next}.0/
      digest: {next_digest}
{evaluated}data:
  training: [training-{team:02}]
{evaluation}interface:
  protocol: v2
  inputs:
    - name: amount
      datatype: FP64
      shape: [-1]
  outputs:
    - name: score
      datatype: FP64
      shape: [-1]
uses:
  - dataset: index-{team:02}
    env: INDEX_URL
{uses}sla:
  availability: {availability}%
  latency:
    p99: {latency}ms
deploy:
  target: kserve
  resources:
    cpu: {cpu}m
    memory: {memory}Mi
{callers}  env:
    - name: LOG_LEVEL
      value: info
  secrets:
    - name: store-token
      key: team-{team:02}/store/token
      env: STORE_TOKEN
pipeline:
  retrain:
    schedule: "{minute} 3 * * 1"
monitoring:
  - signal: dataDrift
    method: psi
    threshold: 0.2
    action: ticket
{fairness}governance:
  risk: {{tier: {tier}{argued}}}
  intendedUse: "What team {team} decides: {summary}"
{validated}{limitations}environments:
{before}  prod:
    release: 1.{minor}.0
    deploy:
      scaling: {{min: 2, max: {most}}}
"""

RULES = """\
version: 1.{minor}.0
source:
  engine: opa
  files: [policy.rego, data.json]
  entrypoint: team/decision
{tests}interface:
  protocol: rest
sla:
  availability: {availability}%
  latency:
    p99: {latency}ms
deploy:
  target: kubernetes
  resources:
    cpu: {cpu}m
    memory: {memory}Mi
{callers}governance:
  risk:
    tier: {tier}
    materiality: medium
    complexity: low
    rationale: A wrong answer costs a call.
{validated}  intendedUse: "What team {team} decides: {summary}"
  limitations:
    - Not for businesses.
    - Not for amounts above {memory}00.
  humanOversight: A person can overrule it.
environments:
{before}  prod:
    deploy:
      scaling: {{min: 2, max: {most}}}
"""

VENDOR = """\
version: 1.{minor}.0
source:
  provider: Bureau {portfolio}
  product: Score {minor}
{version}  contract:
    id: TPC-{team}-{minor}
    expires: "2028-12-31"
    criticalFunction: false
  endpoint:
    host: api-{minor}.bureau-{portfolio}.example
    path: /v1/score
  egress:
    cidrs: [203.0.113.0/24]
  fallback:
    behaviour: refer
interface:
  protocol: rest
sla:
  availability: {availability}%
{answers}deploy:
  target: kubernetes
governance:
  risk:
    tier: {tier}
{reasoned}{validated}  evidence:
    - control: DORA:Art.30
      uri: https://records.bank.example/TPC-{team}-{minor}
  intendedUse: "What team {team} decides: {summary}"
  limitations:
    - The vendor does not publish how the score is made.
environments:
{before}  prod: {{}}
"""

REGO = """\
package team

import rego.v1

default decision := "refer"

decision := "decline" if input.score > data.limits.decline

decision := "approve" if input.score < data.limits.approve
"""

REGO_TEST = """\
package team_test

import rego.v1

test_high_scores_are_declined if data.team.decision == "decline" with input as {"score": 1}
"""

SHARED_FACTS = {
    "on_call": ", onCall: team-{team}",
    "affected": """\
affected: [customers]
evidence:
  - control: ISO-42001:A.5.3
    uri: https://records.bank.example/impact
""",
    "state": 'version: "2026-06"\nlicense: LicenseRef-bank-internal\nretention: 730d\n',
    "built": "version: nightly\n",
    "held_out": """\
apiVersion: modelyard/v1
kind: Dataset
name: held-out-{team}
owner: team-{team}
uri: s3://data/team-{team}/held-out/
version: "2026-07"
license: LicenseRef-bank-internal
classification: restricted
---
""",
}
"""What teams, use cases and datasets say beyond what the language asks for, where they keep the shipped policies."""

FACTS = {
    "evaluated": """\
    signature: s3://models/signatures/{next}.sigstore.json
    evaluations:
      - metric: auc
        value: 0.9{next}
        dataset: held-out-{team:02}
""",
    "evaluation": "  evaluation: [held-out-{team:02}]\n",
    "fairness": """\
  - signal: fairnessDrift
    method: psi
    threshold: 0.1
    action: page
""",
    "callers": """\
  callers:
    - name: branch
      namespace: branch
      podSelector: {{matchLabels: {{app: branch}}}}
""",
    "argued": ", materiality: medium, complexity: low, rationale: A wrong answer costs a call.",
    "validated": (
        "  validation: {{validatedBy: model-risk, date: '2026-06-01', conclusion: approved, next: '2036-06-01'}}\n"
        "  incidentResponse: The team on call decides.\n  assumptions: [Customers behave as they did.]\n"
    ),
    "limitations": "  limitations:\n    - Not for businesses.\n",
    "tests": "  tests: [policy_test.rego]\n",
    "version": "  version: '{minor}.1'\n",
    "answers": "  latency:\n    p99: {latency}ms\n",
    "reasoned": "    materiality: medium\n    complexity: low\n    rationale: A wrong answer costs a call.\n",
}
"""What a careful model says beyond what the language asks for."""

CARELESS_INTERVAL = 47
"""Of so many models one is careless in a project of careful ones."""


def write_project(count: int, folder: Path, *, careful: bool = False, stages: Sequence[str] = STAGES) -> None:
    """Write the whole project below the folder; `careful`: nearly every model keeps the shipped policies; `stages`: where all run."""
    rng = random.Random(count)
    service_levels: list[ServiceLevel] = []
    models = (
        file
        for number in range(count)
        for file in model_files(number, rng, service_levels, careful=careful, stages=stages)
    )
    for path, text in (*common_files(count, careful=careful, stages=stages), *models):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def common_files(count: int, *, careful: bool, stages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the models share: project, environments, teams, datasets, use cases and defaults."""
    yield "modelyard.yaml", PROJECT.format(digest=digest("opa"), stages=", ".join(stages))
    if careful:
        yield "models/model-risk.yaml", VALIDATORS
    tenants = "".join(f"  team-{team:02}: models-{team:02}\n" for team in range(TEAMS))
    for stage in stages:
        yield f"models/environments/{stage}.yaml", ENVIRONMENT.format(stage=stage, tenants=tenants)
    for team in sorted({team_of(number) for number in range(count)}):
        team_values = {"team": f"{team:02}"}
        yield (
            f"models/team-{team:02}/team.yaml",
            TEAM.format(**team_values, **fill_facts(SHARED_FACTS, team_values, careful=careful)),
        )
        yield f"models/team-{team:02}/_defaults.yaml", DEFAULTS.format(team=f"{team:02}")
    for team in sorted({team_of(number) for number in range(count) if kind_of(number) != "vendor"}):
        yield f"models/team-{team:02}/served/_defaults.yaml", SERVED_DEFAULTS


class ServiceLevel(NamedTuple):
    """How often a model answers, in percent, and within how many milliseconds."""

    availability: Decimal
    latency: int

    def composite_with(self, dependencies: list["ServiceLevel"]) -> "ServiceLevel":
        """No more than what those come to together that are asked on the way."""
        share = prod((dependency.availability / 100 for dependency in dependencies), start=Decimal(1))
        composite = (share * 100).quantize(Decimal("0.001"), ROUND_FLOOR)
        return ServiceLevel(
            min(self.availability, composite), max(dependency.latency for dependency in (self, *dependencies))
        )


def model_files(
    number: int, rng: random.Random, service_levels: list[ServiceLevel], *, careful: bool, stages: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The files of one model; `promises`: those of the models before it."""
    kind, team, name = kind_of(number), team_of(number), name_of(number)
    careful = careful and (number + 1) % CARELESS_INTERVAL != 0
    minor = rng.randrange(1, 9)
    values = {
        "name": name,
        "type": kind,
        "team": team,
        "portfolio": rng.randrange(8),
        "summary": f"Answers question {rng.randrange(1000)} of customers and of those who serve them.",
        "minor": minor,
        "next": minor + 1,
        "digest": digest(name),
        "next_digest": digest(f"{name} next"),
        "format": rng.choice(SAFE_FORMATS if careful else FORMATS),
        "availability": (availability := Decimal(rng.choice(("99.0", "99.5", "99.9")))),
        "latency": (latency := rng.choice((50, 100, 250, 500))),
        "cpu": rng.choice((250, 500, 750)),
        "memory": rng.choice((256, 512, 768)),
        "minute": rng.randrange(60),
        "most": rng.randrange(3, 12),
        "tier": rng.choice(("low", "medium", "high", "critical")),
    }
    dependencies = rng.sample(range(number), min(number, rng.randrange(3)))
    service_level = ServiceLevel(availability, latency)
    service_levels.append(
        service_level.composite_with([service_levels[dependency] for dependency in dependencies])
        if careful and kind == "ml"
        else service_level
    )
    values |= service_levels[-1]._asdict()
    values |= {"uses": "".join(uses_entries(dependencies)), "judged_by": "held-out" if careful else "training"}
    values |= fill_facts(FACTS, values, careful=careful)
    next_release = f"{{release: 1.{minor + 1}.0}}" if kind == "ml" else "{}"
    values["before"] = "".join(f"  {stage}: {next_release}\n" for stage in stages[:-1])
    folder = f"models/team-{team:02}"
    if kind == "ml":
        yield f"{folder}/served/{name}.yaml", (HEAD + ML).format(**values)
    elif kind == "vendor":
        yield f"{folder}/bought/{name}.yaml", (HEAD + VENDOR).format(**values)
    else:
        limits = {"limits": {"approve": minor / 100, "decline": minor / 10}}
        yield f"{folder}/served/{name}/spec.yaml", (HEAD + RULES).format(**values)
        yield f"{folder}/served/{name}/policy.rego", REGO
        yield f"{folder}/served/{name}/data.json", json.dumps(limits) + "\n"
        if careful:
            yield f"{folder}/served/{name}/policy_test.rego", REGO_TEST


def fill_facts(facts: Mapping[str, str], values: Mapping[str, object], *, careful: bool) -> dict[str, str]:
    """The facts filled in; empty ones where nobody was careful."""
    return {key: fact.format(**values) if careful else "" for key, fact in facts.items()}


def kind_of(number: int) -> str:
    """The type of the model of that number."""
    return KINDS[number % len(KINDS)]


def team_of(number: int) -> int:
    """Its team: each has models of several types."""
    return (number + number // len(KINDS)) % TEAMS


def name_of(number: int) -> str:
    """Its name."""
    return f"{kind_of(number)}-{number:05}"


def uses_entries(dependencies: list[int]) -> Iterator[str]:
    """Models before it that it asks, so that there is no circle."""
    for position, dependency in enumerate(dependencies):
        yield f"  - model: {name_of(dependency)}\n    env: OTHER_{position}_URL\n"


def digest(text: str) -> str:
    """The digest of the text that stands for an artifact."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    write_project(int(sys.argv[1]), Path(sys.argv[2]), careful=sys.argv[3:] == ["careful"])
