"""An emitter of a project makes files of a deployment, a model, a release, an environment and the project; from the one contract."""

# ruff: noqa: E501 - texts of documents

import hashlib
import json
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
FILES = {
    "modelyard.yaml": f"""{HEAD}kind: Project
name: shop
organisation: {{name: Shop Ltd}}
folders: {{records: .docs}}
environments: [dev, prod]
emitters: {{kustomize: {{enabled: false}}, model-cards: {{enabled: false}}, cyclonedx: {{enabled: false}}, annex-iv: {{enabled: false}}, log: {{options: {{words: [a]}}}}}}
""",
    "models/base.yaml": f"""{HEAD}kind: Team
name: pricing
---
{HEAD}kind: UseCase
name: refunding
summary: Refunds
owner: pricing
classification: {{eu-ai-act: {{value: high-risk}}}}
---
{HEAD}kind: Dataset
name: orders
owner: pricing
license: MIT
---
{HEAD}kind: Dataset
name: clicks
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
---
{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Refunds or not
lifecycle: production
useCase: refunding
data: {{training: [orders], evaluation: [clicks]}}
releases:
  1.0.0: {{source: {{format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}}}
  2.0.0: {{source: {{format: onnx, uri: "s3://a/2", digest: "sha256:{"2" * 64}"}}}}
  3.0.0: {{source: {{format: onnx, uri: "s3://a/3", digest: "sha256:{"3" * 64}"}}}}
deploy: {{target: plain}}
governance: {{intendedUse: "=Refunds", risk: {{tier: low}}}}
environments:
  dev: {{release: 2.0.0}}
  prod: {{release: 1.0.0, canary: {{release: 3.0.0, weight: 10%}}}}
""",
    "templates/targets/plain/emitter.yaml": "id: plain\ntitle: Plain\nfiles: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n",
    "templates/targets/plain/note.txt.j2": "{{ name }}\n",
    "templates/records/log/emitter.yaml": """id: log
title: Log
options: {additionalProperties: false, properties: {words: {type: array, items: {type: string}}, more: {type: boolean, default: true}}}
regime: eu-ai-act
legalBasis: {title: A law, date: "2026-01-01", disclaimer: No advice.}
fields:
  - {id: use, title: The use, field: model.governance.intendedUse, citation: Annex}
  - {id: oversight, title: Who can overrule it, field: model.governance.humanOversight}
  - {id: licences, title: Licences of data, field: "datasets[].license"}
  - {id: role, title: The role, field: useCase.classification.eu-ai-act.role}
  - {id: firm, title: Who makes it, field: organisation.name}
  - {id: never, title: Never required, field: model.task, when: model.type == "llm"}
files:
  - {path: "log/{{ name }}/facts.json", commitPath: "{{ project.folders.records | path }}/{{ name }}.json", template: facts.json.j2, scope: model}
  - {path: "log/{{ name }}/{{ release.version }}.json", template: release.json.j2, scope: release}
  - {path: "log/{{ name }}/all.jsonl", template: all.jsonl.j2, scope: model, phase: 1}
  - {path: "log/{{ name }}/whole.json", template: whole.json.j2, scope: model, phase: 2, contentId: id}
  - {path: alone.jsonl, template: all.jsonl.j2, scope: environment, phase: 1, when: environment.stage == "dev"}
  - {path: models.json, template: models.json.j2, scope: environment, when: environment.stage == "prod"}
  - {path: log/register.csv, template: register.csv.j2, scope: project}
""",
    "templates/records/log/facts.json.j2": '{"facts": {{ fields }}, "words": {{ options.words }}, "more": {{ options.more }}, "where": {{ placements }}, "serves": {{ useCase.name }}}\n',
    "templates/records/log/release.json.j2": '{"version": {{ release.version }}, "uri": {{ release.source.uri }}, "in": {{ environment.name }}}\n',
    "templates/records/log/all.jsonl.j2": "{{ unit.files }}\n",
    "templates/records/log/whole.json.j2": '{"id": null, "made": {{ unit.files | map(attribute="commitPath") }}, "from": {{ unit.sources }}, "by": {{ unit.emitters }}, "of": {{ unit.artifacts }}}\n',
    "templates/records/log/models.json.j2": '{"models": {{ deployments | map(attribute="name") }}, "teams": {{ teams | map(attribute="name") }}}\n',
    "templates/records/log/register.csv.j2": '- [name, environment, text]\n{% for one in deployments %}\n- ["{{ one.name }}", "{{ one.environment }}", "=1+1"]\n{% endfor %}\n',
}


