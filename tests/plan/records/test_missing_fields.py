"""What records ask of specs: of the model, of each release that runs, of each dataset; by one field or by another that answers it."""

import json

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check, record_statuses
from compiler.plan.records.missing_fields import ModelRecordStatus
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
FILES = {
    "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, prod]\n"
    "emitters: {kustomize: {enabled: false}, model-cards: {enabled: false}, cyclonedx: {enabled: false}}\n",
    "models/_defaults.yaml": f"{HEAD}kind: Defaults\ngovernance: {{humanOversight: A person.}}\n",
    "models/base.yaml": f"""{HEAD}kind: Team
name: pricing
contacts: {{chat: "#pricing"}}
---
{HEAD}kind: Team
name: data
---
{HEAD}kind: Dataset
name: orders
owner: data
license: MIT
---
{HEAD}kind: Dataset
name: clicks
---
{HEAD}kind: Dataset
name: index
endpoint: http://a.b.svc:80
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
""",
    "models/refunds.yaml": f"""{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Refunds or not
lifecycle: production
data: {{training: [orders], evaluation: [clicks]}}
uses: [{{dataset: index, env: INDEX}}]
releases:
  1.0.0:
    evaluations: [{{metric: auc, value: 0.9, dataset: clicks}}]
    source: {{format: onnx, uri: "s3://a/1", digest: "sha256:{"1" * 64}"}}
  2.0.0: {{source: {{format: onnx, uri: "s3://a/2", digest: "sha256:{"2" * 64}"}}}}
  3.0.0: {{source: {{format: onnx, uri: "s3://a/3", digest: "sha256:{"3" * 64}"}}}}
deploy: {{target: plain}}
governance:
  limitations: [" "]
  outOfScope: [Refunds of gifts]
environments:
  dev: {{release: 2.0.0}}
  prod: {{release: 1.0.0}}
""",
    "models/short.yaml": f"""{HEAD}kind: Model
name: short
type: ml
owner: pricing
summary: Short
lifecycle: production
version: 0.1.0
source: {{format: onnx, uri: "s3://a/9", digest: "sha256:{"9" * 64}"}}
deploy: {{target: plain}}
environments: {{prod: {{}}}}
""",
    "templates/targets/plain/emitter.yaml": (
        "id: plain\ntitle: Plain\nfiles: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n"
    ),
    "templates/targets/plain/note.txt.j2": "{{ name }}\n",
    "templates/records/log/emitter.yaml": """id: log
title: Log
regime: house-rules
fields:
  - {id: limits, title: Limits, field: model.governance.limitations, citation: "1"}
  - {id: either, title: Either, field: model.governance.limitations, fallbackFields: [model.governance.outOfScope], citation: "2"}
  - {id: reached, title: Reached, field: team.contacts.email, fallbackFields: [team.contacts.chat, organisation.email]}
  - {id: oversight, title: Oversight, field: model.governance.humanOversight}
  - {id: quality, title: Quality, field: release.evaluations}
  - {id: made-on, title: Made on, field: release.date, when: release.version != "2.0.0"}
  - {id: licence, title: Licence, field: "datasets[].license", when: dataset.role != "used"}
  - {id: role, title: Role, field: useCase.classification.eu-ai-act.role}
  - {id: weights, title: Weights, field: release.source.digest}
files:
  - {path: "log/{{ name }}.json", template: log.json.j2, scope: model}
  - {path: "log/{{ name }}-{{ release.version }}.json", template: log.json.j2, scope: release}
""",
    "templates/records/log/log.json.j2": '{"fields": {{ fields }}, "missingFields": {{ missingFields }}, "fieldCount": {{ fieldCount }}}\n',
}


def tree(*changes: tuple[str, str]) -> MemoryTree:
    files = dict(FILES)
    for old, new in changes:
        [path] = [path for path, text in files.items() if old in text]
        files[path] = files[path].replace(old, new, 1)
    return MemoryTree({path: text.encode() for path, text in files.items()})


@pytest.fixture(scope="module")
def logs() -> dict[str, dict]:
    built = build(Session(tree()))
    assert [finding.message for finding in built.findings if finding.is_blocking] == []
    return {
        file.path.removeprefix("log/").removesuffix(".json"): json.loads(file.content)
        for unit in built.units
        for file in unit.files
        if file.path.startswith("log/")
    }


def parts(log: dict, id_: str) -> list[tuple]:
    return [(part["name"], part.get("value"), part["missing"], part["field"]) for part in log["fields"][id_]["values"]]


def test_words_that_say_nothing_are_missing_and_another_field_may_answer(logs) -> None:
    facts = logs["refunds"]["fields"]
    assert (facts["limits"]["missing"], facts["limits"]["field"]) == (True, "governance.limitations")
    assert (facts["either"]["missing"], facts["either"]["value"]) == (False, ["Refunds of gifts"])
    assert facts["reached"]["value"] == "#pricing"
    assert facts["oversight"]["value"] == "A person.", "defaults say it"


def test_a_field_of_releases_is_required_of_each_deployed_release(logs) -> None:
    assert parts(logs["refunds"], "quality") == [
        ("1.0.0", [{"metric": "auc", "value": 0.9, "dataset": "clicks"}], False, "releases.1.0.0.evaluations"),
        ("2.0.0", None, True, "releases.2.0.0.evaluations"),
    ], "3.0.0 runs nowhere"
    assert [name for name, *_ in parts(logs["refunds"], "made-on")] == ["1.0.0"], (
        "a condition sees the release that the field is required of"
    )


