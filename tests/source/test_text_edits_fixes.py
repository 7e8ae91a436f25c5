"""A fix of a beginner's mistake never causes a new finding."""

from datetime import date
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.memory_tree import MemoryTree
from compiler.source.text_edits import apply_fixes

DIGEST = "0123456789abcdef" * 4
SPEC, PLACES = "models/churn.yaml", "models/environments.yaml"
PROJECT = {
    "modelyard.yaml": "apiVersion: modelyard/v1\nkind: Project\nname: bank\nenvironments: [dev, prod]\n",
    "models/teams.yaml": "apiVersion: modelyard/v1\nkind: Team\nname: risk\n",
    PLACES: """\
apiVersion: modelyard/v1
kind: Environment
name: dev
stage: dev
namespace: models-dev
capabilities: {kubernetes: {version: "1.34"}}
---
apiVersion: modelyard/v1
kind: Environment
name: prod
stage: prod
namespace: models-prod
capabilities: {kubernetes: {version: "1.34"}}
""",
    "templates/targets/plain/emitter.yaml": """\
id: plain
title: Plain
supports: {types: [ml]}
files: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]
""",
    "templates/targets/plain/note.txt.j2": "Runs {{ name }}.\n",
    SPEC: f"""\
apiVersion: modelyard/v1
kind: Model
name: churn
type: ml
owner: risk
lifecycle: production
summary: Predicts which customers are about to leave.
version: 0.1.0
source:
  format: sklearn
  uri: s3://models/churn/0.1.0/
  digest: sha256:{DIGEST}
deploy:
  target: plain
  suspended: false
  resources: {{cpu: 500m, memory: 1Gi, gpu: 1}}
  scaling: {{min: 2, max: 4, cpu: 80%}}
  env: [{{name: LOG_LEVEL, value: info}}]
  egress: ["https://features.bank.example/v1"]
sla:
  availability: 99.5%
  latency: {{p50: 100ms, p99: 250ms}}
  window: 30d
pipeline:
  train: {{command: [python, train.py]}}
  retrain: {{schedule: 0 3 * * 1}}
governance:
  risk: {{tier: high, materiality: low}}
  review: {{interval: 180d, last: 2026-10-01}}
policies: []
environments: {{dev: {{}}, prod: {{}}}}
""",
}


class Mistake(NamedTuple):
    """A wrong text, and the right text that it replaces."""

    right: str
    wrong: str
    path: str = SPEC


