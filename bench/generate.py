"""`python bench/generate.py N DIR`: a project of N models such as banks have; the same N gives the same bytes."""

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

TEAMS = 20
FORMATS = ("sklearn", "xgboost", "lightgbm", "onnx")
KINDS = ("ml", "ml", "ml", "ml", "ml", "ml", "rules", "rules", "rules", "vendor")

PROJECT = """\
apiVersion: modelyard/v1
kind: Project
name: bench
environments: [dev, staging, prod]
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
contacts: {{email: team-{team}@bank.example, chat: "#team-{team}"}}
---
apiVersion: modelyard/v1
kind: UseCase
name: use-{team}
summary: What team {team} decides.
owner: team-{team}
---
apiVersion: modelyard/v1
kind: Dataset
name: training-{team}
owner: team-{team}
uri: s3://data/team-{team}/
classification: restricted
---
apiVersion: modelyard/v1
kind: Dataset
name: index-{team}
owner: team-{team}
endpoint: http://index-{team}.data.svc.cluster.local:8080
classification: internal
"""

DEFAULTS = """\
apiVersion: modelyard/v1
kind: Defaults
owner: team-{team}
tenant: team-{team}
useCase: use-{team}
lifecycle: production
governance: {{review: {{every: 180d}}}}
"""

SERVED = """\
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

ML = """\
releases:
  1.{minor}.0:
    source:
      format: {format}
      uri: s3://models/{name}/1.{minor}.0/
      digest: {digest}
    evaluations:
      - metric: auc
        value: 0.9{minor}
        dataset: training-{team:02}
  1.{next}.0:
    source:
      format: {format}
      uri: s3://models/{name}/1.{next}.0/
      digest: {next_digest}
data:
  training: [training-{team:02}]
interface:
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
    as: {{env: INDEX_URL}}
{uses}sla:
  availability: 99.{nines}%
  latency:
    p99: {latency}ms
deploy:
  target: kserve
  resources:
    cpu: {cpu}m
    memory: {memory}Mi
  env:
    - name: LOG_LEVEL
      value: info
  secrets:
    - name: store-token
      key: team-{team:02}/store/token
      as: {{env: STORE_TOKEN}}
pipeline:
  retrain:
    schedule: "{minute} 3 * * 1"
monitoring:
  - signal: dataDrift
    method: psi
    threshold: 0.2
    action: ticket
governance:
  risk: {{tier: {tier}}}
  intendedUse: "What team {team} decides: {summary}"
environments:
  dev: {{release: 1.{next}.0}}
  staging: {{release: 1.{next}.0}}
  prod:
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
interface:
  protocol: rest
sla:
  availability: 99.{nines}%
  latency:
    p99: {latency}ms
deploy:
  target: kubernetes
  resources:
    cpu: {cpu}m
    memory: {memory}Mi
governance:
  risk:
    tier: {tier}
    rationale: A wrong answer costs a call.
  intendedUse: "What team {team} decides: {summary}"
  limitations:
    - Not for businesses.
    - Not for amounts above {memory}00.
  humanOversight: A person can overrule it.
environments:
  dev: {{}}
  staging: {{}}
  prod:
    deploy:
      scaling: {{min: 2, max: {most}}}
"""

VENDOR = """\
version: 1.{minor}.0
source:
  provider: Bureau {portfolio}
  product: Score {minor}
  contract:
    id: TPC-{team}-{minor}
    expires: "2028-12-31"
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
  availability: 99.{nines}%
deploy:
  target: kubernetes
governance:
  risk:
    tier: {tier}
  intendedUse: "What team {team} decides: {summary}"
  limitations:
    - The vendor does not publish how the score is made.
environments:
  dev: {{}}
  staging: {{}}
  prod: {{}}
"""

REGO = """\
package team

import rego.v1

default decision := "refer"

decision := "decline" if input.score > data.limits.decline

decision := "approve" if input.score < data.limits.approve
"""


def write_project(count: int, folder: Path) -> None:
    """Write the whole project below the folder."""
    chance = random.Random(count)
    for path, text in (*common(count), *(file for number in range(count) for file in model(number, chance))):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def common(count: int) -> Iterator[tuple[str, str]]:
    """What the models share: project, environments, teams, datasets, use cases and defaults."""
    yield "modelyard.yaml", PROJECT.format(digest=digest("opa"))
    tenants = "".join(f"  team-{team:02}: models-{team:02}\n" for team in range(TEAMS))
    for stage in ("dev", "staging", "prod"):
        yield f"models/environments/{stage}.yaml", ENVIRONMENT.format(stage=stage, tenants=tenants)
    for team in sorted({team_of(number) for number in range(count)}):
        yield f"models/team-{team:02}/team.yaml", TEAM.format(team=f"{team:02}")
        yield f"models/team-{team:02}/_defaults.yaml", DEFAULTS.format(team=f"{team:02}")
    for team in sorted({team_of(number) for number in range(count) if kind_of(number) != "vendor"}):
        yield f"models/team-{team:02}/served/_defaults.yaml", SERVED


def model(number: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """The files of one model."""
    kind, team, name = kind_of(number), team_of(number), name_of(number)
    minor = chance.randrange(1, 9)
    values = {
        "name": name,
        "type": kind,
        "team": team,
        "portfolio": chance.randrange(8),
        "summary": f"Answers question {chance.randrange(1000)} of customers and of those who serve them.",
        "minor": minor,
        "next": minor + 1,
        "digest": digest(name),
        "next_digest": digest(f"{name} next"),
        "format": chance.choice(FORMATS),
        "nines": chance.choice((0, 5, 9)),
        "latency": chance.choice((50, 100, 250, 500)),
        "cpu": chance.choice((250, 500, 750)),
        "memory": chance.choice((256, 512, 768)),
        "minute": chance.randrange(60),
        "most": chance.randrange(3, 12),
        "tier": chance.choice(("low", "medium", "high", "critical")),
        "uses": "".join(used(number, chance)),
    }
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


def kind_of(number: int) -> str:
    """The type of the model of that number."""
    return KINDS[number % len(KINDS)]


def team_of(number: int) -> int:
    """Its team: each has models of several types."""
    return (number + number // len(KINDS)) % TEAMS


def name_of(number: int) -> str:
    """Its name."""
    return f"{kind_of(number)}-{number:05}"


def used(number: int, chance: random.Random) -> Iterator[str]:
    """Up to two models before it that it asks, so that there is no circle."""
    for position, other in enumerate(chance.sample(range(number), min(number, chance.randrange(3)))):
        yield f"  - model: {name_of(other)}\n    as: {{env: OTHER_{position}_URL}}\n"


def digest(text: str) -> str:
    """The digest of the text that stands for an artifact."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    write_project(int(sys.argv[1]), Path(sys.argv[2]))
