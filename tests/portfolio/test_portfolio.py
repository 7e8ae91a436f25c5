"""The sample portfolio: what it compiles to is golden, and its consumers accept it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.diagnostics import codes
from compiler.foundation.json_data import Object, as_list, as_object
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse

from .rendered_parts import HELD_ELSEWHERE, parts, reviewed_paths, summary_line

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parents[1] / "golden" / "portfolio"
FRAUD = "models/payments/card-fraud.yaml"


def sample() -> dict[str, bytes]:
    """The files of the sample portfolio."""
    tree = WorkTree(ROOT)
    return {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}


def build_portfolio(files: dict[str, bytes]) -> BuildResult:
    return build(Session(MemoryTree(files)))


def texts(result: BuildResult) -> dict[str, str]:
    return {file.path: file.content.decode() for unit in result.units for file in unit.files}


def objects_of(result: BuildResult) -> dict[str, str]:
    """The files that a cluster reads: no records, and no statements of where files come from."""
    return {
        path: text for path, text in texts(result).items() if path.endswith(".yaml") and not path.startswith("records/")
    }


@pytest.fixture(scope="module")
def portfolio(sample_build: BuildResult) -> BuildResult:
    return sample_build


def test_it_compiles_without_a_mandatory_finding(portfolio: BuildResult) -> None:
    assert [finding.message for finding in portfolio.findings if finding.is_blocking] == []


def test_what_a_reviewer_reads_is_what_was_reviewed(
    portfolio: BuildResult, golden: Callable[[Path, str], None], request: pytest.FixtureRequest
) -> None:
    rendered_texts = texts(portfolio)
    paths = reviewed_paths(rendered_texts)
    if request.config.getoption("--update-goldens"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
    for path in paths:
        golden(GOLDEN / path, rendered_texts[path])
    assert sorted(paths) == sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file())


def test_every_other_file_is_what_its_line_says(portfolio: BuildResult, golden: Callable[[Path, str], None]) -> None:
    lines = sorted(summary_line(path, text) for path, text in texts(portfolio).items())
    golden(GOLDEN.with_name("portfolio-files.txt"), "\n".join(lines) + "\n")


def test_no_file_has_a_part_that_no_reviewed_file_shows(portfolio: BuildResult) -> None:
    reviewed_texts = {path.relative_to(GOLDEN).as_posix(): path.read_text("utf-8") for path in GOLDEN.rglob("*.*")}
    shown = {part for path, text in reviewed_texts.items() for part in parts(path, text)}
    unseen = {path: parts(path, text) - shown for path, text in texts(portfolio).items() if path not in HELD_ELSEWHERE}
    assert {path: fields for path, fields in unseen.items() if fields} == {}
    assert len(shown) > 1000


@pytest.mark.parametrize(
    ("old", "new", "is_new_part"),
    [
        ("replicas: 2", "replicas: 3", False),
        ("replicas: 2", "replicas: 2\n  paused: true", True),
        ("- {name: a, value: 1}", "- {name: a, value: 1}\n  - {name: b, value: 1}", False),
    ],
)
def test_a_change_of_a_file_shows_in_its_parts_or_its_line(old: str, new: str, is_new_part: bool) -> None:
    text = "kind: Deployment\nspec:\n  replicas: 2\n  env:\n  - {name: a, value: 1}\n"
    changed = text.replace(old, new)
    assert changed != text
    assert (parts("prod/a/x.yaml", changed) != parts("prod/a/x.yaml", text)) == is_new_part
    assert summary_line("prod/a/x.yaml", changed) != summary_line("prod/a/x.yaml", text)


def test_it_holds_each_type_in_each_direction_that_the_design_takes(portfolio: BuildResult) -> None:
    objects = objects_of(portfolio).items()
    kinds = {path: as_object(parse(text, path).documents[0].data).get("kind") for path, text in objects}
    assert kinds["prod/card-fraud/inferenceservice.yaml"] == "InferenceService"
    assert kinds["prod/credit-policy/deployment.yaml"] == "Deployment"
    vendor = {
        kind
        for path, kind in kinds.items()
        if path.startswith("prod/bureau-score/") and not path.endswith(MONITORING_SUFFIXES)
    }
    known = {"Service", "NetworkPolicy", "Kustomization", "Probe", "PrometheusRule"}
    assert vendor == known, "nothing of ours runs a bought-in model"


ENVOY = b"gateway: {namespace: gateways, name: models, implementation: envoy-gateway}"
LIMIT = b"""expose:
    host: ownership.models.bank.example
    path: /query
    rateLimit: {type: Local, rules: [{limit: {requests: 20, unit: Second}}]}"""


def test_behind_envoy_gateway_it_could_limit_requests() -> None:
    """The gateway of the sample is Istio's, which has no object for limits. Without Envoy Gateway the field is rejected."""
    files, prod, graph = sample(), "models/environments/prod.yaml", "models/compliance/ownership-graph/spec.yaml"
    limited = files[graph].replace(b"expose: {host: ownership.models.bank.example, path: /query}", LIMIT)
    rejected = build_portfolio({**files, graph: limited})
    assert any(
        "only Envoy Gateway has an object for limits" in finding.message
        for finding in rejected.findings
        if finding.is_blocking
    )
    gateway = files[prod].replace(b"gateway: {namespace: gateways, name: models}", ENVOY)
    result = build_portfolio({**files, graph: limited, prod: gateway})
    assert [finding.message for finding in result.findings if finding.is_blocking] == []
    policy = parse(texts(result)["prod/ownership-graph/backendtrafficpolicy.yaml"], "a").documents[0].data
    route = parse(texts(result)["prod/ownership-graph/httproute.yaml"], "a").documents[0].data
    [target] = as_list(as_object(as_object(policy)["spec"])["targetRefs"])
    assert as_object(target)["name"] == as_object(as_object(route)["metadata"])["name"]


