"""A small fleet that says of its models all that an inventory tells."""

# ruff: noqa: E501 - texts of documents

from collections.abc import Callable

import pytest

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree
from compiler.spec.language import Language

HEAD = "apiVersion: modelyard/v1\n"
LANGUAGE = Language(resources.kind_schemas(), resources.type_schemas())  # read once for all fleets
DIGEST = "sha256:" + "0" * 64
FILES = {
    "modelyard.yaml": f"""{HEAD}kind: Project
name: shop
environments: [dev, prod]
policies: [priced]
emitters:
  kustomize: {{enabled: false}}
  annex-iv: {{enabled: false}}
  approval-record: {{enabled: false}}
  cyclonedx: {{enabled: false}}
  model-cards: {{enabled: false}}
  risk-inventory: {{enabled: false}}
""",
    "models/base.yaml": f"""{HEAD}kind: Team
name: pricing
contacts: {{email: pricing@shop.example, chat: "#pricing", onCall: pricing-1}}
approvalRoles: [risk]
---
{HEAD}kind: Team
name: checkers
---
{HEAD}kind: UseCase
name: refunding
summary: Whether money is given back.
owner: pricing
process: Refunds
affected: [customers]
facts: {{purposes: [creditworthiness]}}
classification:
  eu-ai-act: {{value: high-risk, reference: Annex III, role: provider, decidedBy: checkers, date: "2026-01-05"}}
  house: {{value: b}}
---
{HEAD}kind: Dataset
name: orders
summary: What was ordered.
owner: pricing
license: MIT
classification: restricted
sensitiveFields: [email]
retention: 30d
---
{HEAD}kind: Dataset
name: clicks
classification: internal
---
{HEAD}kind: Dataset
name: prices
endpoint: http://prices.shop.example
---
{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev-ns
cluster: dev-1
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod-ns
cluster: prod-1
---
{HEAD}kind: Policy
name: priced
title: A model says what it costs
enforcement: advisory
remedy: say it
rules: [{{expression: "has(model.labels) && 'cost' in model.labels", message: the cost is missing}}]
examples:
  good: [{{model: {{labels: {{cost: low}}}}}}]
  bad: [{{model: {{}}}}]
---
{HEAD}kind: Waiver
name: not-yet-priced
policies: [priced]
models: {{names: [refunds]}}
environments: [prod]
reason: The price list comes next year.
ticket: SHOP-1
approvedBy: [{{team: pricing, role: risk}}]
validFrom: "2026-02-01"
expires: "2026-12-31"
""",
    "models/refunds.yaml": f"""{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Says who gets money back.
lifecycle: production
task: tabular-classification
useCase: refunding
labels: {{portfolio: money}}
previousNames: [moneyback]
data: {{training: [orders], evaluation: [clicks, orders]}}
uses:
  - {{dataset: prices, env: PRICES_URL}}
  - {{model: scores, release: ^1, env: SCORES_URL}}
sla: {{availability: 99.5%, latency: {{p99: 250ms}}, window: 30d}}
slo: {{unmeasured: {{latency: the server has no histogram}}}}
monitoring:
  - {{signal: dataDrift, threshold: 0.2, action: ticket, response: retrain}}
  - {{signal: cost, threshold: 5, action: page, series: {{metric: cost_total}}}}
releases:
  1.0.0: {{source: {{format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}}}
  2.0.0: {{source: {{format: onnx, uri: "s3://a/2", digest: "sha256:{"2" * 64}"}}, evaluations: [{{metric: auc, value: 0.9, dataset: clicks}}]}}
deploy:
  target: plain
  patches:
    - {{target: {{kind: Note, name: refunds}}, merge: {{x: 1}}, reason: No field for it.}}
governance:
  risk: {{tier: high, materiality: medium, complexity: low}}
  intendedUse: Refunds up to 100.
  outOfScope: [Vouchers]
  limitations: [New customers]
  review: {{interval: 180d, last: "2026-06-01"}}
  validation: {{validatedBy: checkers, date: "2026-05-01", conclusion: conditional, next: "2027-05-01", report: "https://shop.example/r"}}
  evidence:
    - {{control: "EU-AI-Act:Art.9", uri: "https://shop.example/e", date: "2026-03-01", validUntil: "2026-11-15"}}
    - {{control: "EU-AI-Act:Art.10", uri: "https://shop.example/f"}}
environments:
  dev: {{release: 2.0.0}}
  prod: {{release: 1.0.0, canary: {{release: 2.0.0, weight: 10%}}, deploy: {{suspended: true}}}}
""",
    "models/scores.yaml": f"""{HEAD}kind: Model
name: scores
type: vendor
owner: checkers
summary: A score that was bought.
lifecycle: deprecated
version: 1.2.0
source:
  provider: Example Scores
  product: Score
  version: "7"
  contract: {{id: C-7, expires: "2027-01-31"}}
  endpoint: {{host: api.scores.example}}
  fallback: {{model: rough}}
deploy: {{target: plain}}
governance: {{review: {{interval: 365d}}, risk: {{tier: medium}}}}
retirement: {{date: "2027-02-28", successor: rough}}
environments: {{dev: {{}}, prod: {{}}}}
""",
    "models/others.yaml": f"""{HEAD}kind: Model
name: rough
type: heuristic
owner: pricing
summary: A rough guess.
lifecycle: production
version: 0.1.0
source: {{image: shop/rough, digest: "{DIGEST}", parameters: [{{name: share, value: 0.4, rationale: As ever.}}]}}
deploy: {{target: plain}}
environments: {{dev: {{}}, prod: {{}}}}
---
{HEAD}kind: Model
name: wished
type: ml
owner: pricing
summary: What we would like to have.
lifecycle: proposed
governance: {{risk: {{tier: critical}}}}
---
{HEAD}kind: Model
name: old
type: rules
owner: checkers
summary: What we had.
lifecycle: retired
retirement: {{date: "2025-01-01", successor: refunds}}
governance: {{review: {{interval: 30d, last: "2024-01-01"}}}}
""",
    "templates/targets/plain/emitter.yaml": "id: plain\ntitle: Plain\nfiles: [{path: note.yaml, template: note.yaml.j2, resource: false, when: model == model && release == release}]\nexports: {endpoint: {url: 'http://{{ name }}.svc'}}\n",
    "templates/targets/plain/note.yaml.j2": "kind: Note\nmetadata: {name: {{ name }}}\n",
    "templates/records/dossier/emitter.yaml": """id: dossier
title: Dossier
regime: eu-ai-act
fields:
  - {id: use, title: The use, field: model.governance.intendedUse}
  - {id: oversight, title: Who can overrule it, field: model.governance.humanOversight}
  - {id: licences, title: Licences of data, field: "datasets[].license"}
  - {id: never, title: Never required, field: model.license, when: model.type == "llm"}
files:
  - {path: "dossier/{{ name }}.json", template: d.json.j2, scope: model, when: "has(useCase.classification)"}
""",
    "templates/records/dossier/d.json.j2": '{"name": {{ name }}}\n',
}


def make_run(*edits: tuple[str, str], **files: str) -> Session:
    """The fleet with texts replaced, and files added."""
    texts = FILES | {path.replace("__", "/") + ".yaml": text for path, text in files.items()}
    for old, new in edits:
        (path,) = [path for path, text in texts.items() if old in text]
        texts[path] = texts[path].replace(old, new)
    run = Session(MemoryTree({path: text.encode() for path, text in texts.items()}))
    run.language = LANGUAGE
    return run


@pytest.fixture
def fleet() -> Callable[..., Session]:
    return make_run


@pytest.fixture(scope="session")
def shop() -> Session:
    return make_run()
