"""What GitHub, actionlint and zizmor take; what each of them, or our own schema, refuses of workflows that are a little worse."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator

from .conftest import workflows_of

NAMES = {
    "modelyard.yml", "modelyard-deliver.yml", "modelyard-canary.yml", "modelyard-change.yml", "modelyard-retrain.yml",
    "modelyard-calendar.yml",
}  # fmt: skip


def jobs(texts: dict[str, str]) -> Iterator[tuple[str, str, dict]]:
    for name, text in texts.items():
        for job, job_spec in yaml.load(text, Loader=yaml.CSafeLoader)["jobs"].items():
            yield name, job, job_spec


def steps(texts: dict[str, str]) -> Iterator[tuple[str, dict]]:
    for name, job, job_spec in jobs(texts):
        yield from ((f"{name}:{job}", step) for step in job_spec["steps"])


def test_there_is_one_set_a_repository(workflows) -> None:
    assert workflows.keys() == NAMES


def test_github_takes_their_shape(workflows, external_schemas) -> None:
    """The schema of SchemaStore, which GitHub's own language server follows, as check-jsonschema ships it."""
    schema = Validator(json.loads((external_schemas / "check-jsonschema" / "github-workflows.json").read_bytes()))
    for text in workflows.values():
        assert [str(found) for found in schema.violations(yaml.load(text, Loader=yaml.CSafeLoader))] == []


@pytest.mark.slow
def test_actionlint_finds_nothing(workflows, actionlint) -> None:
    assert actionlint(workflows) == ""


@pytest.mark.slow
def test_zizmors_strictest_persona_finds_nothing(workflows, zizmor) -> None:
    assert zizmor(workflows) == []


