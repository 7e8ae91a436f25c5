"""Alerts reach the channels of the team that owns the model: by Alertmanager's own tool."""

import http.client
import http.server
import json
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.json_schema.validator import Validator
from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1"}
OPTIONS = {
    "pagerduty": {"keyFolder": "/etc/keys"}, "slack": {"urlFile": "/etc/slack"},
    "email": {"smarthost": "smtp.bank.example:587", "from": "alerts@bank.example"}, "defaultReceiver": {"email": "platform@bank.example"},
}  # fmt: skip


def build_configuration(
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
    files = {
        "modelyard.yaml": yaml.dump(project, Dumper=yaml.CSafeDumper),
        "models/all.yaml": yaml.dump_all(documents, Dumper=yaml.CSafeDumper),
    }
    result = build(Session(MemoryTree({path: text.encode() for path, text in files.items()})))
    lines = {path: text.splitlines() for path, text in files.items()}
    wrong = [
        f"{one.code.id} {one.location.path}: {one.message} | "
        f"{lines.get(one.location.path, one.location.line * [''])[one.location.line - 1].strip()}"
        for one in result.findings
        if one.is_blocking
    ]
    return next(
        (
            file.content.decode()
            for unit in result.units
            for file in unit.files
            if file.path == "prod/alertmanager.yaml"
        ),
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
    return {
        one["name"]: [key for key in one if key != "name"]
        for one in yaml.load(text, Loader=yaml.CSafeLoader)["receivers"]
    }


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
    recipients = {
        (rule["labels"]["modelyard_owner"], rule["labels"]["severity"])
        for path, rules in portfolio.items()
        if path.startswith("prod/") and path.endswith("prometheusrule.yaml")
        for group in yaml.load(rules, Loader=yaml.CSafeLoader)["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    assert len(recipients) > 6
    for owner, severity in recipients:
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
    text, wrong = build_configuration(contacts, OPTIONS)
    assert wrong == []
    assert "SUCCESS" in amtool(text)
    assert receivers(text) == {"unowned": ["email_configs"], "risk-page": [page], "risk-ticket": [ticket]}


def test_opsgenie_calls_a_schedule(amtool):
    options = {
        **{key: value for key, value in OPTIONS.items() if key != "pagerduty"},
        "opsgenie": {"keyFile": "/etc/opsgenie"},
    }
    text, wrong = build_configuration({"onCall": "first", "chat": "#risk"}, options)
    assert wrong == []
    assert "SUCCESS" in amtool(text)
    assert "name: first" in text
    assert "type: schedule" in text


MISSING_CONTACTS = {
    "the receiver of alerts without an owner": (
        "defaultReceiver",
        {"email": "a@b.example"},
        "MY404 modelyard.yaml: a requirement of Alertmanager is not met: alerts without a team",
    ),
    "who calls": (
        "pagerduty",
        {"onCall": "first", "chat": "#risk"},
        "teams have on-call rotations, but no paging service is configured",
    ),
    "where Slack is": (
        "slack",
        {"onCall": "first", "chat": "#risk"},
        "teams have chat channels, but no Slack webhook is configured",
    ),
    "who sends mail": (
        "email",
        {"email": "a@b.example"},
        "alerts are sent by email, but no mail server is configured",
    ),
}


@pytest.mark.parametrize(("option", "contacts", "message"), MISSING_CONTACTS.values(), ids=MISSING_CONTACTS)
def test_a_missing_platform_option_is_reported_at_the_projects_line(option, contacts, message):
    text, wrong = build_configuration(contacts, {key: value for key, value in OPTIONS.items() if key != option})
    assert text == ""
    assert any(message in one and "modelyard.yaml" in one for one in wrong), wrong


@pytest.mark.parametrize("contacts", [None, {}, {"chat": "#risk"}, {"onCall": "first"}])
def test_a_team_without_contacts_is_reported_at_its_own_line(contacts):
    _, wrong = build_configuration(contacts, OPTIONS)
    assert len(wrong) == 1
    assert wrong[0].startswith(
        "MY404 models/all.yaml: a requirement of Alertmanager is not met: a team that owns a model has no on-call rotation"
    )


def test_a_contact_that_is_none_is_reported_once_and_not_as_what_a_team_lacks():
    for contacts in ({"email": "risk@bank.example", "chat": "no channel!"}, {"email": "nobody"}):
        _, wrong = build_configuration(contacts, OPTIONS)
        assert [one.split()[0] for one in wrong] == ["MY103"], wrong


class FakeReceiver:
    """What listens on loopback in place of PagerDuty, Opsgenie and Slack, and keeps what is sent there."""

    def __init__(self) -> None:
        messages: queue.Queue[dict[str, Any]] = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.messages = messages
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def run_alertmanager(program: Callable[..., str], text: str, folder: Path, receiver: FakeReceiver) -> Iterator[int]:
    """Alertmanager itself on loopback with a configuration as it was made, but for the addresses; its port."""
    config = yaml.load(text, Loader=yaml.CSafeLoader)
    config["global"] |= {"pagerduty_url": receiver.url, "opsgenie_api_url": receiver.url}
    config["route"]["group_wait"] = "200ms"
    (folder / "made.yaml").write_text(yaml.dump(config, Dumper=yaml.CSafeDumper), encoding="utf-8")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tool = program("prometheus-alertmanager", "apt-get install prometheus-alertmanager")
    words = [tool, f"--config.file={folder / 'made.yaml'}", f"--storage.path={folder}", "--cluster.listen-address="]
    words += [f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as server:
        try:
            yield port
        finally:
            server.terminate()


def tell(port: int, alerts: Any) -> None:
    """Sends alerts as Prometheus does, as soon as a receiver listens."""
    for _ in range(100):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as link:
                link.request("POST", "/api/v2/alerts", json.dumps(alerts), {"Content-Type": "application/json"})
                assert link.getresponse().status == 200
                return
        except ConnectionRefusedError:
            time.sleep(0.1)
    pytest.fail("Alertmanager does not listen")


def alert(slo: str, severity: str, **annotations: str) -> dict[str, Any]:
    labels = {
        "alertname": "ModelErrorBudgetBurn", "modelyard_model": "scorer", "modelyard_environment": "prod", "modelyard_owner": "risk",
        "severity": severity, "modelyard_slo": slo, "modelyard_id": f"bank/prod/scorer/{slo}",
    }  # fmt: skip
    return {"labels": labels, "annotations": annotations}


RUNBOOK = "https://runbooks.bank.example/scorer"
ANNOTATIONS = {"runbook_url": RUNBOOK}
TEXTS = {
    "PagerDuty": ("pagerduty", "page", lambda sent: [
        sent["payload"]["summary"], sent["payload"]["custom_details"]["description"], sent["payload"]["custom_details"]["runbook"],
    ]),
    "Opsgenie": ("opsgenie", "page", lambda sent: [sent["message"], sent["description"], RUNBOOK]),
    "Slack": ("slack", "ticket", lambda sent: [
        sent["attachments"][0]["title"], sent["attachments"][0]["text"], sent["attachments"][0]["title_link"],
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("receiver_type", "severity", "texts"), TEXTS.values(), ids=TEXTS)
def test_one_notification_contains_both_simultaneous_alerts(program, tmp_path, receiver_type, severity, texts):
    """Availability and latency of one model make one notification, whose alerts have no annotation in common."""
    receiver = FakeReceiver()
    (tmp_path / "first").write_text("key", encoding="utf-8")
    (tmp_path / "slack").write_text(receiver.url, encoding="utf-8")
    options = {**OPTIONS, "pagerduty": {"keyFolder": str(tmp_path)}, "slack": {"urlFile": str(tmp_path / "slack")}}
    if receiver_type == "opsgenie":
        del options["pagerduty"]
        options |= {"opsgenie": {"keyFile": str(tmp_path / "first")}}
    text, wrong = build_configuration({"onCall": "first", "chat": "#risk"}, options)
    assert wrong == []
    two = [
        alert("availability", severity, summary="fails", description="too many fail", **ANNOTATIONS),
        alert("latency-1s", severity, summary="slow", description="too many are slow", **ANNOTATIONS),
    ]
    with run_alertmanager(program, text, tmp_path, receiver) as port:
        tell(port, two)
        summary, description, runbook = texts(receiver.messages.get(timeout=20))
    assert summary.endswith("fails; slow")
    assert description.split("\n")[:2] == ["too many fail", "too many are slow"]
    assert runbook == RUNBOOK


def test_an_alert_without_annotations_is_reported_by_its_name(program, tmp_path):
    receiver = FakeReceiver()
    (tmp_path / "first").write_text("key", encoding="utf-8")
    (tmp_path / "slack").write_text(receiver.url, encoding="utf-8")
    options = {**OPTIONS, "pagerduty": {"keyFolder": str(tmp_path)}, "slack": {"urlFile": str(tmp_path / "slack")}}
    text, _ = build_configuration({"onCall": "first", "chat": "#risk"}, options)
    with run_alertmanager(program, text, tmp_path, receiver) as port:
        tell(port, [alert("availability", "page")])
        assert receiver.messages.get(timeout=20)["payload"]["summary"] == "ModelErrorBudgetBurn"


def test_a_mail_has_the_subject_that_a_channel_has_for_a_title():
    text, _ = build_configuration({"onCall": "first", "chat": "#risk"}, OPTIONS)
    found = {one["name"]: one for one in yaml.load(text, Loader=yaml.CSafeLoader)["receivers"]}
    subject = found["unowned"]["email_configs"][0]["headers"]["Subject"]
    assert subject == found["risk-ticket"]["slack_configs"][0]["title"]
    assert "CommonAnnotations" not in text


def test_no_contact_is_required_without_an_alertmanager():
    assert build_configuration(None, {}, takes=False) == ("", [])


@pytest.mark.parametrize(
    "options",
    [{"pagerduty": {"keyFolder": "keys"}}, {"pagerduty": {}}, {"smarthost": "a:1"}, {"email": {"smarthost": "a"}}, {"defaultReceiver": {}},
     {"pagerduty": {"keyFolder": "/a"}, "opsgenie": {"keyFile": "/b"}}],
)  # fmt: skip
def test_options_are_closed(options):
    _, wrong = build_configuration(
        {"email": "a@b.example"}, {**OPTIONS, **options} if "pagerduty" not in options else options
    )
    assert any(one.startswith("MY405 modelyard.yaml") for one in wrong), wrong


def test_what_a_contact_says_is_no_template_and_no_path_out():
    text, wrong = build_configuration({"email": "{{.Alerts}}@bank.example", "onCall": "a", "chat": "#b"}, OPTIONS)
    assert wrong == []
    text, wrong = build_configuration({"email": "{{.Alerts}}@bank.example"}, OPTIONS)
    assert '{{"{"}}{{"{"}}.Alerts}}@bank.example' in text

    for rotation in ("../../etc/shadow", "a/../../etc/shadow"):
        _, [wrong] = build_configuration({"onCall": rotation, "email": "a@b.example"}, OPTIONS)
        assert wrong.startswith(("MY501 models/all.yaml", "MY103 models/all.yaml")), wrong


def test_it_keeps_the_official_schema_and_ours_and_no_mutant_does(portfolio, external_schemas, schema, mutants):
    document = yaml.load(portfolio["prod/alertmanager.yaml"], Loader=yaml.CSafeLoader)
    official = Validator(json.loads((external_schemas / "schemastore" / "prometheus-alertmanager.json").read_bytes()))
    assert official.violations(document) == ()
    own_schema = schema("alertmanager", "alertmanager.schema.json")
    assert own_schema.violations(document) == ()
    small = {
        **document,
        "receivers": document["receivers"][:3],
        "route": {**document["route"], "routes": document["route"]["routes"][:2]},
    }
    for what, broken in mutants(small):
        assert own_schema.violations(broken), what


MUTATIONS = {
    "a receiver that is not there": ("receiver: unowned", "receiver: nobody"),
    "a matcher that is none": ('- severity="page"', "- severity"),
    "an integration without its key": ("routing_key_file:", "routing_keyfile:"),
}


@pytest.mark.parametrize(("right", "wrong"), MUTATIONS.values(), ids=MUTATIONS)
def test_alertmanager_refuses_a_mutant(portfolio, amtool, right, wrong):
    text = portfolio["prod/alertmanager.yaml"]
    assert right in text
    assert amtool(text.replace(right, wrong)).startswith("FAILED")
