"""A step of a pipeline runs as its spec defines it, and its result is reported at its line."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from compiler.execution.jobs.task_execution import execute_task
from compiler.execution.jobs.tasks import models_with_canary, models_with_step, resolve_tasks
from compiler.pipeline.session import Session
from compiler.source.worktree import WorkTree

HEAD = "apiVersion: modelyard/v1\n"
PROJECT = f"{HEAD}kind: Project\nname: shop\nenvironments: [dev, [prod-eu, prod-us]]\n"
BASE = f"""{HEAD}kind: Team
name: pricing
---
{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev
---
{HEAD}kind: Environment
name: prod-eu
stage: prod
namespace: prod
---
{HEAD}kind: Environment
name: prod-us
stage: prod
namespace: prod
"""
RELEASES = "".join(
    f"""  {number}.0.0:
    source: {{format: onnx, uri: "s3://a/{number}", digest: "sha256:{str(number) * 64}"}}
    evaluations: [{{metric: auc, value: 0.{90 + number}}}]
"""
    for number in (1, 2, 3)
)
TELLS = """import json, os, sys
print("ran", *sys.argv[1:])
variables = {name: os.environ.get(f"MODELYARD_{name}") for name in ("MODEL", "RELEASE", "ENVIRONMENT")}
with open("calls.jsonl", "a") as out:
    out.write(json.dumps({**variables, "argv": sys.argv[1:], "here": os.getcwd(), "own": os.environ.get("OWN")}) + "\\n")
"""


def lay_out(root: Path, pipeline: str, places: str, programs: dict[str, str] | None = None) -> Session:
    spec = f"""{HEAD}kind: Model
name: refunds
type: ml
owner: pricing
summary: Refunds or not
lifecycle: production
releases:
{RELEASES}pipeline:
{pipeline}
environments:
{places}
"""
    files = {
        "modelyard.yaml": PROJECT,
        "models/base.yaml": BASE,
        "models/refunds/spec.yaml": spec,
        "models/refunds/tell.py": TELLS,
    }
    files |= {f"models/refunds/{name}": text for name, text in (programs or {}).items()}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Session(WorkTree(root))


PLACES = """  dev: {release: 3.0.0}
  prod-eu: {release: 1.0.0, canary: {release: 2.0.0, weight: 10%}}
  prod-us: {release: 1.0.0}
"""
PYTHON = json.dumps(sys.executable)


def carried_out(
    run: Session, root: Path, step: str, champion_run: Session | None = None, **filters
) -> list[tuple[str, str, int]]:
    messages: list[str] = []
    return [
        (one.code.name, one.message, one.location.line)
        for task in resolve_tasks(run.fleet, run.tree, "refunds", step, **filters)
        if task.has_work
        for one in execute_task(task, root, (champion_run or run).fleet, messages.append)
    ]


def has_ended(process: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(50):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def logged_calls(root: Path) -> list[dict]:
    file = root / "models" / "refunds" / "calls.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_it_runs_in_the_folder_of_the_spec_with_its_own_words_and_no_shell(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OWN", "of the process")
    step = f"  data: {{command: [{PYTHON}, tell.py, '$HOME; rm -rf *', \"a b\"], env: [{{name: OWN, value: '$PATH'}}]}}"
    run = lay_out(tmp_path, step, PLACES)
    assert carried_out(run, tmp_path, "data") == []
    [one] = logged_calls(tmp_path)
    assert one["argv"] == ["$HOME; rm -rf *", "a b"]
    assert one["own"] == "$PATH"
    assert Path(one["here"]) == (tmp_path / "models" / "refunds").resolve()
    assert (one["MODEL"], one["RELEASE"], one["ENVIRONMENT"]) == ("refunds", "3.0.0", "dev")


def test_what_looks_at_releases_looks_at_each_that_runs_once(tmp_path) -> None:
    run = lay_out(tmp_path, f"  scan: {{command: [{PYTHON}, tell.py]}}", PLACES)
    assert carried_out(run, tmp_path, "scan") == []
    assert [(one["RELEASE"], one["ENVIRONMENT"]) for one in logged_calls(tmp_path)] == [
        ("3.0.0", "dev"), ("1.0.0", "prod-eu"), ("2.0.0", "prod-eu"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "expected_calls"),
    [
        ({"version": "2.0.0"}, [("2.0.0", "prod-eu")]),
        ({"environment": "prod-us"}, [("1.0.0", "prod-us")]),
        ({"version": "3.0.0", "environment": "prod-us"}, [("3.0.0", "prod-us")]),
    ],
)
def test_a_release_or_an_environment_can_be_named(filters, expected_calls, tmp_path) -> None:
    run = lay_out(tmp_path, f"  scan: {{command: [{PYTHON}, tell.py]}}", PLACES)
    assert carried_out(run, tmp_path, "scan", **filters) == []
    assert [(one["RELEASE"], one["ENVIRONMENT"]) for one in logged_calls(tmp_path)] == expected_calls


def test_a_canary_is_judged_where_it_is(tmp_path) -> None:
    run = lay_out(tmp_path, f"  canary: {{command: [{PYTHON}, tell.py]}}", PLACES)
    assert [(model.name, model.environment.name) for model in models_with_canary(run.fleet)] == [("refunds", "prod-eu")]
    assert carried_out(run, tmp_path, "canary") == []
    assert [(one["RELEASE"], one["ENVIRONMENT"]) for one in logged_calls(tmp_path)] == [("2.0.0", "prod-eu")]
    assert carried_out(run, tmp_path, "canary", environment="prod-us") == []
    assert len(logged_calls(tmp_path)) == 1


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (f"[{PYTHON}, -c, 'raise SystemExit(3)']", "it ended with exit code 3"),
        ("[no-such-program-anywhere]", "could not be started"),
        (f"[{PYTHON}, -c, 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)']", "it was ended by SIGKILL"),
        ("['a\\0b']", "could not be started"),
    ],
)
def test_what_ends_badly_is_reported_at_its_line(command, says, tmp_path) -> None:
    run = lay_out(tmp_path, f"  data: {{command: {command}}}".replace("'a\\0b'", '"a\\0b"'), PLACES)
    [(name, message, line)] = carried_out(run, tmp_path, "data")
    assert (name, line) == ("step-failed", 19)
    assert says in message


def test_it_takes_no_longer_than_it_may_and_leaves_nothing_running(tmp_path) -> None:
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('child', 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    run = lay_out(tmp_path, f"  data: {{command: [{PYTHON}, slow.py], timeout: 1s}}", PLACES, {"slow.py": program})
    began = time.monotonic()
    [(name, message, _)] = carried_out(run, tmp_path, "data")
    assert time.monotonic() - began < 20
    assert (name, message) == ("step-failed", "refunds 3.0.0: data: it took longer than 1s")
    child = int((tmp_path / "models/refunds/child").read_text())
    assert has_ended(child)


EVALUATE = """  evaluate:
    run: {{command: [{python}, -c, "import os; open(os.environ['MODELYARD_RESULTS'], 'w').write('''{results}''')"]}}
    gates: [{{metric: auc, op: '>=', value: 0.9}}]
    champion: {{environment: prod-eu}}
"""


def evaluate_step(root: Path, results: str, **which) -> list[tuple[str, str]]:
    text = results.replace('"', '\\"')
    run = lay_out(root, EVALUATE.format(python=PYTHON, results=text), PLACES)
    return [(name, message) for name, message, _ in carried_out(run, root, "evaluate", **which)]


def test_what_it_measured_is_held_against_gates_and_champion(tmp_path) -> None:
    assert evaluate_step(tmp_path, '{"auc": 0.95}', version="3.0.0") == []
    assert evaluate_step(tmp_path, '{"auc": 0.85}', version="3.0.0") == [
        ("gate-failed", "refunds 3.0.0: auc is 0.85, but must be >= 0.9"),
        ("worse-than-champion", "refunds 3.0.0: auc is 0.85, worse than 0.91 of the champion, 1.0.0 in prod-eu"),
    ]


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ("nothing", "is not valid JSON"),
        ("[1]", "is not a map"),
        ('{"auc": "0.95"}', "is not a number"),
        ('{"auc": true}', "is not a number"),
        ('{"auc": NaN}', "is not a number"),
        ('{"auc": 1e999}', "is not a number"),
    ],
)
def test_results_that_are_none_are_reported(results, says, tmp_path) -> None:
    [(name, message)] = evaluate_step(tmp_path, results, version="3.0.0")
    assert name == "step-failed"
    assert says in message


def test_no_results_are_reported(tmp_path) -> None:
    run = lay_out(tmp_path, f"  evaluate: {{run: {{command: [{PYTHON}, tell.py]}}}}", PLACES)
    [(name, message, _)] = carried_out(run, tmp_path, "evaluate", version="3.0.0")
    assert (name, "did not write the file" in message) == ("step-failed", True)


def test_without_a_program_what_is_on_record_is_judged(tmp_path) -> None:
    gates = "  evaluate: {gates: [{metric: auc, op: '>=', value: 0.92}], champion: {environment: prod-eu}}"
    run = lay_out(tmp_path, gates, PLACES)
    assert [message for _, message, _ in carried_out(run, tmp_path, "evaluate")] == [
        "refunds 1.0.0: auc is 0.91, but must be >= 0.92"
    ]


def test_the_champion_is_what_ran_before_the_change(tmp_path) -> None:
    gates = "  evaluate: {gates: [{metric: auc, op: '>=', value: 0.5}], champion: {environment: prod-eu}}"
    before = lay_out(tmp_path / "before", gates, "  dev: {release: 1.0.0}\n  prod-eu: {release: 3.0.0}\n")
    after = lay_out(tmp_path / "after", gates, "  dev: {release: 1.0.0}\n  prod-eu: {release: 1.0.0}\n")
    assert carried_out(after, tmp_path / "after", "evaluate") == []
    [(name, message, _)] = carried_out(after, tmp_path / "after", "evaluate", before)
    assert (name, "0.93 of the champion, 3.0.0" in message) == ("worse-than-champion", True)


def test_models_are_listed_by_step_and_schedule(tmp_path) -> None:
    train = f"  train: {{command: [{PYTHON}, tell.py]}}\n"
    run = lay_out(tmp_path, f"{train}  retrain: {{schedule: '0  3 * * 1'}}", PLACES)
    assert [model.name for model in models_with_step(run.fleet, "train")] == ["refunds"]
    assert [model.name for model in models_with_step(run.fleet, "train", "0 3 * * 1")] == ["refunds"]
    assert [model.name for model in models_with_step(run.fleet, "train", "0 4 * * 1")] == []
    assert [model.name for model in models_with_step(run.fleet, "canary")] == []
    elsewhere = lay_out(tmp_path, f"{train}  retrain: {{schedule: '0 3 * * 1', timeZone: Europe/Zurich}}", PLACES)
    assert [model.name for model in models_with_step(elsewhere.fleet, "train", "0 3 * * 1")] == ["refunds"], (
        "a run knows its cron expression, and not its time zone"
    )