# --- laws ------------------------------------------------------------------------------------------------------------
def test_every_action_is_pinned_to_a_commit_and_says_its_version(workflows) -> None:
    for text in workflows.values():
        uses = re.findall(r"^ +uses: (.*)$", text, re.MULTILINE)
        assert uses
        assert [one for one in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[0-9.]+", one)] == []


def test_no_script_holds_an_expression(workflows) -> None:
    assert [where for where, step in steps(workflows) if "${{" in step.get("run", "")] == []


def test_no_checkout_persists_its_token(workflows) -> None:
    out = [step for _, step in steps(workflows) if "checkout" in step.get("uses", "")]
    assert out
    assert {step["with"]["persist-credentials"] for step in out} == {False}


def test_no_workflow_has_a_permission_that_no_job_says(workflows) -> None:
    assert {json.dumps(yaml.load(text, Loader=yaml.CSafeLoader)["permissions"]) for text in workflows.values()} == {
        "{}"
    }
    assert [job for _, job, job_spec in jobs(workflows) if "permissions" not in job_spec] == []


def test_no_workflow_runs_what_strangers_sent_with_rights_of_its_own(workflows) -> None:
    events = {
        event
        for text in workflows.values()
        for event in yaml.load(text, Loader=yaml.CSafeLoader)["on" if '"on"' in text else True]
    }
    assert events == {"pull_request", "merge_group", "push", "workflow_dispatch", "schedule"}


def test_nothing_is_left_out_by_path_or_branch_of_a_pull_request(workflows) -> None:
    triggers = yaml.load(workflows["modelyard.yml"], Loader=yaml.CSafeLoader)["on"]
    assert (triggers["pull_request"], triggers["merge_group"]) == ({}, {})


def test_the_required_job_always_runs_and_needs_every_job_that_has_to_hold(workflows) -> None:
    job_specs = yaml.load(workflows["modelyard.yml"], Loader=yaml.CSafeLoader)["jobs"]
    required = job_specs["required"]
    assert required["if"] == "${{ always() }}"
    assert set(required["needs"]) == job_specs.keys() - {"required", "review"}


def test_everything_ends_and_nothing_runs_twice_at_once(workflows) -> None:
    assert [job for _, job, job_spec in jobs(workflows) if not 0 < job_spec["timeout-minutes"] <= 360] == []
    assert all("group" in yaml.load(text, Loader=yaml.CSafeLoader)["concurrency"] for text in workflows.values())


NEEDS = {
    r"actions/checkout": {"contents": "read"},
    r"upload-sarif": {"security-events": "write"},
    r"gh run list": {"actions": "read"},
    r"gh workflow run": {"actions": "write"},
    r"gh (?:pr create|api .*issues/.*comments)": {"pull-requests": "write"},
    r"gh pr list": {"pull-requests": "read"},
    r"gh issue": {"issues": "write"},
    r"git push|publish .*--push": {"contents": "write"},
}
"""What a step does, and the permission that docs.github.com ("Permissions required for GitHub Apps") asks for it."""


def required_permissions(job: dict) -> dict[str, str]:
    levels: dict[str, str] = {}
    for step in job["steps"]:
        for pattern, permissions in NEEDS.items():
            if re.search(pattern, step.get("uses", "") + step.get("run", "")):
                levels |= {name: level for name, level in permissions.items() if levels.get(name) != "write"}
    return levels


def test_each_job_has_the_permissions_that_it_needs_and_no_other(workflows) -> None:
    for name, job, job_spec in jobs(workflows):
        assert job_spec["permissions"] == required_permissions(job_spec), f"{name}:{job}"


PROGRAM = re.compile(r"modelyard run (?!.*--list)")


def test_where_a_program_of_a_model_runs_nothing_can_write_and_no_step_has_a_token(workflows) -> None:
    running = {where for where, step in steps(workflows) if PROGRAM.search(step.get("run", ""))}
    found = {f"{name}:{job}": job_spec for name, job, job_spec in jobs(workflows) if f"{name}:{job}" in running}
    assert found.keys() == {"modelyard.yml:model", "modelyard-canary.yml:judge", "modelyard-retrain.yml:train"}
    for job_spec in found.values():
        assert job_spec["permissions"] == {"contents": "read"}
        assert "token" not in json.dumps(job_spec).lower()


def test_what_is_committed_is_committed_without_hooks(workflows) -> None:
    committing = [step for _, step in steps(workflows) if "git commit" in step.get("run", "")]
    assert len(committing) == 3
    for step in committing:
        assert (step["env"]["GIT_CONFIG_KEY_1"], step["env"]["GIT_CONFIG_VALUE_1"]) == ("core.hooksPath", "/dev/null")


def test_what_a_permission_is_for_stands_beside_it(workflows) -> None:
    for text in workflows.values():
        assert [line for line in text.splitlines() if re.search(r": write$", line)] == []


def test_an_identity_token_is_granted_only_where_it_is_enabled(small) -> None:
    without, with_identity = (
        workflows_of(small()),
        workflows_of(small(("      actions:\n", "      idToken: true\n      actions:\n"))),
    )
    assert not any("id-token" in text for text in without.values())
    assert {f"{name}:{job}" for name, job, job_spec in jobs(with_identity) if "id-token" in job_spec["permissions"]} == {
        "modelyard-canary.yml:judge", "modelyard-retrain.yml:train", "modelyard.yml:model",
    }  # fmt: skip


# --- mutants: each is a workflow that is a little worse, and who refuses it ------------------------------------------
ZIZMOR = {
    "an action by its tag": ("modelyard.yml", r"checkout@[0-9a-f]{40} # v7.0.1", "checkout@v7", "unpinned-uses"),
    "an expression in a script": (
        "modelyard.yml", r"modelyard policy test", 'echo "${{ github.event.pull_request.title }}"', "template-injection",
    ),
    "a name of a branch in a script": (
        "modelyard-deliver.yml", r'--branch "\$BRANCH"', "--branch ${{ github.ref_name }}", "template-injection",
    ),
    "all permissions": ("modelyard.yml", r"^permissions: \{\}\n", "", "excessive-permissions"),
    "a permission for all jobs": ("modelyard.yml", r"^permissions: \{\}\n", "permissions:\n  contents: write\n", "excessive-permissions"),
    "a token that is kept": ("modelyard.yml", r"\n          persist-credentials: false", "", "artipacked"),
    "the rights of the base": ("modelyard.yml", r"  pull_request: \{\}", "  pull_request_target: {}", "dangerous-triggers"),
    "a secret for everybody": ("modelyard-deliver.yml", r"    environment: \$\{\{ matrix.environment \}\}\n", "", "secrets-outside-env"),
    "a permission without a reason": ("modelyard.yml", r" # to hand findings to code scanning", "", "undocumented-permissions"),
    "a job without a name": ("modelyard.yml", r"    name: Required\n", "", "anonymous-definition"),
    "runs beside each other": ("modelyard.yml", r"^concurrency:\n.*\n.*\n", "", "concurrency-limits"),
}  # fmt: skip
ACTIONLINT = {
    "a job that is not there": ("modelyard.yml", r"    needs: affected\n", "    needs: affecte\n", "affecte"),
    "an output that is not there": ("modelyard.yml", r"needs.affected.outputs.jobs != ", "needs.affected.outputs.job != ", "job"),
    "a step that is not there": ("modelyard.yml", r"steps.since.outputs.commit", "steps.sinc.outputs.commit", "sinc"),
    "a runner that is not there": ("modelyard.yml", r"runs-on: ubuntu-24.04", "runs-on: ubuntu-24.4", "ubuntu-24.4"),
    "an expression that is none": ("modelyard.yml", r"\$\{\{ always\(\) \}\}", "${{ always( }}", "parsing"),
    "a schedule that never is": ("modelyard-retrain.yml", r'cron: "[^"]+"', 'cron: "0 25 * * *"', "cron"),
    "a schedule every minute": ("modelyard-retrain.yml", r'cron: "[^"]+"', 'cron: "* * * * *"', "5 minutes"),
}  # fmt: skip
OWN_CHECKS = {
    "an action by its tag": ("modelyard.yml", r"checkout@[0-9a-f]{40}", "checkout@v7"),
    "an expression in a script": ("modelyard.yml", r"modelyard policy test", "echo ${{ github.actor }}"),
    "all permissions": ("modelyard.yml", r"^permissions: \{\}\n", ""),
    "a job without a limit": ("modelyard.yml", r"    timeout-minutes: 5\n", ""),
    "a job that says no permission": ("modelyard.yml", r"    permissions: \{\}\n    steps", "    steps"),
    "the rights of the base": ("modelyard.yml", r"  pull_request: \{\}", "  pull_request_target: {}"),
    "a filter of paths": ("modelyard.yml", r"  pull_request: \{\}", "  pull_request: {paths: [models/**]}"),
    "an environment by name": (
        "modelyard-deliver.yml",
        r"environment: \$\{\{ matrix.environment \}\}\n    conc",
        "environment: prod\n    conc",
    ),
    "a step that does nothing": ("modelyard.yml", r"        run: modelyard policy test\n", ""),
    "a cron of four fields": ("modelyard-retrain.yml", r'cron: "[^"]+"', 'cron: "0 2 1 *"'),
}


def substitute(texts: dict[str, str], name: str, pattern: str, instead: str) -> dict[str, str]:
    text, count = re.subn(pattern, lambda _: instead, texts[name], flags=re.MULTILINE)
    assert count, f"{pattern!r} is not in {name}"
    return {**texts, name: text}


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ZIZMOR)
def test_zizmor_refuses(mutant, sample, zizmor) -> None:
    name, pattern, instead, audit = ZIZMOR[mutant]
    assert audit in zizmor({name: substitute(sample, name, pattern, instead)[name]})


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ACTIONLINT)
def test_actionlint_refuses(mutant, sample, actionlint) -> None:
    name, pattern, instead, says = ACTIONLINT[mutant]
    assert says in actionlint({name: substitute(sample, name, pattern, instead)[name]})


