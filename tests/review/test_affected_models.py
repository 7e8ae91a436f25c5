"""What a change reaches is all that it reaches: held against rendering both states whole."""

import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.review.affected_models import ChangeImpact, compute_impact
from compiler.review.affected_report import AffectedReport, job_outputs
from compiler.review.publish_plan import affected_canaries, environments_without_branch, publish_waves
from compiler.source.memory_tree import MemoryTree
from compiler.source.overlay_tree import OverlayTree
from compiler.source.worktree import WorkTree

STATEMENT = ".statements.jsonl"
"""How files end that tell of other files alone."""
ROOT = Path(__file__).resolve().parents[2]
SMALL = """apiVersion: modelyard/v1
kind: Project
name: shop
environments: [dev, prod]
emitters:
  note: {options: {word: a}}
  model-cards: {enabled: false}
  cyclonedx: {enabled: false}
  annex-iv: {enabled: false}
  approval-record: {enabled: false}
"""
ENVIRONMENTS = "".join(
    f"""---
apiVersion: modelyard/v1
kind: Environment
name: {name}
stage: {name}
namespace: {name}-models
capabilities: {{kubernetes: {{version: "1.34"}}}}
"""
    for name in ("dev", "prod")
)
TEAMS = """apiVersion: modelyard/v1
kind: Team
name: pricing
displayName: Pricing
---
apiVersion: modelyard/v1
kind: Team
name: risk
"""


def model(name: str, extra: str = "", places: str = "{dev: {}, prod: {}}") -> str:
    return f"""apiVersion: modelyard/v1
kind: Model
name: {name}
type: heuristic
summary: One of several
version: 1.0.0
source: {{image: "shop.example/{name}:1", digest: "sha256:{"1" * 64}"}}
environments: {places}
{extra}
"""


FILES = {
    "modelyard.yaml": SMALL,
    "models/teams.yaml": TEAMS,
    "models/places.yaml": ENVIRONMENTS.removeprefix("---\n"),
    "models/data.yaml": (
        'apiVersion: modelyard/v1\n'
        'kind: Dataset\n'
        'name: orders\n'
        'owner: risk\n'
        'endpoint: "http://orders.shop.example:80"\n'
        '---\n'
        'apiVersion: modelyard/v1\n'
        'kind: UseCase\n'
        'name: refunding\n'
        'summary: Refunds\n'
        'owner: risk\n'
        '---\n'
        'apiVersion: modelyard/v1\n'
        'kind: Policy\n'
        'name: has-owner\n'
        'title: Says its task\n'
        'severity: low\n'
        'enforcement: advisory\n'
        'remedy: say it\n'
        'rules: [{expression: has(model.task), path: task, message: none}]\n'
        'examples:\n'
        '  good: [{name: said, model: {task: ranking}}]\n'
        '  bad: [{name: not said, model: {}, path: task}]\n'
    ),
    "models/a/_defaults.yaml": (
        "apiVersion: modelyard/v1\n"
        "kind: Defaults\n"
        "owner: pricing\n"
        "lifecycle: production\n"
        "deploy: {target: plain, env: [{name: LEVEL, value: info}]}\n"
    ),
    "models/a/asked.yaml": model("asked"),
    "models/a/asks.yaml": model(
        "asks", "uses: [{model: asked, env: ASKED}, {dataset: orders, env: ORDERS}]\nuseCase: refunding"
    ),
    "models/b/alone.yaml": model("alone", "owner: risk\nlifecycle: production\ndeploy: {target: plain}\npolicies: [has-owner]"),
    "models/b/steps/spec.yaml": model(
        "steps",
        "owner: risk\nlifecycle: production\ndeploy: {target: plain}\n"
        "pipeline: {data: {command: [python, data.py]}}",
    ),
    "models/b/steps/data.py": "print(1)\n",
    "templates/targets/plain/emitter.yaml": (
        "id: plain\n"
        "title: Plain\n"
        "files: [{path: note.yaml, template: note.yaml.j2}]\n"
        "exports: {endpoint: {url: 'http://{{ name }}.{{ namespace }}.svc:80'}}\n"
    ),
    "templates/targets/plain/note.yaml.j2": (
        "name: {{ name }}\n"
        "space: {{ namespace }}\n"
        "image: {{ image }}\n"
        "variables: {{ variables }}\n"
        "used: {{ dependents }}\n"
        "selector: {{ selector }}\n"
    ),
    "templates/records/note/emitter.yaml": (
        "id: note\n"
        "title: Note\n"
        "options: {additionalProperties: false, properties: {word: {type: string}}}\n"
        "files:\n"
        "  - {path: 'notes/{{ name }}.json', commitPath: 'notes/{{ name }}.json', template: note.json.j2, scope: model}\n"
        "  - {path: all.json, template: all.json.j2, scope: environment}\n"
    ),
    "templates/records/note/note.json.j2": (
        '{"owner": {{ team.displayName | default("none") }}, "word": {{ options.word }}, '
        '"serves": {% if useCase is defined %}{{ useCase.summary }}{% else %}"nothing"{% endif %}, "where": {{ placements }}}\n'
    ),
    "templates/records/note/all.json.j2": '{"models": {{ deployments | map(attribute="name") }}, "stage": {{ environment.stage }}}\n',
}  # fmt: skip