def test_a_record_of_a_release_asks_that_release_alone(logs) -> None:
    assert [name for name, *_ in parts(logs["refunds-2.0.0"], "quality")] == ["2.0.0"]
    assert "made-on" not in logs["refunds-2.0.0"]["fields"]
    assert set(logs) == {"refunds", "refunds-1.0.0", "refunds-2.0.0", "short", "short-0.1.0"}


def test_a_field_of_datasets_is_required_of_each_that_meets_the_condition(logs) -> None:
    assert parts(logs["refunds"], "licence") == [("orders", "MIT", False, "license"), ("clicks", None, True, "license")]
    owners = {part["name"]: part["owner"] for part in logs["refunds"]["fields"]["licence"]["values"]}
    assert owners == {"orders": "data", "clicks": "pricing"}, "data without an owner is its user's to describe"


def test_a_gap_names_the_first_field_that_can_be_set(logs) -> None:
    assert parts(logs["refunds"], "role") == [("", None, True, "useCase")]
    assert parts(logs["short"], "quality") == [("0.1.0", None, True, "releases.0.1.0.evaluations")], (
        "the short form has no place for it"
    )
    assert parts(logs["short"], "weights") == [("0.1.0", "sha256:" + "9" * 64, False, "source.digest")]


def test_missing_fields_are_listed_with_the_number_of_required_fields(logs) -> None:
    log = logs["refunds"]
    assert [(gap["id"], gap["document"], gap["field"]) for gap in log["missingFields"]] == [
        ("limits", "Model refunds", "governance.limitations"), ("quality", "Model refunds", "releases.2.0.0.evaluations"),
        ("made-on", "Model refunds", "releases.1.0.0.date"), ("licence", "Dataset clicks", "license"), ("role", "Model refunds", "useCase"),
    ]  # fmt: skip
    assert log["fieldCount"] == 12


def status_by_model(*changes: tuple[str, str]) -> dict[str, ModelRecordStatus]:
    return {
        one.model.name: one for one in record_statuses(Session(tree(*changes))) if isinstance(one, ModelRecordStatus)
    }


def test_a_status_tells_each_gap_once_at_its_line() -> None:
    gaps_by_field = {gap.field.field: gap for gap in status_by_model()["refunds"].missing_fields}
    places = {field: (gap.field.location.path, gap.field.location.line) for field, gap in gaps_by_field.items()}
    lines = FILES["models/refunds.yaml"].splitlines()
    assert places["governance.limitations"] == ("models/refunds.yaml", lines.index('  limitations: [" "]') + 1)
    assert places["releases.2.0.0.evaluations"][1] == next(
        n for n, line in enumerate(lines, 1) if line.startswith("  2.0.0:")
    )
    above = FILES["models/base.yaml"].split("name: clicks")[0].splitlines()
    assert places["license"] == ("models/base.yaml", len(above) - above[::-1].index(HEAD.strip())), (
        "the document that would say it"
    )
    assert {gap.owner for gap in gaps_by_field.values()} == {"pricing"}


def test_a_gap_that_two_records_want_is_one_with_both_sources() -> None:
    same = '  - {id: again, title: Again, field: model.governance.limitations, citation: "3"}\n  - {id: either'
    gaps = [
        gap
        for gap in status_by_model(("  - {id: either", same))["refunds"].missing_fields
        if gap.field.field == "governance.limitations"
    ]
    assert [gap.citations for gap in gaps] == [("1", "3")]


def test_a_status_can_be_narrowed_to_a_regime_and_to_who_says_it() -> None:
    whole = status_by_model()["refunds"]
    assert whole.filter_records(frozenset({"another"}), frozenset()).missing_fields == ()
    assert [gap.key for gap in whole.filter_records(frozenset({"house-rules"}), frozenset()).missing_fields] == [
        gap.key for gap in whole.missing_fields
    ]
    assert whole.filter_records(frozenset(), frozenset({"data"})).missing_fields == ()
    assert len(whole.filter_records(frozenset(), frozenset({"pricing"})).missing_fields) == len(whole.missing_fields)


def test_it_can_be_reported_of_a_model_that_runs_nowhere() -> None:
    statuses = status_by_model(
        ("environments: {prod: {}}\n", ""),
        (
            "name: short\ntype: ml\nowner: pricing\nsummary: Short\nlifecycle: production",
            "name: short\ntype: ml\nowner: pricing\nsummary: Short\nlifecycle: proposed",
        ),
    )
    assert "governance.limitations" in {gap.field.field for gap in statuses["short"].missing_fields}


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("model.governance.limitation", "limitations"),
        ("release.sourc.digest", "source"),
        ("datasets[].licence", "license"),
        ("risks[].mitigations", "mitigation"),
        ("organisation.mail", "email"),
        ("team.contact.email", "contacts"),
        ("useCase.classification.eu-ai-act.rol", "role"),
    ],
)
def test_a_field_that_the_language_does_not_have_is_a_mistake_of_the_emitter(field, says) -> None:
    for changed in (
        ("field: model.governance.limitations, citation", f'field: "{field}", citation'),
        ("fallbackFields: [model.governance.outOfScope]", f'fallbackFields: ["{field}"]'),
    ):
        found = [finding for finding in check(Session(tree(changed))) if finding.is_blocking]
        assert [finding.code.id for finding in found] == ["MY407"], field
        assert says in f"{found[0].message} {found[0].help}"
        assert found[0].location.path == "templates/records/log/emitter.yaml"


def test_shipped_emitters_ask_for_fields_of_the_language() -> None:
    run = Session(tree())
    shipped = [emitter for emitter in run.emitters.by_id.values() if emitter.is_builtin]
    assert len(shipped) > 5
    assert [finding.message for emitter in shipped for finding in run.conditions.compile_findings(emitter)] == []
