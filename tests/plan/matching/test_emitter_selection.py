"""Of which models emitters make something: what they take by themselves, what a project leaves of it, and what a condition says."""

# ruff: noqa: E501 - texts of documents

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build, check
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
MODELS = f"""{HEAD}kind: Team
name: pricing
---
{HEAD}kind: UseCase
name: refunding
summary: Refunds
owner: pricing
classification: {{eu-ai-act: {{value: high-risk, role: provider}}}}
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod
"""
MODEL = """---
apiVersion: modelyard/v1
kind: Model
name: {name}
type: {type}
owner: pricing
lifecycle: {lifecycle}
summary: A
{use}version: 1.0.0
source: {source}
deploy: {{target: plain}}
governance: {{risk: {{tier: {tier}}}}}
{where}
"""
ML = 'format: onnx, uri: "s3://a/1", digest: "sha256:' + "1" * 64 + '"'
KINDS = {"ml": "{" + ML + "}", "rules": "{engine: opa, files: [p.rego]}"}


def model(
    name, kind="ml", lifecycle="production", tier="low", use="useCase: refunding\n", where="environments: {prod: {}}"
):
    return MODEL.format(name=name, type=kind, lifecycle=lifecycle, tier=tier, use=use, source=KINDS[kind], where=where)


ALL_MODELS = (
    model("a")
    + model("b", kind="rules", tier="high")
    + model("c", lifecycle="pilot", tier="critical", use="")
    + model("d", lifecycle="proposed", tier="high", where="")
)


def emitted_files(takes: str, setting: str = "{}", *, models: str = ALL_MODELS, target: str = "") -> list[str]:
    return sorted(
        file.path.removeprefix("log/")
        for unit in build(run(takes, setting, models=models, target=target)).units
        for file in unit.files
        if file.path.startswith("log/")
    )


def run(takes: str, setting: str = "{}", *, models: str = ALL_MODELS, target: str = "") -> Session:
    off = "kustomize: {enabled: false}, model-cards: {enabled: false}, cyclonedx: {enabled: false}, annex-iv: {enabled: false}, approval-record: {enabled: false}"
    files = {
        "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [prod]\nemitters: {{{off}, log: {setting}{target}}}\n",
        "models/all.yaml": MODELS + models,
        "models/p.rego": "package p\n",
        "templates/targets/plain/emitter.yaml": "id: plain\ntitle: Plain\nfiles: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n",
        "templates/targets/plain/note.txt.j2": "{{ name }}\n",
        "templates/records/log/emitter.yaml": f'id: log\ntitle: Log\n{takes}files: [{{path: "log/{{{{ name }}}}", template: log.txt.j2, scope: model}}]\n',
        "templates/records/log/log.txt.j2": "{{ name }}\n",
    }
    return Session(MemoryTree({path: text.encode() for path, text in files.items()}))


@pytest.mark.parametrize(
    ("takes", "names"),
    [
        ("", ["a", "b", "c", "d"]),
        ("types: [rules]", ["b"]),
        ("lifecycle: [pilot, proposed]", ["c", "d"]),
        ("tiers: [high, critical]", ["b", "c", "d"]),
        ("classification: {eu-ai-act: [high-risk]}", ["a", "b", "d"]),
        ("classification: {eu-ai-act: [minimal-risk]}", []),
        ("types: [ml], tiers: [high]", ["d"]),
        ('when: \'model.name in ["a", "c"]\'', ["a", "c"]),
        ('classification: {eu-ai-act: [high-risk]}, when: useCase.classification.`eu-ai-act`.role == "deployer"', []),
    ],
)
def test_an_emitter_says_which_models_it_takes_wherever_they_run(takes, names) -> None:
    assert emitted_files(f"supports: {{{takes}}}\n" if takes else "") == names


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("{match: {tiers: [high]}}", ["b", "d"]),
        ("{match: {lifecycle: [production], types: [ml]}}", ["a"]),
        ("{enabled: false}", []),
    ],
)
def test_a_project_keeps_it_to_some_of_them(setting, names) -> None:
    assert emitted_files("", setting) == names
    assert set(emitted_files("supports: {types: [rules, ml]}\n", setting)) == set(names)
    assert emitted_files("supports: {types: [rules]}\n", setting) == [name for name in names if name == "b"], (
        "it never gets more than it takes"
    )


@pytest.mark.parametrize(
    ("takes", "code", "says"),
    [
        ("supports: {when: model.nam == 'a'}\n", "MY407", "nam"),
        ("supports: {when: useCase.process == 'x'}\n", "MY407", "process"),
        ("supports: {tier: [high]}\n", "MY101", "did you mean `tiers`"),
    ],
)
def test_what_is_wrong_with_it_is_reported(takes, code, says) -> None:
    found = [finding for finding in build(run(takes)).findings if finding.is_blocking]
    assert {finding.code.id for finding in found} == {code}
    assert all(says in f"{finding.message} {finding.help}" for finding in found)


def test_a_target_selects_by_type_and_lifecycle_alone() -> None:
    for files, code in (
        (
            {
                "templates/targets/plain/emitter.yaml": "id: plain\ntitle: Plain\nsupports: {tiers: [low]}\nfiles: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n"
            },
            "MY407",
        ),
        ({}, "MY405"),
    ):
        tree = run("", target="" if files else ", plain: {match: {types: [ml]}}").tree
        changed_tree = MemoryTree(
            {
                **{path: tree.read(path) for path in (*tree.paths(), "modelyard.yaml")},
                **{path: text.encode() for path, text in files.items()},
            }
        )
        assert code in {finding.code.id for finding in check(Session(changed_tree)) if finding.is_blocking}