def tree(changes: dict[str, str | None]) -> MemoryTree:
    files = {**FILES, **changes}
    return MemoryTree({path: text for path, text in files.items() if text is not None})


def edit_file(path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in FILES[path], (path, old)
    return {path: FILES[path].replace(old, new)}


CHANGES: dict[str, dict[str, str | None]] = {
    "a release": edit_file("models/a/asked.yaml", "asked:1", "asked:2"),
    "a name of a team": edit_file("models/teams.yaml", "displayName: Pricing", "displayName: Prices"),
    "a default": edit_file("models/a/_defaults.yaml", "value: info", "value: debug"),
    "an owner": edit_file("models/a/_defaults.yaml", "owner: pricing", "owner: risk"),
    "an endpoint": edit_file("models/data.yaml", "orders.shop.example", "orders.example"),
    "a use case": edit_file("models/data.yaml", "summary: Refunds", "summary: Money back"),
    "a policy": edit_file("models/data.yaml", "message: none", "message: nobody"),
    "a namespace": edit_file("models/places.yaml", "namespace: prod-models", "namespace: models"),
    "a capability": edit_file("models/places.yaml", '"1.34"', '"1.33"'),
    "a template": edit_file("templates/targets/plain/note.yaml.j2", "space:", "room:"),
    "a template's comment": edit_file("templates/targets/plain/emitter.yaml", "title: Plain", "title: Plain text"),
    "an option": edit_file("modelyard.yaml", "word: a", "word: b"),
    "the name of the project": edit_file("modelyard.yaml", "name: shop", "name: store"),
    "a program": edit_file("models/b/steps/data.py", "1", "2"),
    "a model that is gone": {"models/b/alone.yaml": None},
    "a model that moved": {"models/b/alone.yaml": None, "models/c/alone.yaml": FILES["models/b/alone.yaml"]},
    "a model that is new": {
        "models/b/more.yaml": model("more", "owner: risk\nlifecycle: production\ndeploy: {target: plain}")
    },
    "a place that is gone": edit_file("models/a/asks.yaml", "{dev: {}, prod: {}}", "{prod: {}}"),
    "who asks": edit_file("models/a/asks.yaml", "[{model: asked, env: ASKED}, {dataset", "[{dataset"),
    "a summary": edit_file("models/b/alone.yaml", "One of several", "Alone"),
    "a comment": edit_file("models/b/alone.yaml", "summary:", "# why\nsummary:"),
}


def whole(run: Session) -> dict[str, bytes]:
    built = build(run, ignore_policies=True)
    assert built.can_write, [finding.message for finding in built.findings if finding.is_blocking]
    files = [file for unit in built.units for file in unit.files]
    return {
        file.commit_path or file.path: file.content
        for file in files
        if file.commit_path or not file.path.endswith(STATEMENT)
    }


@cache
def whole_small(state: frozenset[tuple[str, str | None]]) -> dict[str, bytes]:
    """The rendered files of a small project, which many tests start from."""
    return whole(Session(tree(dict(state))))


def verify_small(first: dict[str, str | None], second: dict[str, str | None]) -> ChangeImpact:
    """As `verify_affected`, for two states of the small project."""
    rendered = (whole_small(frozenset(state.items())) for state in (first, second))
    return verify_affected(Session(tree(first)), Session(tree(second)), *rendered)


def verify_affected(
    old_run: Session, new_run: Session, old: dict[str, bytes], new: dict[str, bytes] | None = None
) -> ChangeImpact:
    """The impact of a change, once it names exactly the files that differ when both states are rendered completely."""
    result = compute_impact(old_run, new_run)
    new = whole(new_run) if new is None else new
    assert {artifact.path for artifact in result.artifacts} == {
        path for path in old.keys() | new.keys() if old.get(path) != new.get(path)
    }
    names = {one.model for one in result.affected_models}
    assert {one.model for one in result.artifacts if one.model} <= names
    assert {(one.model, one.environment) for one in result.artifacts if one.model and one.environment} <= {
        (one.model, one.environment) for one in result.affected_models
    }
    return result


def affected_reasons(change: str) -> dict[str, list[str]]:
    found = verify_small({}, CHANGES[change])
    reasons: dict[str, list[str]] = {}
    for one in found.affected_models:
        reasons.setdefault(one.model, []).append(f"{one.environment}: {', '.join(one.reasons)}")
    return reasons


@pytest.mark.parametrize("change", CHANGES)
def test_no_artifact_differs_that_is_not_named_and_none_is_named_that_does_not(change) -> None:
    verify_small({}, CHANGES[change])
    verify_small(CHANGES[change], {})


@settings(max_examples=40)
@given(
    some.lists(some.sampled_from(sorted(CHANGES)), min_size=1, max_size=4),
    some.lists(some.sampled_from(sorted(CHANGES)), max_size=3),
)
def test_nor_where_several_things_change_at_once(changes, first_names) -> None:
    """Of changes of one file the last one wins."""
    first: dict[str, str | None] = {}
    second: dict[str, str | None] = {}
    for name in first_names:
        first |= CHANGES[name]
        second |= CHANGES[name]
    for name in changes:
        second |= CHANGES[name]
    for state in (first, second):
        if state.get("models/c/alone.yaml"):
            state["models/b/alone.yaml"] = None
    verify_small(first, second)


@pytest.mark.parametrize(
    ("change", "expected_reasons"),
    [
        ("a release", {
            "asked": ["dev: version, release, releases, artifacts", "prod: version, release, releases, artifacts"],
            "asks": ["dev: dependency asked", "prod: dependency asked"],
        }),
        ("a name of a team", {name: [f"{place}: team pricing, artifacts" for place in ("dev", "prod")] for name in ("asked", "asks")}),
        ("a policy", {"alone": ["dev: policy has-owner", "prod: policy has-owner"]}),
        ("a program", {"steps": ["dev: files next to the spec", "prod: files next to the spec"]}),
        ("a model that is gone", {"alone": ["dev: removed, artifacts", "prod: removed, artifacts"]}),
        ("a capability", {}),
        ("a template's comment", {}),
        ("a comment", {}),
        ("a namespace", {name: ["prod: artifacts"] for name in ("alone", "asked", "asks", "steps")}),
        ("a summary", {"alone": ["dev: summary, artifacts", "prod: summary, artifacts"]}),
    ],
)  # fmt: skip
def test_it_says_by_what(change, expected_reasons) -> None:
    reasons_by_model = {
        model: [one.replace("version, ", "") for one in places] for model, places in affected_reasons(change).items()
    }
    wanted = {model: [one.replace("version, ", "") for one in places] for model, places in expected_reasons.items()}
    if change == "a namespace":  # records of a model tell all of its places
        reasons_by_model = {
            model: [one for one in places if one.startswith("prod")] for model, places in reasons_by_model.items()
        }
    assert reasons_by_model == wanted


def test_owners_of_both_sides_are_named() -> None:
    found = compute_impact(Session(tree({})), Session(tree(CHANGES["an owner"])))
    assert found.owners == ("pricing", "risk")
    assert {one.owners for one in found.affected_models} == {("risk", "pricing")}


def test_nothing_is_affected_by_nothing() -> None:
    found = compute_impact(Session(tree({})), Session(tree({})))
    assert (found.affected_models, found.artifacts, found.environments, found.rendered_environments) == ((), (), (), ())


def test_everything_is_new_where_nothing_was() -> None:
    found = compute_impact(None, Session(tree({})))
    assert {one.reasons[0] for one in found.affected_models} == {"new"}
    assert {one.path for one in found.artifacts} == whole(Session(tree({}))).keys()
    assert found.rendered_environments == ("dev", "prod")


@pytest.mark.parametrize("broken_file", ["after", "before"])
def test_what_does_not_hold_together_may_be_anything(broken_file) -> None:
    unsound = tree(edit_file("models/a/asked.yaml", "version: 1.0.0", "version: 1"))
    sides = (tree({}), unsound) if broken_file == "after" else (unsound, tree({}))
    found = compute_impact(*map(Session, sides))
    assert found.artifacts is None
    assert found.rendered_environments == ("dev", "prod")
    assert {"asked", "asks"} <= {one.model for one in found.affected_models}


def test_environments_are_published_in_order_of_promotion_where_they_name_a_branch() -> None:
    changes = CHANGES["a default"] | edit_file(
        "models/places.yaml", "stage: prod\n", "stage: prod\ndelivery: {branch: env/prod}\n"
    )
    changes |= edit_file("modelyard.yaml", "[dev, prod]", "[[dev, prod]]")
    run = Session(tree(changes))
    found = compute_impact(Session(tree({})), run)
    assert publish_waves(run, found) == (({"environment": "prod", "remote": "origin"},),)
    assert environments_without_branch(run) == ("dev",)
    assert affected_canaries(run, found) == ()


CANARY_FIELDS = (
    "deploy: {target: plain}\nlifecycle: production\nowner: risk\npipeline: {canary: {command: [python, judge.py]}}\n"
)


def canary_model(name: str) -> str:
    """A model with a canary in prod."""
    text = model(
        name, CANARY_FIELDS, "{dev: {release: 1.1.0}, prod: {release: 1.0.0, canary: {release: 1.1.0, weight: 10%}}}"
    )
    source = re.search(r"^source: (.*)$", text, re.MULTILINE)[1]
    releases = f"releases:\n  1.0.0: {{source: {source}}}\n  1.1.0: {{source: {source}}}\n"
    return re.sub(r"^source: .*\n", releases, text, flags=re.MULTILINE).replace("version: 1.0.0\n", "")


def test_only_canaries_of_models_that_are_affected_there_are_judged() -> None:
    base_files = {"models/b/one.yaml": canary_model("one"), "models/b/other.yaml": canary_model("other")}
    after = base_files | {"models/b/one.yaml": canary_model("one").replace("one:1", "one:2")}
    run = Session(tree(after))
    found = compute_impact(Session(tree(base_files)), run)
    assert found.rendered_environments == ("dev", "prod")
    assert affected_canaries(run, found) == ({"model": "one", "environment": "prod"},)
    everything = Session(tree(base_files))
    assert {one["model"] for one in affected_canaries(everything, compute_impact(None, everything))} == {"one", "other"}


def test_a_matrix_has_no_more_canaries_than_jobs() -> None:
    many = tuple({"model": f"m{index}", "environment": "prod"} for index in range(300))
    assert len(job_outputs(AffectedReport(ChangeImpact((), (), ()), None, (), many))["canaries"]) == 256


# --- the sample, by edits that people make ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> WorkTree:
    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "models", root / "models")
    shutil.copyfile(ROOT / "modelyard.yaml", root / "modelyard.yaml")
    return WorkTree(root)