def tree(**replacements: tuple[str, str]) -> MemoryTree:
    files = dict(FILES)
    for old, new in replacements.values():
        [path] = [path for path, text in files.items() if old in text]
        files[path] = files[path].replace(old, new)
    return MemoryTree({path: text.encode() for path, text in files.items()})


@pytest.fixture(scope="module")
def build_result():
    made = build(Session(tree()))
    assert [item.message for item in made.findings if item.is_blocking] == []
    return made


def read(built, path: str) -> bytes:
    [content] = [file.content for unit in built.units for file in unit.files if file.path == path]
    return content


def test_a_unit_belongs_to_a_model_to_an_environment_or_to_the_project(build_result) -> None:
    assert [unit.id for unit in build_result.units if unit.files] == [
        "dev/refunds", "prod/refunds", "all.records/refunds", "prod", "all.records",
    ]  # fmt: skip


def test_what_has_a_place_is_committed_there_and_nowhere_else(build_result) -> None:
    files = [file for unit in build_result.units for file in unit.files]
    assert [path for file in files if (path := file.commit_path)] == [".docs/refunds.json"]
    below = [file.path for file in files if file.commit_path is None]
    assert "log/refunds/facts.json" not in below
    assert "log/refunds/1.0.0.json" in below


@pytest.mark.parametrize("folder", ["models", "Models", "templates/records", "schemas", "build"])
def test_nothing_is_placed_where_the_next_run_would_read_it(folder) -> None:
    change = ('"{{ project.folders.records | path }}/{{ name }}.json"', f'"{folder}/{{{{ name }}}}.yaml"')
    [blocking_finding] = [item for item in build(Session(tree(one=change))).findings if item.is_blocking]
    assert (blocking_finding.code.id, blocking_finding.message) == (
        "MY407",
        f"`{folder}/refunds.yaml` is in `{folder.partition('/')[0].lower()}`, where files are not committed by a build",
    )
    assert blocking_finding.location.path == "templates/records/log/emitter.yaml"


@pytest.mark.parametrize(
    ("key", "old"), [("path", "log/{{ name }}/facts.json"), ("commitPath", "{{ project.folders.records | path }}")]
)
def test_a_path_that_a_value_makes_invalid_is_a_finding_at_the_emitters_line(key: str, old: str) -> None:
    hidden = ".{{ 'git' }}" + ("/facts.json" if key == "path" else "")
    [blocking_finding] = [item for item in build(Session(tree(one=(old, hidden)))).findings if item.is_blocking]
    assert "is reserved for files of git or Modelyard" in blocking_finding.message
    assert (blocking_finding.code.id, blocking_finding.location.path) == ("MY407", "templates/records/log/emitter.yaml")


def test_a_record_tells_the_model_as_it_is_where_it_is_furthest(build_result) -> None:
    record = json.loads(read(build_result, "log/refunds/facts.json"))
    assert [(one["environment"], one["release"], one.get("canary")) for one in record["where"]] == [
        ("dev", "2.0.0", None), ("prod", "1.0.0", "3.0.0"),
    ]  # fmt: skip
    assert (record["serves"], record["words"], record["more"]) == ("refunding", ["a"], True)
    assert {one["runtimeDigest"][:7] for one in record["where"]} == {"sha256:"}


def test_fields_have_a_value_or_the_owner_and_location_that_must_set_it(build_result) -> None:
    facts = json.loads(read(build_result, "log/refunds/facts.json"))["facts"]
    assert "never" not in facts
    assert (facts["use"]["value"], facts["use"]["missing"], facts["use"]["citation"]) == ("=Refunds", False, "Annex")
    oversight = {key: facts["oversight"].get(key) for key in ("value", "missing", "owner", "path", "field")}
    assert oversight == {
        "value": None, "missing": True, "owner": "pricing", "path": "models/base.yaml", "field": "governance.humanOversight",
    }  # fmt: skip
    assert [(part["name"], part.get("value"), part["missing"]) for part in facts["licences"]["values"]] == [
        ("orders", "MIT", False), ("clicks", None, True),
    ]  # fmt: skip
    assert (facts["role"]["missing"], facts["firm"]["value"]) == (True, "Shop Ltd")


