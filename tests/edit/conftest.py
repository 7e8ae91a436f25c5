"""A small fleet, and the edits that commands make in it."""

from collections.abc import Callable
from datetime import date

import pytest

from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
PROJECT = f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, test, [prod-eu, prod-us]]\nemitters: {{kustomize: {{enabled: false}}}}\n"
BASE = f"""{HEAD}kind: Team
name: pricing
""" + "".join(
    f"""---
{HEAD}kind: Environment
name: {name}
stage: {stage}
namespace: models
"""
    for name, stage in (("dev", "dev"), ("test", "test"), ("prod-eu", "prod"), ("prod-us", "prod"))
)
TEMPLATES = {
    "templates/targets/plain/emitter.yaml": (
        "id: plain\n"
        "title: Plain\n"
        "files: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n"
        "exports: {endpoint: {url: 'http://{{ name }}:80'}}\n"
    ),
    "templates/targets/plain/note.txt.j2": "{{ name }}\n",
}
SPEC = """# Says whether a refund is due.
apiVersion: modelyard/v1
kind: Model
name: refunds
type: ml          # for now
owner: pricing
summary: Refunds or not
lifecycle: LIFECYCLE
deploy: {target: plain}
releases:
  1.0.0:
    source: {format: onnx, uri: "s3://a/1", digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
    evaluations: [{metric: auc, value: 0.91}]
  2.0.0:
    source: {format: onnx, uri: "s3://a/2", digest: "sha256:2222222222222222222222222222222222222222222222222222222222222222"}
    evaluations: [{metric: auc, value: 0.95}]
  3.0.0:
    source: {format: onnx, uri: "s3://a/3", digest: "sha256:3333333333333333333333333333333333333333333333333333333333333333"}
PIPELINE
environments:
PLACES
"""
GATES = """pipeline:
  evaluate:
    gates: [{metric: auc, op: ">=", value: 0.92}]
    champion: {environment: prod-us}"""
PLACES = """  dev: {release: 3.0.0}         # tried
  test: {release: 2.0.0}
  prod-eu:
    release: 1.0.0              # until 2.0.0 was seen
    canary: {release: 2.0.0, weight: 10%}
  prod-us: {release: 1.0.0}"""


def other_model(extra_line: str, name: str = "till", environments: str = "{prod-us: {}}") -> str:
    """Another model of the fleet, and one line that it says; its environments stand in line 12."""
    return f"""{HEAD}kind: Model
name: {name}
type: heuristic
owner: pricing
summary: Pays out
lifecycle: production
version: 1.0.0
source: {{image: "shop.example/till:1", digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}}
{extra_line}
deploy: {{target: plain}}
environments: {environments}
"""


@pytest.fixture
def fleet() -> Callable[..., Session]:
    def make(
        places: str = PLACES, lifecycle: str = "production", pipeline: str = "", *, day: date | None = None, **more: str
    ) -> Session:
        spec = (
            SPEC.replace("PLACES", places)
            .replace("LIFECYCLE", lifecycle)
            .replace("PIPELINE\n", f"{pipeline}\n" if pipeline else "")
        )
        files = {"modelyard.yaml": PROJECT, "models/base.yaml": BASE, "models/refunds.yaml": spec, **TEMPLATES}
        for name, text in more.items():
            files[f"models/{name}.yaml"] = text
        return Session(MemoryTree(files), day)

    return make


def edit_of(run: Session, outcome, path: str = "models/refunds.yaml") -> list[str]:
    """The lines that an edit removes (`-`) and adds (`+`), in order, without unchanged lines."""
    assert not isinstance(outcome, tuple), [finding.message for finding in outcome]
    before = run.tree.read(path).decode().split("\n")
    after = outcome.files[path].decode().split("\n")
    return [f"-{line}" for line in before if line not in after] + [f"+{line}" for line in after if line not in before]


def edit_errors(outcome) -> list[tuple[str, str, int]]:
    """What keeps an edit from being made."""
    assert isinstance(outcome, tuple), outcome
    return [(one.code.name, one.message, one.location.line) for one in outcome]