MISTAKES = (
    Mistake("  suspended: false", "  suspended: no"),
    Mistake("  suspended: false", '  suspended: "False"'),
    Mistake("  suspended: false", "  suspended: perhaps"),
    Mistake("cpu: 500m", "cpu: 500 m"),
    Mistake("cpu: 500m", "cpu: half"),
    Mistake("memory: 1Gi", "memory: 1GiB"),
    Mistake("memory: 1Gi", "memory: 1GB"),
    Mistake("memory: 1Gi", "memory: 1073741824"),
    Mistake("gpu: 1", "gpu: one"),
    Mistake("gpu: 1", "gpu: 0"),
    Mistake("min: 2", 'min: "2"'),
    Mistake("min: 2", "min: 9"),
    Mistake("min: 2", "minimum: 2"),
    Mistake("max: 4", "max: four"),
    Mistake("cpu: 80%", "cpu: 80"),
    Mistake("cpu: 80%", "cpu: 0.8"),
    Mistake("[{name: LOG_LEVEL, value: info}]", "{LOG_LEVEL: info}"),
    Mistake("[{name: LOG_LEVEL, value: info}]", "[{name: LOG_LEVEL, value: 10}]"),
    Mistake("[{name: LOG_LEVEL, value: info}]", "[{name: LOG_LEVEL, value: yes}]"),
    Mistake('egress: ["https://features.bank.example/v1"]', 'egress: "https://features.bank.example/v1"'),
    Mistake("99.5%", "0.995"),
    Mistake("99.5%", "99.5"),
    Mistake("99.5%", "high"),
    Mistake("p50: 100ms", "p50: 100 ms"),
    Mistake("p50: 100ms", "P50: 100ms"),
    Mistake("p50: 100ms", "p50: 1h"),
    Mistake("p99: 250ms", "p99: 250"),
    Mistake("p99: 250ms", "p99: 250 milliseconds"),
    Mistake("window: 30d", "window: 1 month"),
    Mistake("window: 30d", "window: P30D"),
    Mistake("schedule: 0 3 * * 1", 'schedule: "0 0 3 * * 1"'),
    Mistake("schedule: 0 3 * * 1", 'schedule: "@weekly"'),
    Mistake("schedule: 0 3 * * 1", "schedule: “0 3 * * 1”"),
    Mistake("schedule: 0 3 * * 1", "schedule: * 3 * * 1"),
    Mistake("tier: high", "tier: High"),
    Mistake("tier: high", "tier: hgih"),
    Mistake("last: 2026-10-01", "last: 2026/10/01"),
    Mistake("last: 2026-10-01", "last: 10/01/2026"),
    Mistake("policies: []", "policies: {}"),
    Mistake("{dev: {}, prod: {}}", "[dev, prod]"),
    Mistake("version: 0.1.0", "version: v0.1.0"),
    Mistake("version: 0.1.0", "version: 0.10"),
    Mistake("version: 0.1.0", "version: latest"),
    Mistake(f"sha256:{DIGEST}", DIGEST),
    Mistake(f"sha256:{DIGEST}", f"SHA256:{DIGEST.upper()}"),
    Mistake(f"sha256:{DIGEST}", DIGEST[:40]),
    Mistake("format: sklearn", "format: scikit-learn"),
    Mistake("format: sklearn", "format: SKLearn"),
    Mistake("lifecycle: production", "lifecycle: Production"),
    Mistake("lifecycle: production", "lifecycle: prod"),
    Mistake("lifecycle: production", "life_cycle: production"),
    Mistake("owner: risk", "owner: Risk"),
    Mistake("owner: risk", "owner: risc"),
    Mistake("owner: risk", "owner:risk"),
    Mistake("summary: Predicts", 'summary: "Predicts'),
    Mistake("name: churn", "name: Churn"),
    Mistake('version: "1.34"', "version: 1.30", PLACES),
    Mistake("stage: prod", "stage: Prod", PLACES),
)


def with_mistakes(mistakes: frozenset[Mistake]) -> dict[str, str]:
    """The project, with each mistake in place of what is right; of two in one place the first."""
    files = dict(PROJECT)
    for mistake in sorted(mistakes):
        files[mistake.path] = files[mistake.path].replace(mistake.right, mistake.wrong, 1)
    return files


def findings_of(files: dict[str, str]) -> tuple[Finding, ...]:
    return check(Session(MemoryTree(files), date(2026, 11, 24)))


def keys(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    """What each finding is about: neither line nor wording, which move with the text."""
    return {
        (
            finding.code.id,
            finding.location.path if finding.location else "",
            str(finding.subject and finding.subject.pointer),
        )
        for finding in findings
    }


def fixed(files: dict[str, str], findings: tuple[Finding, ...], *, unsafe: bool) -> dict[str, str]:
    """The files with all fixes of the findings written into them."""
    fixes = [finding.fix for finding in findings if finding.fix and (unsafe or finding.fix.safe)]
    return {
        path: apply_fixes(text, [fix for fix in fixes if fix.location.path == path]).text
        for path, text in files.items()
    }


def test_the_project_without_mistakes_has_no_findings() -> None:
    assert findings_of(PROJECT) == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MISTAKES))
def test_a_guess_is_never_refused_by_the_field_that_it_is_for(mistake: Mistake) -> None:
    files = with_mistakes(frozenset({mistake}))
    before = findings_of(files)
    after = findings_of(fixed(files, before, unsafe=True))
    assert keys(after) <= keys(before)


@settings(max_examples=100, deadline=None)
@given(st.frozensets(st.sampled_from(MISTAKES), min_size=1, max_size=6))
def test_every_mistake_comes_with_advice(mistakes: frozenset[Mistake]) -> None:
    assert all(finding.help for finding in findings_of(with_mistakes(mistakes)))


@settings(max_examples=100, deadline=None)
@given(st.frozensets(st.sampled_from(MISTAKES), min_size=1, max_size=6))
def test_no_place_has_two_findings(mistakes: frozenset[Mistake]) -> None:
    places = [finding.location for finding in findings_of(with_mistakes(mistakes))]
    assert len(places) == len(set(places))
