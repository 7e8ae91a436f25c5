"""Each release that runs somewhere is run once, beside this process, and whatever comes of it is a finding at its line."""

import os
import sys
import time
from pathlib import Path

import pytest

from compiler.diagnostics import codes
from compiler.execution.source_tests import engines, source_test_runner
from compiler.execution.source_tests.release_runs import load_engines
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.source_test_runner import missing_packages, run_source_tests
from compiler.execution.source_tests.worker_process import WorkerProcess
from compiler.execution.source_tests.worker_protocol import Job
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check, check_sources
from compiler.source.memory_tree import MemoryTree

pytestmark = pytest.mark.wheel

HEAD = "apiVersion: modelyard/v1\n"
FILES = {
    "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, prod]\n"
    f"images: {{opa: {{image: shop.example/opa, digest: 'sha256:{'1' * 64}'}}}}\n",
    "models/base.yaml": f"""{HEAD}kind: Team
name: pricing
contacts: {{email: pricing@shop.example}}
---
{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev
capabilities: {{kubernetes: {{version: "1.34"}}}}
---
{HEAD}kind: Environment
name: prod
stage: prod
namespace: prod
capabilities: {{kubernetes: {{version: "1.34"}}}}
""",
    "models/refunds/spec.yaml": f"""{HEAD}kind: Model
name: refunds
type: rules
owner: pricing
summary: Refunds or not
lifecycle: production
releases:
  1.0.0: {{source: &one {{engine: opa, files: [one.rego], entrypoint: refunds/allowed, tests: [one_test.rego]}}}}
  2.0.0: {{source: {{<<: *one, files: [two.rego]}}}}
deploy: {{target: kubernetes, resources: {{cpu: 100m, memory: 64Mi}}}}
governance: {{risk: {{tier: low}}, intendedUse: Refunds., limitations: [None known]}}
environments: {{dev: {{release: 1.0.0}}, prod: {{release: 1.0.0}}}}
""",
    "models/refunds/one.rego": "package refunds\n\nallowed if input.amount < 10\n",
    "models/refunds/two.rego": "package refunds\n\nallowed if input.amount < 20\n",
    "models/refunds/one_test.rego": "package refunds_test\n\nimport data.refunds\n\n"
    'test_small if refunds.allowed with input as {"amount": 9}\n\n'
    'test_large if not refunds.allowed with input as {"amount": 11}\n',
}
SPEC = "models/refunds/spec.yaml"


def tree(**replacements: tuple[str, str]) -> MemoryTree:
    """The files, with one text in some of them replaced by another."""
    files = dict(FILES)
    for name, (old, new) in replacements.items():
        [path] = [path for path in files if path.endswith(name.replace("__", "."))]
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    return MemoryTree({path: text.encode() for path, text in files.items()})


def findings_of(of: MemoryTree, limits: ResourceLimits | None = None) -> list[tuple[str, str, int]]:
    run = Session(of)
    assert check(run) == ()
    return [(item.code.id, item.location.path, item.location.line) for item in run_source_tests(run.fleet, limits)]


def test_a_valid_fleet_has_no_findings() -> None:
    assert findings_of(tree()) == []


def test_a_failing_test_is_reported_in_its_file_and_once_for_all_environments() -> None:
    broken = tree(one__rego=("< 10", "< 20"))
    assert findings_of(broken) == [("MY702", "models/refunds/one_test.rego", 7)]


def test_a_release_that_runs_nowhere_is_not_run() -> None:
    assert findings_of(tree(two__rego=("< 20", "<"))) == []


def test_a_canary_is_run_too() -> None:
    canary = tree(
        **{"spec.yaml": ("prod: {release: 1.0.0}", "prod: {release: 1.0.0, canary: {release: 2.0.0, weight: 10%}}")}
    )
    run = Session(canary)
    assert [(item.code.id, item.location.path) for item in check_sources(run)] == [
        ("MY702", "models/refunds/one_test.rego")
    ]


def test_a_model_that_does_not_hold_together_is_not_run() -> None:
    unsound = tree(one__rego=("< 10", "<"), **{"spec.yaml": ("dev: {release: 1.0.0}", "dev: {release: 9.0.0}")})
    codes_found = {(item.code.id, item.subject.environment) for item in check(Session(unsound)) if item.subject}
    assert codes_found
    assert [item.location.path for item in check_sources(Session(unsound))] == ["models/refunds/one.rego"]  # prod holds


def test_a_loop_is_a_finding_at_its_file_and_the_rest_is_still_run() -> None:
    loop = "allowed if count([1 | some a in numbers.range(1, 90000); some b in numbers.range(1, 90000); a == b]) == 1"
    start = time.monotonic()
    assert findings_of(
        tree(one__rego=("allowed if input.amount < 10", loop)), ResourceLimits(cpu_seconds=1, wall_seconds=5.0)
    ) == [("MY705", "models/refunds/one.rego", 1)]
    assert time.monotonic() - start < 60