@pytest.mark.parametrize("mutant", OWN_CHECKS)
def test_our_own_schema_refuses_it_before_it_is_written(mutant, sample) -> None:
    name, pattern, replacement = OWN_CHECKS[mutant]
    schema = Validator(
        json.loads((shipped_folder("templates") / "ci" / "github" / "workflow.schema.json").read_bytes())
    )
    assert schema.is_valid(yaml.load(sample[name], Loader=yaml.CSafeLoader))
    assert not schema.is_valid(yaml.load(substitute(sample, name, pattern, replacement)[name], Loader=yaml.CSafeLoader))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("modelyard.yml", r"      security-events: write # .*\n"),
        ("modelyard-change.yml", r"      actions: write # .*\n"),
        ("modelyard-deliver.yml", r"contents: write"),
    ],
)
def test_a_missing_permission_is_found(name, pattern, sample) -> None:
    texts = substitute(sample, name, pattern, "contents: read" if "contents" in pattern else "")
    assert [job for _, job, job_spec in jobs(texts) if job_spec["permissions"] != required_permissions(job_spec)]


def test_delivery_and_proposals_forgive_the_calendar_as_a_pull_request_does(workflows) -> None:
    """Each command that stops at what is mandatory says since when; what tells of the calendar itself does not."""
    stops = re.compile(r"modelyard (?:check|build|publish)\b.*")
    for name, text in workflows.items():
        stop_lines = [line for line in stops.findall(text) if name != "modelyard-calendar.yml" or "build" in line]
        assert [line for line in stop_lines if "--changed-since" not in line] == [], name
    assert "modelyard publish" in workflows["modelyard-deliver.yml"]
    assert "modelyard build --changed-since HEAD" in workflows["modelyard-change.yml"]
