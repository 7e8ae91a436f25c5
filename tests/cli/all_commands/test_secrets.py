"""The text of a value that looks like a secret is in no output, in no format, and not in the cache."""

import re
import tempfile

import pytest

from compiler.pipeline import stages
from compiler.report import REPORTERS

SECRETS = {
    "in an address": ("STORE", "postgres://reader:open-sesame-99@db.example/store", "open-sesame-99"),
    "by its name": ("DB_PASSWORD", "hunter2hunter2", "hunter2hunter2"),
    "by its form": ("KEY", "AKIA" + "ABCDEFGHIJKLMNOP", "AKIA" + "ABCDEFGHIJKLMNOP"),
}


@pytest.fixture(params=SECRETS)
def secret(request, project, monkeypatch, tmp_path):
    pytest.importorskip("detect_secrets")
    name, value, text = SECRETS[request.param]
    spec = project / "models" / "scorer.yaml"
    env = f'deploy:\n  target: plain\n  env:\n    - {{name: {name}, value: "{value}"}}'
    spec.write_text(spec.read_text(encoding="utf-8").replace("deploy: {target: plain}", env), encoding="utf-8")
    with (project / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("policies: [supply-chain/no-plaintext-secret]\n")
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    return text


@pytest.mark.parametrize("format_", REPORTERS)
@pytest.mark.parametrize("options", [(), ("--rendered",)])
def test_no_report_shows_a_secret(run_command, secret, format_, options) -> None:
    result = run_command("check", "--format", format_, *options)
    assert result.code == 1
    assert secret not in result.out + result.err


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "scorer.deploy.env"), ("explain", "scorer.deploy.env", "--format", "json"), ("build",),
        ("inventory", "--format", "json"), ("inventory", "show", "scorer"), ("records", "status"),
    ],
)  # fmt: skip
def test_no_other_command_shows_a_secret(run_command, secret, words) -> None:
    result = run_command(*words)
    assert secret not in result.out + result.err


def test_a_diff_of_a_fix_shows_no_secret(project, run_command, secret) -> None:
    spec = project / "models" / "scorer.yaml"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("environments:", "sumary: x\nenvironments:"), encoding="utf-8"
    )
    result = run_command("check", "--diff", "--unsafe-fixes")
    assert secret not in result.out + result.err


def test_the_cache_keeps_no_secret(run_command, secret, tmp_path) -> None:
    run_command("check")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").iterdir())
    assert kept
    assert secret.encode() not in kept


def test_the_log_of_a_bug_holds_no_secret(run_command, secret, monkeypatch, tmp_path) -> None:
    def fails(session):
        raise KeyError(session.portfolio.by_kind("Model")["scorer"].json["deploy"])

    monkeypatch.setattr(stages, "CHECK_STAGES", (fails,))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = run_command("check")
    assert result.code == 3
    [log] = tmp_path.glob("modelyard-bug-*.log")
    assert "KeyError" in log.read_text(encoding="utf-8")
    assert secret not in log.read_text(encoding="utf-8") + result.err


SPEC, EMITTER = "models/scorer.yaml", "templates/targets/plain/emitter.yaml"
BROKEN_LINES = {
    "an unknown key": (SPEC, "password: SECRET"),
    "an unknown key of the project": ("modelyard.yaml", "password: SECRET"),
    "an unknown key of an emitter": (EMITTER, "password: SECRET"),
    "a value of the wrong type": (SPEC, "runtime: {env: [{name: API_TOKEN, value: [SECRET]}]}"),
    "a number": (SPEC, "sla: {apiKey: 1987654321}"),
    "an unfinished text": (SPEC, 'password: "SECRET'),
    "an unfinished text of the project": ("modelyard.yaml", 'password: "SECRET'),
    "an unfinished list": ("models/environments.yaml", "deploy: {password: SECRET, target: ["),
    "a second value": (SPEC, "labels: {token: other-text}\nlabels: {token: SECRET}"),
    "an escaped text": (SPEC, r'labels: {"token": "\x68unter2-Correct9", a: [}'),
    "a value for a limited one": ("models/teams.yaml", "lifecycle: {secret: SECRET}"),
    "a tag": (SPEC, "clientSecret: !thing SECRET"),
    "a value below": (SPEC, "credentials:\n  - password:\n      SECRET"),
}
"""The end of a file that is broken by it, with a value that is a secret only by its name."""
NAMED_SECRET = "hunter2-Correct9"


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_no_output_shows_a_named_secret_of_a_broken_file(project, run_command, name, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    file, lines = BROKEN_LINES[name]
    with (project / file).open("a", encoding="utf-8") as stream:
        stream.write(lines.replace("SECRET", NAMED_SECRET) + "\n")
    shown = "".join(
        result.out + result.err
        for result in (run_command("check"), run_command("check", "--format", "json"), run_command("build"))
    )
    assert file in shown
    assert not re.search(f"{NAMED_SECRET[1:]}|1987654321", shown)
    kept = b"".join(kept.read_bytes() for kept in (tmp_path / "cache").glob("*"))
    assert NAMED_SECRET.encode() not in kept