MONITORING_SUFFIXES = (".rules.yaml", ".openslo.yaml", ".dashboard.json", "alertmanager.yaml")
"""Files beside the objects, for who watches them."""


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_kustomize_builds_each_environment_and_every_object_of_it(
    portfolio: BuildResult, environment: str, tmp_path: Path, program: Callable[[str], str]
) -> None:
    write(portfolio, tmp_path)
    done = subprocess.run(
        [program("kubectl"), "kustomize", str(tmp_path / environment)], capture_output=True, text=True, check=True
    )
    objects = [as_object(document.data) for document in parse(done.stdout, "out.yaml").documents]
    own_objects = [
        text
        for path, text in objects_of(portfolio).items()
        if path.startswith(f"{environment}/")
        and "kustomization" not in path
        and "/_" not in path
        and not path.endswith(MONITORING_SUFFIXES)
    ]
    assert len(objects) == len(own_objects)
    assert all(as_object(found["metadata"])["namespace"] for found in objects)


def test_kustomize_refuses_a_tree_that_misses_a_file(
    portfolio: BuildResult, tmp_path: Path, program: Callable[[str], str]
) -> None:
    write(portfolio, tmp_path)
    (tmp_path / "prod/credit-policy/service.yaml").unlink()
    done = subprocess.run(
        [program("kubectl"), "kustomize", str(tmp_path / "prod")], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "service.yaml" in done.stderr


@pytest.fixture(scope="session")
def definitions(external_schemas: Path) -> dict[str, bytes]:
    """The official definitions of the clusters' own kinds, as a project keeps them."""
    folder = external_schemas / "k8s-crd"
    return {f"schemas/crds/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*.json")}


def test_every_object_passes_the_strict_official_schema(portfolio: BuildResult, definitions: dict[str, bytes]) -> None:
    result = build_portfolio(sample() | definitions)
    assert [
        finding.message for finding in result.findings if finding.is_blocking or finding.code is codes.NO_OUTPUT_SCHEMA
    ] == []
    assert texts(result) == texts(portfolio), "a check changes no byte"


MUTANTS = {
    "a wrong type": ("{spec: {predictor: {minReplicas: many}}}", "minReplicas"),
    "an unknown field": ("{spec: {predictor: {minReplica: 2}}}", "minReplica"),
    "a wrong type far below": (
        "{spec: {predictor: {containers: [{name: kserve-container, ports: [{containerPort: http}]}]}}}",
        "containerPort",
    ),
}


@pytest.mark.parametrize(("patch", "position"), MUTANTS.values(), ids=MUTANTS)
def test_a_patch_that_the_cluster_would_refuse_is_refused_at_its_own_line(
    patch: str, position: str, definitions: dict[str, bytes]
) -> None:
    files = sample() | definitions
    text = (
        files[FRAUD]
        .decode()
        .replace(
            "deploy:\n",
            f"deploy:\n  patches:\n    - target: {{kind: InferenceService}}\n      reason: a test\n      merge: {patch}\n",
            1,
        )
    )
    result = build_portfolio({**files, FRAUD: text.encode()})
    refused = [finding for finding in result.findings if finding.code is codes.OUTPUT_INVALID]
    line = next(number for number, line_text in enumerate(text.splitlines(), 1) if "merge: {spec" in line_text)
    assert {finding.location.line for finding in refused if finding.location} == {line}
    assert all(position in finding.message for finding in refused)
    assert all(finding.location and finding.location.path == FRAUD for finding in refused)


def test_an_edit_of_the_owner_restarts_nothing(portfolio: BuildResult) -> None:
    files = sample()
    changed_texts = texts(
        build_portfolio(
            {
                path: content.replace(b"owner: payments-risk", b"owner: lending-decisions")
                for path, content in files.items()
            }
        )
    )
    before = objects_of(portfolio)
    for path, was in before.items():
        differing = set(was.splitlines()) ^ set(changed_texts[path].splitlines())
        is_monitoring = path.endswith(MONITORING_SUFFIXES)  # the receiver follows the owner
        owner_keys = (
            ("owner: ",) if path.endswith("/applicationset.yaml") else ("modelyard/owner: ", "modelyard_owner: ")
        )
        assert is_monitoring or all(any(one in line for one in owner_keys) for line in differing), path
        if path.endswith(("deployment.yaml", "inferenceservice.yaml")):
            assert pod_template(was) == pod_template(changed_texts[path])


def pod_template(text: str) -> Object:
    data = as_object(parse(text, "object.yaml").documents[0].data)
    spec = as_object(data["spec"])
    if data["kind"] == "InferenceService":
        return {"labels": as_object(data["metadata"]).get("labels"), **as_object(spec["predictor"])}
    return as_object(spec["template"])


def test_a_decision_file_that_changes_restarts_what_reads_it(portfolio: BuildResult) -> None:
    files = sample()
    data = "models/lending/credit-policy/data.json"
    changed = json.loads(files[data])
    changed["credit"]["limits"]["minimumAge"] = 21
    before, after = texts(portfolio), texts(build_portfolio({**files, data: json.dumps(changed).encode()}))
    path = "prod/credit-policy/deployment.yaml"
    assert pod_template(before[path]) != pod_template(after[path])
    assert before["prod/credit-policy/service.yaml"] == after["prod/credit-policy/service.yaml"]


def write(result: BuildResult, folder: Path) -> None:
    for path, text in texts(result).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
