"""Alerts reach the channels of the team that owns the model: by Alertmanager's own tool."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.pipeline import Run, build
from compiler.schema import Validator
from compiler.source.memory import MemoryTree

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1"}
OPTIONS = {
    "pagerduty": {"keyFolder": "/etc/keys"}, "slack": {"urlFile": "/etc/slack"},
    "email": {"smarthost": "smtp.bank.example:587", "from": "alerts@bank.example"}, "unowned": {"email": "platform@bank.example"},
}  # fmt: skip


def made(
    contacts: Mapping[str, Any] | None, options: Mapping[str, Any], *, takes: bool = True
) -> tuple[str, list[str]]:
    """The configuration of an Environment with a model of one team, and what is wrong."""
    capabilities = {"kubernetes": {"version": "1.34"}, "metrics": {"namespace": "monitoring", "alertmanager": takes}}
    source = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
    documents = [
        {**HEAD, "kind": "Team", "name": "risk", **({"contacts": contacts} if contacts is not None else {})},
        {**HEAD, "kind": "Team", "name": "idle", "contacts": {"chat": "#idle"}},
        {**HEAD, "kind": "Environment", "name": "prod", "stage": "prod", "namespace": "models", "capabilities": capabilities},
        {
            **HEAD, "kind": "Model", "name": "scorer", "type": "heuristic", "owner": "risk", "lifecycle": "production",
            "summary": "Scores.", "version": "1.0.0", "source": source, "deploy": {"target": "kubernetes"}, "environments": {"prod": {}},
        },
    ]  # fmt: skip
    emitters = {"alertmanager": {"enabled": True, "options": options}, "kustomize": {"enabled": False}}
    project = {**HEAD, "kind": "Project", "name": "bank", "environments": ["prod"], "emitters": emitters}
    files = {"modelyard.yaml": yaml.safe_dump(project), "models/all.yaml": yaml.safe_dump_all(documents)}
    built = build(Run(MemoryTree({path: text.encode() for path, text in files.items()})))
    lines = {path: text.splitlines() for path, text in files.items()}
    wrong = [
        f"{one.code.id} {one.place.path}: {one.message} | {lines.get(one.place.path, one.place.line * [''])[one.place.line - 1].strip()}"
        for one in built.findings
        if one.mandatory
    ]
    return next(
        (file.content.decode() for unit in built.units for file in unit.files if file.path == "prod/alertmanager.yaml"),
        "",
    ), wrong


@pytest.fixture
def amtool(program: Callable[..., str], tmp_path: Path) -> Callable[..., str]:
    def run(text: str, *labels: str) -> str:
        path = tmp_path / "alertmanager.yaml"
        path.write_text(text, encoding="utf-8")
        tool = program("amtool", "apt-get install prometheus-alertmanager")
        words = (
            ["config", "routes", "test", f"--config.file={path}", *labels] if labels else ["check-config", str(path)]
        )
        done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else f"FAILED {done.stderr}"

    return run


def receivers(text: str) -> dict[str, list[str]]:
    return {one["name"]: [key for key in one if key != "name"] for one in yaml.safe_load(text)["receivers"]}


def test_the_samples_is_taken_and_reaches_each_owner(portfolio, amtool):
    text = portfolio["prod/alertmanager.yaml"]
    assert "SUCCESS" in amtool(text)
    assert "staging/alertmanager.yaml" not in portfolio
    routes = {
        ("payments-risk", "page"): "payments-risk-page", ("payments-risk", "ticket"): "payments-risk-ticket",
        ("treasury-analytics", "page"): "treasury-analytics-page", ("nobody", "page"): "unowned",
    }  # fmt: skip
    for (owner, severity), receiver in routes.items():
        assert (
            amtool(text, "modelyard_environment=prod", f"modelyard_owner={owner}", f"severity={severity}") == receiver
        )
    assert amtool(text, "modelyard_environment=staging", "modelyard_owner=payments-risk", "severity=page") == "unowned"
    assert amtool(text, "alertname=Watchdog") == "unowned"


def test_every_alert_of_the_sample_finds_its_team(portfolio, amtool):
    text = portfolio["prod/alertmanager.yaml"]
    found = {
        (rule["labels"]["modelyard_owner"], rule["labels"]["severity"])
        for path, rules in portfolio.items()
        if path.startswith("prod/") and path.endswith("prometheusrule.yaml")
        for group in yaml.safe_load(rules)["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    assert len(found) > 6
    for owner, severity in found:
        assert (
            amtool(text, "modelyard_environment=prod", f"modelyard_owner={owner}", f"severity={severity}")
            == f"{owner}-{severity}"
        )


@pytest.mark.parametrize(
    ("contacts", "page", "ticket"),
    [
        ({"onCall": "first", "chat": "#risk", "email": "risk@bank.example"}, "pagerduty_configs", "slack_configs"),
        ({"email": "risk@bank.example"}, "email_configs", "email_configs"),
        ({"onCall": "first", "email": "risk@bank.example"}, "pagerduty_configs", "email_configs"),
        ({"chat": "risk", "email": "risk@bank.example"}, "email_configs", "slack_configs"),
    ],
)
def test_a_page_calls_a_ticket_writes_and_mail_stands_in(amtool, contacts, page, ticket):
    text, wrong = made(contacts, OPTIONS)
    assert wrong == []
    assert "SUCCESS" in amtool(text)
    assert receivers(text) == {"unowned": ["email_configs"], "risk-page": [page], "risk-ticket": [ticket]}


def test_opsgenie_calls_a_schedule(amtool):
    options = {
        **{key: value for key, value in OPTIONS.items() if key != "pagerduty"},
        "opsgenie": {"keyFile": "/etc/opsgenie"},
    }
    text, wrong = made({"onCall": "first", "chat": "#risk"}, options)
    assert wrong == []
    assert "SUCCESS" in amtool(text)
    assert "name: first" in text
    assert "type: schedule" in text


LACKING = {
    "who is told of what nobody owns": (
        "unowned",
        {"email": "a@b.example"},
        "MY404 modelyard.yaml: Alertmanager lacks something: what no team owns",
    ),
    "who calls": (
        "pagerduty",
        {"onCall": "first", "chat": "#risk"},
        "teams are called by rotations, and nothing says which service calls them",
    ),
    "where Slack is": (
        "slack",
        {"onCall": "first", "chat": "#risk"},
        "teams have channels, and nothing says where their Slack is",
    ),
    "who sends mail": (
        "email",
        {"email": "a@b.example"},
        "somebody is told by mail, and nothing says which server sends it",
    ),
}


@pytest.mark.parametrize(("option", "contacts", "said"), LACKING.values(), ids=LACKING)
def test_what_only_the_platform_knows_is_asked_for_at_the_projects_line(option, contacts, said):
    text, wrong = made(contacts, {key: value for key, value in OPTIONS.items() if key != option})
    assert text == ""
    assert any(said in one and "modelyard.yaml" in one for one in wrong), wrong


@pytest.mark.parametrize("contacts", [None, {}, {"chat": "#risk"}, {"onCall": "first"}])
def test_a_team_that_cannot_be_told_is_asked_at_its_own_line(contacts):
    _, wrong = made(contacts, OPTIONS)
    assert len(wrong) == 1
    assert wrong[0].startswith(
        "MY404 models/all.yaml: Alertmanager lacks something: a team that owns a model has nobody to call"
    )


def test_nobody_is_asked_anything_where_no_alertmanager_takes_it():
    assert made(None, {}, takes=False) == ("", [])


@pytest.mark.parametrize(
    "options",
    [{"pagerduty": {"keyFolder": "keys"}}, {"pagerduty": {}}, {"smarthost": "a:1"}, {"email": {"smarthost": "a"}}, {"unowned": {}},
     {"pagerduty": {"keyFolder": "/a"}, "opsgenie": {"keyFile": "/b"}}],
)  # fmt: skip
def test_options_are_closed(options):
    _, wrong = made({"email": "a@b.example"}, {**OPTIONS, **options} if "pagerduty" not in options else options)
    assert any(one.startswith("MY405 modelyard.yaml") for one in wrong), wrong


def test_what_a_contact_says_is_no_template_and_no_path_out():
    text, wrong = made({"email": "{{.Alerts}}@bank.example", "onCall": "a", "chat": "#b"}, OPTIONS)
    assert wrong == []
    text, wrong = made({"email": "{{.Alerts}}@bank.example"}, OPTIONS)
    assert '{{"{"}}{{"{"}}.Alerts}}@bank.example' in text

    for rotation in ("../../etc/shadow", "a/../../etc/shadow"):
        _, [wrong] = made({"onCall": rotation, "email": "a@b.example"}, OPTIONS)
        assert wrong.startswith(("MY501 models/all.yaml", "MY103 models/all.yaml")), wrong


def test_it_keeps_the_official_schema_and_ours_and_no_mutant_does(portfolio, external_schemas, schema, mutants):
    document = yaml.safe_load(portfolio["prod/alertmanager.yaml"])
    official = Validator(json.loads((external_schemas / "schemastore" / "prometheus-alertmanager.json").read_bytes()))
    assert official.violations(document) == ()
    ours = schema("alertmanager", "alertmanager.schema.json")
    assert ours.violations(document) == ()
    small = {
        **document,
        "receivers": document["receivers"][:3],
        "route": {**document["route"], "routes": document["route"]["routes"][:2]},
    }
    for what, broken in mutants(small):
        assert ours.violations(broken), what


BROKEN = {
    "a receiver that is not there": ("receiver: unowned", "receiver: nobody"),
    "a matcher that is none": ('- severity="page"', "- severity"),
    "an integration without its key": ("routing_key_file:", "routing_keyfile:"),
}


@pytest.mark.parametrize(("right", "wrong"), BROKEN.values(), ids=BROKEN)
def test_alertmanager_refuses_a_mutant(portfolio, amtool, right, wrong):
    text = portfolio["prod/alertmanager.yaml"]
    assert right in text
    assert amtool(text.replace(right, wrong)).startswith("FAILED")