@pytest.fixture(scope="module")
def sample_run(sample) -> Session:
    """The unchanged sample, resolved once."""
    return Session(sample)


@pytest.fixture(scope="module")
def sample_files(sample_run) -> dict[str, bytes]:
    """The rendered files of the unchanged sample."""
    return whole(sample_run)


EDITS = [
    ("models/payments/card-fraud.yaml", "max: 12", "max: 13"),
    ("models/payments/_defaults.yaml", "owner: payments-risk", "owner: lending-decisions"),
    ("models/payments/device-score.yaml", "p99: 50ms", "p99: 25ms"),
    ("models/environments/prod.yaml", "payments: payments-models", "payments: cards"),
    ("models/environments/prod.yaml", "secretStore: vault-prod", "secretStore: vault"),
    ("models/teams.yaml", "displayName: Payments Risk", "displayName: Payments"),
    ("models/use-cases.yaml", "kind: UseCase", "kind: UseCase"),
    ("models/datasets.yaml", "retention: 1825d", "retention: 900d"),
    ("models/lending/credit-policy/data.json", '"minimumAge": 18', '"minimumAge": 21'),
    ("models/treasury/atm-demand/evaluate.py", "2000", "3000"),
    ("modelyard.yaml", "window: 30d", "window: 28d"),
    ("modelyard.yaml", "opa:1.10.1-static", "opa:1.10.2-static"),
    ("modelyard.yaml", "enabled: true", "enabled: false"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "old", "new"), EDITS, ids=[f"{path.rpartition('/')[2]}-{new[:12]}" for path, _, new in EDITS]
)
def test_the_same_holds_in_the_sample(sample, sample_run, sample_files, path, old, new) -> None:
    text = sample.read(path).decode()
    assert old in text
    verify_affected(sample_run, Session(OverlayTree(sample, {path: text.replace(old, new).encode()})), sample_files)


