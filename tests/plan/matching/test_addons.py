"""What is only worked out for who asks for it reaches every kind of emitter beside a target, and no target."""

# ruff: noqa: E501 - texts of documents

import json

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.slo import slo_plan
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
FILES = {
    "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, prod]\nemitters: {{kustomize: {{enabled: false}}, prometheus: {{enabled: false}}}}\n",
    "models/all.yaml": f"""{HEAD}kind: Team
name: pricing
---
{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod
capabilities: {{metrics: {{namespace: monitoring}}}}
---
{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Refunds or not
lifecycle: production
version: 1.0.0
source: {{format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}
sla: {{availability: 99.9%, freshness: 2d}}
slo: {{unmeasured: {{freshness: Nobody knows.}}}}
monitoring: [{{signal: dataDrift, threshold: 0.2, action: ticket, series: {{metric: drift}}}}]
deploy: {{target: plain}}
environments: {{dev: {{}}, prod: {{}}}}
""",
    "templates/targets/plain/emitter.yaml": """id: plain
title: Plain
files: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]
exports: {metrics: {path: "/{{ name }}", port: 9000}}
sli: [{name: the server, availability: {total: {metric: all}, errors: {metric: bad, labels: {model: "{{ name }}"}}}}]
""",
    "templates/targets/plain/note.txt.j2": "{{ name }}\n",
    "templates/monitoring/look/emitter.yaml": """id: look
title: Look
inputs: [objectives, metrics]
requires:
  - {expression: 'size(objectives) < 3', message: three are too many, field: options.more, remedy: say more}
files:
  - {path: one.json, template: one.json.j2, when: 'objectives.exists(o, o.target == 0.999) && signals.exists(s, s.name == "dataDrift") && metrics.port == 9000'}
  - {path: "{{ name }}.json", template: one.json.j2, scope: model}
  - {path: all.json, template: all.json.j2, scope: environment, delimiters: square}
options: {additionalProperties: false, properties: {more: {type: boolean}}}
""",
    "templates/monitoring/look/one.json.j2": """{"watched": {{ objectives | map(attribute="id") }}, "rules": {{ (objectives | first).recordings | map(attribute="record") if objectives else [] }},
"signals": {{ signals | map(attribute="expr") }}, "not": {{ unmeasured | map(attribute="reason") }}, "at": {{ metrics }}, "names": {{ names.labels.owner }}}
""",
    "templates/monitoring/look/all.json.j2": '{[% include "part.j2" %], "owners": [[ deployments | map(attribute="owner") ]]}\n',
    "templates/monitoring/look/part.j2": '"label": "[[ names.labels.model ]]", "braces": "{{ .Status }}"',
}  # fmt: skip


def tree(**replacements: tuple[str, str]) -> MemoryTree:
    files = dict(FILES)
    for old, new in replacements.values():
        [path] = [path for path, text in files.items() if old in text]
        files[path] = files[path].replace(old, new)
    return MemoryTree({path: text.encode() for path, text in files.items()})


def build_files(**changed: tuple[str, str]) -> dict[str, str]:
    built = build(Session(tree(**changed)))
    assert [one.message for one in built.findings if one.is_blocking] == []
    return {file.path: file.content.decode() for unit in built.units for file in unit.files}


def test_a_files_condition_sees_what_is_watched_signals_and_where_it_is_reported():
    files = build_files()
    assert "prod/refunds/one.json" in files
    assert "dev/refunds/one.json" not in files, "no Prometheus is there"


@pytest.mark.parametrize("path", ["prod/refunds/one.json", "refunds.json"])
def test_files_of_a_deployment_and_of_a_model_place_the_same(path):
    content = json.loads(build_files()[path])
    assert content["watched"] == ["shop/prod/refunds/availability"]
    assert "slo:sli_error:ratio_rate1h" in content["rules"]
    assert content["signals"] == ["max(drift)"]
    assert content["not"] == ["Nobody knows."]
    assert content["at"] == {"path": "/refunds", "port": 9000}
    assert content["names"] == "modelyard_owner"


def test_a_fragment_has_the_delimiters_of_what_takes_it_in():
    rendered_data = json.loads(build_files()["prod/all.json"])
    assert rendered_data == {"label": "modelyard_model", "braces": "{{ .Status }}", "owners": ["pricing"]}


def test_a_missing_option_of_an_emitter_is_reported_once_at_the_projects_line():
    found = [
        one for one in check(Session(tree(one=("size(objectives) < 3", "size(objectives) < 1")))) if one.is_blocking
    ]
    assert [(one.code.id, one.location.path, one.message) for one in found] == [
        ("MY404", "modelyard.yaml", "a requirement of Look is not met: three are too many"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("team.contacts", "models/all.yaml"),
        ("environment.capabilities", "models/all.yaml"),
        ("model.sla", "models/all.yaml"),
        ("sla.freshness", "models/all.yaml"),
    ],
)
def test_a_missing_field_of_another_document_is_reported_at_that_document(field, path):
    changed = {
        "one": ("field: options.more", f"field: {field}"),
        "two": ("size(objectives) < 3", "size(objectives) < 1"),
    }
    [found] = [one for one in check(Session(tree(**changed))) if one.is_blocking]
    line = FILES[path].splitlines()[found.location.line - 1]
    # The Team says no contacts: its document is where they would stand.
    assert {"team.contacts": "apiVersion", "environment.capabilities": "capabilities"}.get(field, "sla:") in line


def test_a_target_asks_for_nothing():
    findings = [
        one
        for one in build(Session(tree(one=("title: Plain\n", "title: Plain\ninputs: [objectives]\n")))).findings
        if one.is_blocking
    ]
    assert [(one.code.id, one.location.path) for one in findings] == [("MY407", "templates/targets/plain/emitter.yaml")]


def test_a_context_value_that_no_emitter_reads_is_not_computed(monkeypatch):
    def fail_if_called(*_: object) -> None:
        raise AssertionError("computed without a reader")

    monkeypatch.setattr(slo_plan, "model_objectives", fail_if_called)
    off = (
        "emitters: {kustomize: {enabled: false}, ",
        "emitters: {look: {enabled: false}, kustomize: {enabled: false}, ",
    )
    assert not [one for one in check(Session(tree(one=off))) if one.is_blocking]
    with pytest.raises(AssertionError, match="computed without a reader"):
        check(Session(tree()))


def test_a_check_renders_nothing(monkeypatch):
    run = Session(tree())
    monkeypatch.setattr(EmitterTemplates, "templates_of", lambda *_: pytest.fail("a check renders no template"))
    assert not [one for one in check(run) if one.is_blocking]