def test_an_engine_that_ends_its_process_affects_no_other_run() -> None:
    crash = "f(n) := f(n + 1)\n\nallowed if f(1)"
    assert findings_of(tree(one__rego=("allowed if input.amount < 10", crash))) == [
        ("MY705", "models/refunds/one.rego", 1)
    ]
    assert findings_of(tree()) == []


def test_a_skipped_run_is_reported_with_the_way_to_run_it(monkeypatch) -> None:
    monkeypatch.setattr(source_test_runner.resources, "has_package", lambda name: name != "regorus")
    [item] = list(run_source_tests(Session(tree()).fleet))
    assert (item.code, item.location.path, item.help) == (
        codes.SOURCE_RUN_SKIPPED,
        SPEC,
        "pip install 'modelyard[sources]'",
    )
    assert item.message == "1 release was not run: the Rego engine (regorus) needs the package regorus"
    assert not item.is_blocking


def test_a_release_without_tests_is_run_and_reported_as_untested() -> None:
    untested = tree(**{"spec.yaml": (", tests: [one_test.rego]", "")})
    assert findings_of(untested) == [("MY710", SPEC, 9)]


def test_a_program_in_an_image_is_reported_as_skipped() -> None:
    digest = f"sha256:{'0' * 64}"
    source = f"source: &one {{image: shop.example/refunds, digest: {digest!r}, port: 8080, health: /ready}}"
    program = tree(**{"spec.yaml": (FILES[SPEC].split("1.0.0: {")[1].split("}\n")[0] + "}", f"{source}}}")})
    text = (
        program.read(SPEC)
        .decode()
        .replace("type: rules", "type: heuristic")
        .replace("  2.0.0: {source: {<<: *one, files: [two.rego]}}\n", "")
    )
    files = {path: FILES[path].encode() for path in FILES} | {SPEC: text.encode()}
    [item] = list(check_sources(Session(MemoryTree(files))))
    assert (item.code.id, item.message) == (
        "MY709", "the program of refunds 1.0.0 was not run: Modelyard does not start container images",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), [("one_test.csv", "MY703")])
def test_a_test_that_no_engine_reads_is_reported_at_its_name(name, expected) -> None:
    files = {path: text.encode() for path, text in FILES.items()} | {f"models/refunds/{name}": b"a,b\n"}
    files[SPEC] = FILES[SPEC].replace("one_test.rego", name).encode()
    [item] = list(check_sources(Session(MemoryTree(files))))
    assert (item.code.id, item.location.path, item.location.line) == (expected, SPEC, 9)
    assert item.message == (
        f"`{name}` is not recognised as a test of the Rego engine (regorus): "
        "expected a name that ends with .rego or .yaml or .yml or .json"
    )


def test_the_callback_is_called_for_each_run() -> None:
    progress = []
    list(run_source_tests(Session(tree()).fleet, on_progress=lambda done, of: progress.append((done, of))))
    assert progress == [(1, 1)]


def test_nothing_of_a_run_is_left_on_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert findings_of(tree()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_process_that_runs_knows_no_secret_of_ours(monkeypatch) -> None:
    monkeypatch.setenv("STORE_TOKEN", "secret")
    with WorkerProcess(ResourceLimits()) as child:
        assert child.run(Job("rego", "rules", {"files": ["none.rego"]}, {}, {})) == ()
        [worker] = [path for path in Path("/proc").glob("[0-9]*") if is_a_worker_of_ours(path)]
        assert b"STORE_TOKEN" not in (worker / "environ").read_bytes()


def is_a_worker_of_ours(process: Path) -> bool:
    try:
        is_child = f"\nPPid:\t{os.getpid()}\n" in (process / "status").read_text()
        return is_child and b"compiler.execution.source_tests" in (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return False


def test_the_engines_are_the_files_of_their_folder() -> None:
    assert [engine.name for engine in load_engines()] == sorted(
        path.stem for path in Path(engines.__path__[0]).glob("[a-z]*.py")
    )


def test_one_line_of_two_releases_is_reported_once() -> None:
    spec = FILES[SPEC].replace("prod: {release: 1.0.0}", "prod: {release: 2.0.0}")
    files = {path: text.encode() for path, text in FILES.items()} | {SPEC: spec.encode()}
    files["models/refunds/one_test.rego"] = b"package refunds_test\n\ntest_wrong if false\n"
    found = list(check_sources(Session(MemoryTree(files))))
    assert [(item.code.id, item.location.line) for item in found] == [("MY702", 3)]


def test_packages_that_are_missing_are_named_once(monkeypatch) -> None:
    fleet = Session(tree()).fleet
    assert missing_packages(fleet) == ()
    monkeypatch.setattr(source_test_runner.resources, "has_package", lambda name: name != "regorus")
    assert missing_packages(fleet) == ("regorus",)
    assert missing_packages(fleet, frozenset()) == ()