def test_each_release_that_runs_has_a_file_and_a_canary_is_one(build_result) -> None:
    found = {
        version: json.loads(read(build_result, f"log/refunds/{version}.json"))
        for version in ("1.0.0", "2.0.0", "3.0.0")
    }
    assert [(one["uri"], one["in"]) for one in found.values()] == [
        ("s3://a/1", "prod"),
        ("s3://a/2", "dev"),
        ("s3://a/3", "prod"),
    ]


def test_what_is_made_last_sees_what_was_made_before(build_result) -> None:
    lines = [json.loads(line) for line in read(build_result, "log/refunds/all.jsonl").splitlines()]
    assert {line["path"] for line in lines} == {
        "log/refunds/facts.json",
        *(f"log/refunds/{n}.0.0.json" for n in (1, 2, 3)),
    }
    for line in lines:
        assert line["digest"] == "sha256:" + hashlib.sha256(read(build_result, line["path"])).hexdigest()


def test_of_files_that_are_made_last_a_later_one_sees_the_earlier_and_what_all_of_it_was_made_of(build_result) -> None:
    whole = json.loads(read(build_result, "log/refunds/whole.json"))
    assert whole["made"] == [
        ".docs/refunds.json",
        *(f"log/refunds/{n}.0.0.json" for n in (1, 2, 3)),
        "log/refunds/all.jsonl",
    ]
    sources = {source["path"]: source["digest"] for source in whole["from"]}
    assert sources == {
        path: "sha256:" + hashlib.sha256(FILES[path].encode()).hexdigest()
        for path in ("models/base.yaml", "modelyard.yaml")
    }
    assert [(one["id"], one["folder"], len(one["hash"])) for one in whole["by"]] == [
        ("log", "templates/records/log", 64)
    ]
    assert [(one["name"], one["uri"]) for one in whole["of"]] == [
        (f"artifact of {n}.0.0", f"s3://a/{n}") for n in (1, 2, 3)
    ]


def test_where_nothing_else_is_made_nothing_is_made_last(build_result) -> None:
    assert not any(file.path == "dev/alone.jsonl" for unit in build_result.units for file in unit.files)


def test_a_document_is_named_by_its_content(build_result) -> None:
    whole = json.loads(read(build_result, "log/refunds/whole.json"))
    name = UUID(whole.pop("id"))
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    assert name == uuid5(NAMESPACE_URL, "urn:modelyard:v1:content:sha256:" + hashlib.sha256(text.encode()).hexdigest())


@pytest.mark.parametrize("folder", ["../out", "/etc", "a b"])
def test_records_are_committed_within_the_project(folder) -> None:
    blocking_findings = [
        item
        for item in build(
            Session(tree(one=("folders: {records: .docs}", f'folders: {{records: "{folder}"}}')))
        ).findings
        if item.is_blocking
    ]
    assert {item.location.path for item in blocking_findings} == {"modelyard.yaml"}


def test_an_environments_file_may_have_a_condition(build_result) -> None:
    assert json.loads(read(build_result, "prod/models.json")) == {"models": ["refunds"], "teams": ["pricing"]}
    assert not any(file.path == "dev/models.json" for unit in build_result.units for file in unit.files)


def test_no_cell_of_a_table_is_a_formula(build_result) -> None:
    assert (
        read(build_result, "log/register.csv").decode()
        == "name,environment,text\nrefunds,dev,'=1+1\nrefunds,prod,'=1+1\n"
    )


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (("words: [a]", "wordz: [a]"), "MY405", "modelyard.yaml"),
        (
            ('when: environment.stage == "prod"', 'when: environment.stag == "prod"'),
            "MY407",
            "templates/records/log/emitter.yaml",
        ),
        (('when: model.type == "llm"', 'when: model.typ == "llm"'), "MY407", "templates/records/log/emitter.yaml"),
        (("useCase.classification.eu-ai-act.role", "useCases.role"), "MY103", "templates/records/log/emitter.yaml"),
    ],
)
def test_what_is_wrong_with_it_is_reported_before_anything_is_made(change, code, path) -> None:
    found = [
        (item.code.id, item.location.path) for item in build(Session(tree(one=change))).findings if item.is_blocking
    ]
    assert found == [(code, path)]