def models_reached(path: str, **more: str) -> dict[str, tuple[str, ...]]:
    """The models that a change of a file reaches, and why, in a state that has other files too."""
    files = {**FILES, path: "one", **more}
    found = compute_impact(Session(MemoryTree(files)), Session(MemoryTree({**files, path: "another"})))
    return {f"{one.model} {one.environment}": one.reasons for one in found.affected_models}


def test_a_file_elsewhere_that_a_command_names_reaches_the_model() -> None:
    spec = FILES["models/b/steps/spec.yaml"].replace("[python, data.py]", "[python, ../../shared/data.py]")
    found = models_reached("models/shared/data.py", **{"models/b/steps/spec.yaml": spec})
    assert found == {"steps dev": ("files next to the spec",), "steps prod": ("files next to the spec",)}
    assert models_reached("models/shared/data.py") == {}
    outside = FILES["models/b/steps/spec.yaml"].replace(
        "[python, data.py]", "[python, ../../../../x.py, /etc/passwd, .., '']"
    )
    assert models_reached("x.py", **{"models/b/steps/spec.yaml": outside}) == {}


def test_a_file_that_an_option_of_the_project_names_reaches_every_model_with_a_program() -> None:
    project = SMALL.replace("word: a", "word: tools/requirements.txt")
    found = models_reached("tools/requirements.txt", **{"modelyard.yaml": project})
    assert found == dict.fromkeys(("steps dev", "steps prod"), ("tools/requirements.txt",))
    assert models_reached("tools/requirements.txt") == {}
